"""The API of generation 2, mounted beside that of generation 1."""
