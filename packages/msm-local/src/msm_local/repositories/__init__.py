"""SQL only: no decisions, no HTTP, no commits."""
