"""What the SQL text of a caller contains, as PostgreSQL's own parser reads it."""
