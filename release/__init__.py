"""What is released: five distributions of one version, and a changelog that says so."""
