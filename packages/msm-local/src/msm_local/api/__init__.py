"""The HTTP application: its gate, its limits, its errors and its description."""
