"""What a caller's SQL text contains, as PostgreSQL's own parser reads it."""
