"""A read-only look at a database, and the SQL of a revision without one."""
