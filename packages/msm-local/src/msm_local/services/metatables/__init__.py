"""Decisions about generation 2's requests, where its rules differ from those of generation 1."""
