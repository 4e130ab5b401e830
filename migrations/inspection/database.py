"""A read-only connection to the database of a provider, for tools that change nothing.

The platform issues it. The version table's resource in the catalog is looked up and never created;
the credential is the only thing that is left behind.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from time import monotonic

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, inspect, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from msm.platform import probe, quiet_sdk, refusals_of
from msm.sdk import MetaTable, platform_context
from msm.sdk.migrations import (
    MetaTableMigrationConnectionRequest,
    alembic_config_for_provider,
    apply_mainsequence_migration_role,
    migration_connection,
)

from ..errors import MigrationError
from ..history.files import Revisions, load_revisions
from ..provider import PACKAGE, SCHEMA, MarketsMigration
from ..run.connections import connect_arguments, server_of
from ..run.guards import refuse_search_path, refuse_taken, version_rows
from ..run.limits import Limits, set_timeouts
from ..run.translation import is_busy, is_lost, reason_of

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
CREDENTIAL_LIFETIME, MAX_CREDENTIAL_LIFETIME = 900, 3600
# In seconds: how exactly we know when a credential ends.
MARGIN = 5.0


class UnreadableDatabaseError(MigrationError):
    """The database cannot be reached, or refuses a query.

    Attributes:
        host: its host, as the platform's migration connection names it.
        database: its name.
    """

    def __init__(self, message: str, *, host: str | None, database: str | None) -> None:
        super().__init__(message)
        self.host = host
        self.database = database


class TableHeldError(UnreadableDatabaseError):
    """Another session holds a lock on a table for longer than a tool waits for it."""


class NeverMigratedError(MigrationError):
    """The catalog does not have Alembic's version table, so the platform issues no connection.

    Attributes:
        table: the version table that was looked up.
    """

    def __init__(self, provider: MarketsMigration) -> None:
        self.table: str = provider.version_table
        super().__init__(
            f"The catalog does not have {self.table}, so this database has not been migrated yet; "
            f"run `{provider.upgrade_command}`."
        )


@dataclass(frozen=True, slots=True)
class Registry:
    """The catalog resource of Alembic's version table, through which connections are issued.

    Attributes:
        provider: whose version table it is.
        meta_table: the resource.
        data_source_uid: the data source of the current Git context, where it was found.
    """

    provider: MarketsMigration
    meta_table: MetaTable
    data_source_uid: str


@dataclass(frozen=True, slots=True)
class IssuedConnection:
    """A migration connection that the platform issued.

    Attributes:
        url: with a credential that expires.
        config: Alembic's, from which the SDK takes the owner role.
        owner_role: the role that owns the tables; None if the platform names none.
        connect_arguments: what psycopg needs besides the URL.
    """

    url: URL
    config: Config
    owner_role: str | None
    connect_arguments: Mapping[str, str]

    def engine(self, what: str = "migrate") -> Engine:
        """An engine without a pool, whose sessions say what they are for.

        Args:
            what: ``migrate`` for a migration, ``look`` for a tool that only reads.
        """
        return create_engine(
            self.url,
            poolclass=NullPool,
            connect_args={**connect_arguments(what), **self.connect_arguments},
        )


@dataclass(frozen=True, slots=True)
class Database:
    """The database behind a registry, open for reading.

    Attributes:
        connection: in read-only transactions, as the owner role.
        registry: through which the connection was issued.
        owner_role: the role that owns the tables; None if the platform names none.
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
        """The rows of Alembic's version table, sorted; empty if there is no such table."""
        return version_rows(self.connection, self.provider)


def owner_name(role: str | None) -> str:
    """The role that owns the tables, for a message, also if its name is not known."""
    return "the owner of the tables" if role is None else role


def revision_directory(provider: MarketsMigration) -> tuple[ScriptDirectory, Revisions]:
    """The revisions of a provider, loaded by Alembic, and as files.

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
        PlatformUnreachableError: nothing listens at the endpoint; raised within two seconds.
        GitContextError: the SDK cannot tell which repository branch this process belongs to.
        PlatformRefusedError: the platform answered with an error.
        NamespaceTakenError: the version table belongs to another namespace.
    """
    # The SDK retries for minutes, and prints thousands of lines, where no platform answers.
    probe()
    with quiet_sdk():
        with refusals_of("the Git context of this checkout"):
            data_source = platform_context(PACKAGE).data_source_uid
        with refusals_of("a lookup of the migration registry"):
            found = MetaTable.filter_by_body(
                data_source__uid__in=[data_source],
                physical_schema__in=[SCHEMA],
                physical_table_name__in=[provider.version_table],
                limit=1,
            )
    refuse_taken(provider.migration_namespace, found)
    return Registry(provider, found[0], data_source) if found else None


@contextmanager
def issue(registry: Registry, *, lifetime: int) -> Iterator[IssuedConnection]:
    """Ask the platform for a migration connection, which it may end after the block.

    Args:
        registry: what :func:`find_registry` found.
        lifetime: how long the credential lasts, in seconds, from 60 to 3600.

    Raises:
        PlatformRefusedError: the platform refused.
    """
    provider = registry.provider
    request = MetaTableMigrationConnectionRequest(
        package=provider.package,
        migration_namespace=provider.migration_namespace,
        migration_provider_key=provider.migration_provider_key,
        ttl_seconds=lifetime,
    )
    issuing = ExitStack()
    with quiet_sdk(), refusals_of("a migration connection"):
        issued = issuing.enter_context(migration_connection(registry.meta_table, request))
    config = alembic_config_for_provider(
        provider, sqlalchemy_url=issued.uri, owner_role_name=issued.owner_role_name
    )
    try:
        yield IssuedConnection(
            make_url(issued.uri), config, issued.owner_role_name, issued.connect_arguments
        )
    finally:
        with quiet_sdk(), refusals_of("the end of a migration connection"):
            issuing.close()


@contextmanager
def read_only(registry: Registry, *, lifetime: int = CREDENTIAL_LIFETIME) -> Iterator[Database]:
    """Connect to the database of a registry, as its owner role, in read-only transactions.

    Args:
        registry: what :func:`find_registry` found.
        lifetime: how long the credential lasts, in seconds, from 60 to 3600.

    Raises:
        PlatformRefusedError: the platform issues no connection.
        SearchPathError: unqualified names do not mean the schema public.
        TableHeldError: a query of the block waited too long for a table.
        UnreadableDatabaseError: PostgreSQL cannot be reached, or refuses a query of the block.
    """
    # The credential is older than its connection, and ends while a query runs.
    ends = monotonic() + lifetime - MARGIN
    with (
        issue(registry, lifetime=lifetime) as issued,
        _readable(issued.url, ends),
        issued.engine("look").connect() as connection,
    ):
        set_timeouts(connection, Limits.from_environment(os.environ))
        apply_mainsequence_migration_role(connection, issued.config)
        refuse_search_path(connection)
        # For the session: a tool may end its transaction and begin another one.
        connection.exec_driver_sql("SET default_transaction_read_only = on")
        connection.commit()
        yield Database(connection, registry, issued.owner_role)


@contextmanager
def _readable(url: URL, ends: float) -> Iterator[None]:
    """Say in one sentence why the database cannot be read, where the block cannot read it.

    Args:
        url: of the database.
        ends: when the credential ends.
    """
    try:
        yield
    except DBAPIError as error:
        where = f"{url.database} at {server_of(url)}"
        if is_busy(error):
            kind: type[UnreadableDatabaseError] = TableHeldError
            fault = f"Another session, such as a migration, holds a table of the database {where}"
            remedy = "run this again when it has ended"
        elif is_lost(error) and monotonic() >= ends:
            kind = UnreadableDatabaseError
            fault = f"The platform's credential for the database {where} has expired"
            remedy = "run this again when the server has less to do"
        else:
            kind = UnreadableDatabaseError
            fault = f"The database {where} cannot be read"
            remedy = "make sure that it is running, and run this again"
        raise kind(
            f"{fault} ({reason_of(error)}); {remedy}.", host=url.host, database=url.database
        ) from error
