"""HTTP only: from a request to a service, and from its result to JSON."""
