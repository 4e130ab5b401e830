"""The instances of a checkout, and of the machine."""
