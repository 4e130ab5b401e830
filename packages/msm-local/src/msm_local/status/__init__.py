"""What an instance has: tables, revisions, heads."""
