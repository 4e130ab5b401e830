"""The platform's database: its connections, its schema and its roles."""
