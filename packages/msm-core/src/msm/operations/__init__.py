"""Statements of a caller as operations of the platform: compiled, sent, read and explained."""
