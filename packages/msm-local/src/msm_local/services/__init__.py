"""Decisions: what a request means for the catalog and the database."""
