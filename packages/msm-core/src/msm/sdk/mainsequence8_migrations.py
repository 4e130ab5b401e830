"""The migrations of ``mainsequence`` 8, whose commands look at the database in env.py alone."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from alembic.config import Config
from mainsequence.client.metatables import MetaTable, MetaTableMigrationConnectionRequest
from mainsequence.meta_tables import PlatformManagedMetaTable, migrations
from mainsequence.meta_tables.migrations import (
    alembic_config_for_provider,
    apply_mainsequence_migration_role,
    build_alembic_version_metatable,
    build_metatable_model_registry,
    load_alembic_metatable_migration_provider,
    namespace_version_location,
    run_mainsequence_alembic_env,
)

from msm.sdk.context import MigrationConnection
from msm.sdk.private_names import forget_meta_table, omit_script_context

__all__ = [
    "AlembicMetaTableMigration",
    "MetaTableMigrationConnectionRequest",
    "alembic_config_for_provider",
    "apply_mainsequence_migration_role",
    "build_alembic_version_metatable",
    "build_metatable_model_registry",
    "load_alembic_metatable_migration_provider",
    "migration_connect_arguments",
    "migration_connection",
    "namespace_version_location",
    "run_mainsequence_alembic_env",
    "tolerate_several_version_locations",
]


@contextmanager
def migration_connection(
    registry: MetaTable, request: MetaTableMigrationConnectionRequest
) -> Iterator[MigrationConnection]:
    """A connection to the database of a provider, which the platform issues until the block ends.

    Args:
        registry: the catalog resource of its version table.
        request: for what, and for how long.

    Raises:
        Exception: one of ``SDK_ERRORS``.
    """
    # It ends when its credential expires.
    issued = registry.issue_migration_connection(request)
    yield MigrationConnection(issued.uri, issued.owner_role_name, {})


@contextmanager
def migration_connect_arguments(config: Config) -> Iterator[Mapping[str, str]]:  # noqa: ARG001
    """What psycopg needs to connect to the database of a migration command, besides its URL.

    Args:
        config: Alembic's, as the SDK made it.
    """
    yield {}


def _nothing(*_: object) -> None:
    """What a provider does that has nothing to do."""


@dataclass(slots=True)
class AlembicMetaTableMigration(migrations.AlembicMetaTableMigration):  # type: ignore[misc]
    """The SDK's provider.

    Attributes:
        before_look: not called, because nothing looks at the database before env.py.
        after_run: not called, because a command ends with its process.
        awaited: not used, because the platform knows the target of the command.
    """

    before_look: Callable[[Config, bool], None] = _nothing
    after_run: Callable[[], None] = _nothing
    awaited: Collection[type[PlatformManagedMetaTable]] = ()

    def drop_reservations(
        self, models: Sequence[type[PlatformManagedMetaTable]], *, timeout: float | None
    ) -> None:
        """Remove the resources of tables that do not exist from the catalog.

        Args:
            models: those of the tables.
            timeout: seconds to wait for an answer; None for the SDK's default.

        Raises:
            Exception: one of ``SDK_ERRORS``.
        """
        for model in models:
            model.get_meta_table().delete(timeout=timeout)
            forget_meta_table(model)


@cache
def tolerate_several_version_locations() -> None:
    """Have the SDK's CLI run a provider with several folders; a second call does nothing."""
    # Imported here, because a service does not need the CLI.
    from mainsequence.cli import migrations as migrations_cli

    omit_script_context(migrations_cli)
