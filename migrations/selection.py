"""The provider that the tools look at: that of msm, unless the command names another."""

import argparse

from msm.sdk import load_alembic_metatable_migration_provider

from .errors.tree import PACKAGE, MigrationError
from .provider import MarketsMigration

__all__ = ["UnknownProviderError", "add_provider_option", "choose", "examined"]

OURS = f"{PACKAGE}:migration"

_chosen: list[MarketsMigration] = []


class UnknownProviderError(MigrationError):
    """What was named is not a provider of models on ``MarketsBase``.

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


def examined() -> MarketsMigration:
    """The provider that this process looks at.

    Raises:
        ModelDefinitionError: a model of msm is wrong.
        ModelGraphError: the graphs of msm are.
    """
    if _chosen:
        return _chosen[-1]
    # Not at the top, where the tools could not say in one sentence what is wrong with a model.
    from .markets import migration

    return migration


def add_provider_option(parser: argparse.ArgumentParser) -> None:
    """Have a tool take the provider as the SDK's CLI does."""
    parser.add_argument(
        "--provider",
        default=OURS,
        metavar="MODULE:NAME",
        help=f"the provider to look at (default: {OURS})",
    )


def choose(reference: str) -> None:
    """Look at the provider with this reference from now on, in this process.

    Raises:
        UnknownProviderError: there is none, or it is of another kind.
        ModelDefinitionError: a model of the project is wrong.
        ModelGraphError: what it lists is.
    """
    if reference == OURS:
        _chosen.clear()
        return
    try:
        provider = load_alembic_metatable_migration_provider(reference)
    except (RuntimeError, TypeError) as error:
        raise UnknownProviderError(reference, str(error).rstrip(".")) from error
    if not isinstance(provider, MarketsMigration):
        raise UnknownProviderError(reference, f"it is a {type(provider).__name__}")
    _chosen.append(provider)
