"""The SDK's scoped migration connection, opened for tools that only read.

The registry MetaTable is looked up and never created; the credential that the platform issues is
the one trace that a look leaves.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, create_engine, inspect, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from msm.platform import probe, quiet_sdk, refusals_of
from msm.sdk import (
    MetaTable,
    MetaTableMigrationConnectionRequest,
    alembic_config_for_provider,
    apply_mainsequence_migration_role,
    data_source_uid,
)

from ..errors import MigrationError
from ..history.files import Revisions, load_revisions
from ..provider import PACKAGE, SCHEMA, MarketsMigration
from ..run.connections import connect_arguments, server_of
from ..run.guards import refuse_search_path, refuse_taken, version_rows
from ..run.limits import Limits, set_timeouts
from ..run.translation import is_busy, reason_of

__all__ = [
    "CREDENTIAL_LIFETIME",
    "MAX_CREDENTIAL_LIFETIME",
    "Database",
    "IssuedConnection",
    "NeverMigratedError",
    "Registry",
    "TableHeldError",
    "UnreadableDatabaseError",
    "find_registry",
    "issue",
    "owner_name",
    "read_only",
    "revision_directory",
]

# In seconds: long enough for a look, and the longest that the platform issues.
CREDENTIAL_LIFETIME, MAX_CREDENTIAL_LIFETIME = 300, 3600


class UnreadableDatabaseError(MigrationError):
    """The database cannot be reached, or does not answer what it is asked.

    Attributes:
        host: its host, as the platform's migration connection names it.
        database: its name.
    """

    def __init__(self, message: str, *, host: str | None, database: str | None) -> None:
        super().__init__(message)
        self.host = host
        self.database = database


class TableHeldError(UnreadableDatabaseError):
    """A session, such as a migration's, holds a table for longer than a look waits for it."""


class NeverMigratedError(MigrationError):
    """The catalog does not hold Alembic's version table, so that nothing issues a connection.

    Attributes:
        table: the version table that was looked up.
    """

    def __init__(self, provider: MarketsMigration) -> None:
        self.table: str = provider.version_table
        super().__init__(
            f"The catalog does not hold {self.table}, so this database has not been migrated yet; "
            f"run `{provider.upgrade_command}`."
        )


@dataclass(frozen=True, slots=True)
class Registry:
    """The catalog resource of Alembic's version table, through which connections are issued.

    Attributes:
        provider: whose version table it is.
        meta_table: the resource.
        data_source_uid: the data source of the current Git context, in which it was found.
    """

    provider: MarketsMigration
    meta_table: MetaTable
    data_source_uid: str


@dataclass(frozen=True, slots=True)
class IssuedConnection:
    """A migration connection that the platform issued.

    Attributes:
        url: with a credential that expires.
        config: Alembic's, which tells the SDK the owner role.
        owner_role: the role that owns the tables; None where the platform names none.
    """

    url: URL
    config: Config
    owner_role: str | None


@dataclass(frozen=True, slots=True)
class Database:
    """The database behind a registry, open for reading.

    Attributes:
        connection: in read-only transactions, as the owner role.
        registry: what issued it.
        owner_role: the role that owns the tables; None where the platform names none.
    """

    connection: Connection
    registry: Registry
    owner_role: str | None

    @property
    def provider(self) -> MarketsMigration:
        """The provider whose database it is."""
        return self.registry.provider

    def has_version_table(self) -> bool:
        """Whether Alembic's version table exists."""
        return inspect(self.connection).has_table(self.provider.version_table, schema=SCHEMA)

    def revisions(self) -> tuple[str, ...]:
        """The rows of Alembic's version table, sorted; empty where there is no such table."""
        return version_rows(self.connection, self.provider)


def owner_name(role: str | None) -> str:
    """The role that owns the tables, for a message; in general words where it is not known."""
    return "the owner of the tables" if role is None else role


def revision_directory(provider: MarketsMigration) -> tuple[ScriptDirectory, Revisions]:
    """The revisions that a provider carries, loaded, in Alembic's terms and in ours.

    Raises:
        RevisionFilesError: they are not one history, or Python cannot load one.
    """
    script = ScriptDirectory.from_config(
        alembic_config_for_provider(provider, sqlalchemy_url="postgresql://")
    )
    return script, load_revisions(script)


def find_registry(provider: MarketsMigration) -> Registry | None:
    """Look up the registry of a provider in the catalog; None before the first upgrade.

    Raises:
        PlatformUnreachableError: nothing listens at the endpoint; said within two seconds.
        GitContextError: the SDK cannot tell which repository branch this process belongs to.
        PlatformRefusedError: the platform answered with an error.
        NamespaceTakenError: the catalog says that the version table is another namespace's.
    """
    probe()
    with quiet_sdk():
        with refusals_of("the Git context of this checkout"):
            data_source = data_source_uid(PACKAGE)
        with refusals_of("a lookup of the migration registry"):
            found = MetaTable.filter_by_body(
                data_source__uid__in=[data_source],
                physical_schema__in=[SCHEMA],
                physical_table_name__in=[provider.version_table],
                limit=1,
            )
    refuse_taken(provider.migration_namespace, found)
    return Registry(provider, found[0], data_source) if found else None


def issue(registry: Registry, *, lifetime: int) -> IssuedConnection:
    """Have the platform issue a migration connection.

    Args:
        registry: what :func:`find_registry` found.
        lifetime: how long the credential lasts, in seconds, from 60 to 3600.

    Raises:
        PlatformRefusedError: the platform issues none.
    """
    provider = registry.provider
    with quiet_sdk(), refusals_of("a migration connection"):
        issued = registry.meta_table.issue_migration_connection(
            MetaTableMigrationConnectionRequest(
                package=provider.package,
                migration_namespace=provider.migration_namespace,
                migration_provider_key=provider.migration_provider_key,
                ttl_seconds=lifetime,
            )
        )
    config = alembic_config_for_provider(
        provider, sqlalchemy_url=issued.uri, owner_role_name=issued.owner_role_name
    )
    return IssuedConnection(make_url(issued.uri), config, issued.owner_role_name)


@contextmanager
def read_only(registry: Registry, *, lifetime: int = CREDENTIAL_LIFETIME) -> Iterator[Database]:
    """Connect to the database of a registry, as its owner role, and only read.

    Args:
        registry: what :func:`find_registry` found.
        lifetime: how long the credential lasts, in seconds, from 60 to 3600.

    Raises:
        PlatformRefusedError: the platform issues no connection.
        SearchPathError: unqualified names do not mean the schema public.
        TableHeldError: a statement of the block did not get a table that somebody holds.
        UnreadableDatabaseError: PostgreSQL cannot be reached, or refuses a statement of the block.
    """
    issued = issue(registry, lifetime=lifetime)
    engine = create_engine(issued.url, poolclass=NullPool, connect_args=connect_arguments("look"))
    try:
        with engine.connect() as connection:
            set_timeouts(connection, Limits.from_environment(os.environ))
            apply_mainsequence_migration_role(connection, issued.config)
            refuse_search_path(connection)
            connection.exec_driver_sql("SET default_transaction_read_only = on")
            connection.commit()
            yield Database(connection, registry, issued.owner_role)
    except DBAPIError as error:
        url = issued.url
        where = f"{url.database} at {server_of(url)}"
        if is_busy(error):
            kind: type[UnreadableDatabaseError] = TableHeldError
            fault = f"A session, such as a migration's, holds a table of the database {where}"
            remedy = "run this again when it has ended"
        else:
            kind = UnreadableDatabaseError
            fault = f"The database {where} cannot be read"
            remedy = "make sure that it is up, and run this again"
        raise kind(
            f"{fault} ({reason_of(error)}); {remedy}.", host=url.host, database=url.database
        ) from error
