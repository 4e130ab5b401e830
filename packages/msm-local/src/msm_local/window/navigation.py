"""The tabs of the window."""

from dataclasses import dataclass

__all__ = ["TABS", "Tab"]


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab; ``path`` is below the root of the window, and begins all paths of its pages."""

    label: str
    path: str

    def holds(self, path: str) -> bool:
        """Whether a page belongs to it."""
        return path == self.path or (self.path != "/" and path.startswith(self.path))


TABS = (
    Tab("Overview", "/"),
    Tab("Tables", "/tables/"),
    Tab("Revisions", "/revisions/"),
    Tab("Activity", "/activity/"),
    Tab("API", "/api/"),
)
