"""The endpoints of generation 2."""
