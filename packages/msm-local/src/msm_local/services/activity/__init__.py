"""What clients asked of the platform lately, and how PostgreSQL would run it."""
