"""What start-up costs, measured side by side in one run."""
