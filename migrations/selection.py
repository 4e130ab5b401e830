"""The provider that a tool works on: that of msm, unless the command names another."""

import argparse

from msm.sdk import load_alembic_metatable_migration_provider

from .errors.tree import PACKAGE, MigrationError
from .provider import MarketsMigration

__all__ = ["DEFAULT_PROVIDER", "UnknownProviderError", "add_provider_option", "load_provider"]

DEFAULT_PROVIDER = f"{PACKAGE}:migration"


class UnknownProviderError(MigrationError):
    """A reference does not name a provider of models on ``MarketsBase``.

    Attributes:
        reference: what was named.
    """

    def __init__(self, reference: str, fault: str) -> None:
        self.reference = reference
        super().__init__(
            f"{reference} is no provider to look at ({fault}); name one that extend() or "
            "stand_beside() made, such as acme_migrations:migration, from the root of its "
            "repository."
        )


def add_provider_option(parser: argparse.ArgumentParser) -> None:
    """Let a tool take the provider as the SDK's CLI does."""
    parser.add_argument(
        "--provider",
        default=DEFAULT_PROVIDER,
        metavar="MODULE:NAME",
        help=f"the provider to look at (default: {DEFAULT_PROVIDER})",
    )


def load_provider(reference: str = DEFAULT_PROVIDER) -> MarketsMigration:
    """Import the provider with this reference.

    Raises:
        UnknownProviderError: there is none, or it is of another kind.
        ModelDefinitionError: a model of the project is wrong.
        ModelGraphError: the list of its models is wrong.
    """
    if reference == DEFAULT_PROVIDER:
        # Not through the SDK, which would hide where in our code an import failed. Not at the top
        # of the module, where a tool could not turn a wrong model into one sentence.
        from .markets import migration

        return migration
    try:
        provider = load_alembic_metatable_migration_provider(reference)
    except (RuntimeError, TypeError) as error:
        raise UnknownProviderError(reference, str(error).rstrip(".")) from error
    if not isinstance(provider, MarketsMigration):
        raise UnknownProviderError(reference, f"it is a {type(provider).__name__}")
    return provider
