"""The APIs that are not ours, and what they need around them."""
