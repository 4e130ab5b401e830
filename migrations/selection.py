"""Finding the provider that a tool works on."""

from msm.sdk.migrations import load_alembic_metatable_migration_provider

from .errors import MigrationError
from .provider import DEFAULT_PROVIDER, MarketsMigration

__all__ = ["UnknownProviderError", "load_provider"]


class UnknownProviderError(MigrationError):
    """A reference does not name a provider of models on ``MarketsBase``.

    Attributes:
        reference: what was named.
    """

    def __init__(self, reference: str, fault: str) -> None:
        self.reference = reference
        super().__init__(
            f"{reference} is not a provider of msm models ({fault}); name one that extend() or "
            "stand_beside() returned, such as acme_migrations:migration, and run this from the "
            "root of its repository."
        )


def load_provider(reference: str = DEFAULT_PROVIDER) -> MarketsMigration:
    """Import the provider with this reference.

    Raises:
        UnknownProviderError: there is none, or it is of another kind.
        ModelDefinitionError: a model of the project is wrong.
        ModelGraphError: the list of its models is wrong.
    """
    if reference == DEFAULT_PROVIDER:
        # Not through the SDK, which hides where in our code an import failed. Not at the top of the
        # module, where a tool could not turn a wrong model into one sentence.
        from .markets import migration

        return migration
    try:
        provider = load_alembic_metatable_migration_provider(reference)
    except (RuntimeError, TypeError) as error:
        raise UnknownProviderError(reference, str(error).rstrip(".")) from error
    if not isinstance(provider, MarketsMigration):
        raise UnknownProviderError(reference, f"it is a {type(provider).__name__}")
    return provider
