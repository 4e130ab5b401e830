"""What the pages of the window read from the database."""
