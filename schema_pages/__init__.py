"""Writes ``docs/schema/``: a page and a diagram a package, from the models."""
