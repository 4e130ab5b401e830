"""What runs on a real TimescaleDB: ``./dev run python -m tests.timescale``."""
