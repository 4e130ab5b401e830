"""The migrations of ``mainsequence`` 8, whose commands look at the database in env.py alone."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from alembic.config import Config
from mainsequence.client.metatables import MetaTable, MetaTableMigrationConnectionRequest
from mainsequence.meta_tables import PlatformManagedMetaTable, migrations

from msm.sdk.connection import MigrationConnection

__all__ = [
    "AlembicMetaTableMigration",
    "forget_meta_table",
    "migration_connect_arguments",
    "migration_connection",
    "tolerate_several_version_locations",
]


def forget_meta_table(model: type[PlatformManagedMetaTable]) -> None:
    """Detach a model from its catalog resource, so that the SDK looks for it again.

    The SDK has no public name for it, and does the same where a migration has dropped the table.
    """
    model.__metatable__ = None
    model.__metatable_uid__ = None


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


@cache
def tolerate_several_version_locations() -> None:
    """Have the SDK's CLI run a provider that has revisions in several folders.

    The SDK's provider takes several. But before each command its CLI prints, for information, the
    one folder of Alembic's script directory, and Alembic raises where there are several. So that
    line is left out there. The SDK has no public way to turn it off. A second call does nothing.
    """
    # Imported here, because a service does not need the CLI, and it takes a second to load.
    from mainsequence.cli import migrations as migrations_cli

    emit = migrations_cli._emit_alembic_script_context  # noqa: SLF001 - see above

    def emit_where_possible(config: Any, **options: Any) -> None:
        if len(config.attributes["version_locations"]) == 1:
            emit(config, **options)

    migrations_cli._emit_alembic_script_context = emit_where_possible  # noqa: SLF001 - see above
