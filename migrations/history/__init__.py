"""Revision files: those of this repository, and what ms-markets published."""
