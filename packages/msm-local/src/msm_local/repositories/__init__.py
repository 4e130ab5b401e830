"""SQL, and nothing else: no decision, no HTTP, no commit."""
