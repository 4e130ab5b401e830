"""The contents of an instance: tables, revisions, heads."""
