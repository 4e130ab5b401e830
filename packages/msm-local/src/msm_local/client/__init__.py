"""What a command needs to run against the platform."""
