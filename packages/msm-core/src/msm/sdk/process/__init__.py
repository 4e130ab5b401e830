"""The process that the SDK runs in: its interpreter, its forks, and what it froze when it began."""
