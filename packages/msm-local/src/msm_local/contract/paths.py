"""The roots of the HTTP APIs, which servers and callers share."""

__all__ = ["API_ROOT", "METATABLES_ROOT", "WINDOW_ROOT"]

API_ROOT = "/api/v1"
# Of generation 2 of the SDK.
METATABLES_ROOT = "/metatables"
# Pages for people.
WINDOW_ROOT = "/ui"
