"""What a database contains besides the catalog: version tables, sizes, rows."""
