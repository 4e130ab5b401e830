"""The root of the HTTP API, which servers and callers share."""

__all__ = ["API_ROOT"]

API_ROOT = "/api/v1"
