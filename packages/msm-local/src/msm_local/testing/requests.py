"""What one test asks of the database, by its fixtures and its marker."""

from typing import Any

import pytest

from msm_local.errors import MsmLocalError
from msm_local.testing.attaching import Runtime
from msm_local.testing.settings import ResetMode, read_mode
from msm_local.testing.workbench import Workbench

__all__ = ["attach_for", "refresh_for"]

MARKER = "msm"
WISHES = frozenset({"models", "reset", "revision"})


def refresh_for(workbench: Workbench, item: pytest.Item) -> None:
    """Make the database clean, in the way and at the revision that the marker of a test names."""
    wishes = _wishes(item)
    try:
        mode: ResetMode | None = read_mode(wishes["reset"]) if "reset" in wishes else None
        workbench.refresh(workbench.template(wishes.get("revision")), mode)
    except MsmLocalError as error:
        pytest.fail(str(error), pytrace=False)


def attach_for(workbench: Workbench, item: pytest.Item) -> Runtime:
    """The runtime of a test whose database is clean, with the models that its marker names."""
    wishes = _wishes(item)
    return workbench.attach(workbench.template(wishes.get("revision")), wishes.get("models"))


def _wishes(item: pytest.Item) -> dict[str, Any]:
    """The arguments of all markers of a test; the nearest one counts."""
    wishes: dict[str, Any] = {}
    for marker in item.iter_markers(MARKER):
        unknown = sorted(set(marker.kwargs) - WISHES)
        if marker.args or unknown:
            wrong = unknown or [repr(value) for value in marker.args]
            pytest.fail(
                f"{item.nodeid} has pytest.mark.msm with {', '.join(wrong)}; it takes "
                f"{', '.join(sorted(WISHES))}, each by name.",
                pytrace=False,
            )
        wishes = {**marker.kwargs, **wishes}
    return wishes
