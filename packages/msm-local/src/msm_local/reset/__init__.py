"""A fresh database, cloned from a template."""
