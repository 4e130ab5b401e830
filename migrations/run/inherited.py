"""The revisions that a project has from before it moved onto msm."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps

from alembic import op
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

from ..provider import MarketsMigration

__all__ = ["name_as_before"]


def name_as_before(script: ScriptDirectory, provider: MarketsMigration) -> None:
    """Have the inherited revisions name keys and constraints as they did before.

    Alembic completes the names in a revision by the naming convention of the models, which is that
    of msm now. Without it an empty database would get other names than the one that moved.
    """
    if provider.named_by_convention:
        return
    for name in provider.inherited(script):
        found = script.get_revision(name)
        # Alembic has no hook in front of a revision, and takes its functions from here.
        functions = vars(found.module)
        for direction in functions.keys() & {"upgrade", "downgrade"}:
            functions[direction] = _plainly(functions[direction])


def _plainly(function: Callable[[], None]) -> Callable[[], None]:
    @wraps(function)
    def run() -> None:
        with _without_convention():
            function()

    return run


@contextmanager
def _without_convention() -> Iterator[None]:
    options = op.get_context().opts
    # The safeguard records a revision in a context that has no models.
    models = options.get("target_metadata")
    options["target_metadata"] = MetaData()
    try:
        yield
    finally:
        options["target_metadata"] = models
