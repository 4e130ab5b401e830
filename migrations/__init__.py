"""The one Alembic provider of msm.

The SDK's own CLI runs it from the repository root::

    metatables migrations upgrade --provider migrations:migration head

In a wheel this package is called ``msm_migrations``. Package key, namespace and version table are
the same under both names, so that there is one history.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from .installation import (
    ProviderImportError,
    refuse_published_package,
    refuse_wrong_provider,
)

# Before anything imports msm: the published ms-markets installs a package of that name.
refuse_published_package()

if TYPE_CHECKING:
    from .markets import MarketsAlembicVersion, migration

__all__ = ["MarketsAlembicVersion", "migration"]


def __getattr__(name: str) -> object:
    """Make the provider when it is used, and not when this package is imported.

    ``python -m migrations.review`` imports this package first. If a wrong model were refused then,
    the command would end in a traceback instead of a sentence.
    """
    if name not in __all__:
        refuse_wrong_provider(__name__, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        # First, because it is the import of the models that the collector slows down.
        import_module(f"{__name__}.run.reach").pause_collector()
        return getattr(import_module(f"{__name__}.markets"), name)
    except Exception as error:
        # By the module of the class: where msm refuses to be imported, its classes cannot be.
        if type(error).__module__ == "msm.errors":
            raise ProviderImportError(str(error)) from error
        if isinstance(error, ImportError):
            raise ProviderImportError(
                f"{__name__}:{name} cannot be imported: {error}; install what is missing, and run "
                "this again."
            ) from error
        raise
