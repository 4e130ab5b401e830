"""HTTP, and nothing else: from request to service and from its result to JSON."""
