"""The one Alembic provider of msm.

The SDK's own CLI runs it from the repository root::

    mainsequence migrations upgrade --provider migrations:migration head

In a wheel this package is called ``msm_migrations``. Package key, namespace and version table are
the same under both names, so that the history stays one.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .installation import refuse_published_package

refuse_published_package()

if TYPE_CHECKING:
    from .markets import MarketsAlembicVersion, migration

__all__ = ["MarketsAlembicVersion", "migration"]


def __getattr__(name: str) -> object:
    """Make the provider when it is asked for, and not while this package is imported.

    ``python -m migrations.review`` imports this package before it runs, and would end in a
    traceback where a model is refused.
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.markets"), name)
