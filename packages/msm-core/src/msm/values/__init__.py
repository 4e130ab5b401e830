"""Python values to and from JSON and PostgreSQL text."""
