"""What the pytest plugin is made of; nothing of it is imported before a test asks for it."""
