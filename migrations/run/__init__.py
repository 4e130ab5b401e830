"""One run of a migration command: locked, guarded and bounded in time."""
