"""Revision files as text, and what is known of the history of ms-markets."""
