"""What a command that runs under the platform needs."""
