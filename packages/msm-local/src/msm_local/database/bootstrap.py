"""Create roles and catalog in a database; every start runs this, and it adds what is missing.

- The platform role runs the platform: it is the role of the database URL.
- The owner role cannot log in; it owns the migrated tables and may create in schema public.
- The runtime role logs in to run operations: it may use rows, but neither DDL nor the catalog.
"""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, errors, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from msm_local.catalog import catalog_steps
from msm_local.database.libpq import check_url, message_of
from msm_local.errors import DatabaseSetupError
from msm_local.repositories import catalog_version, roles
from msm_local.repositories.settings import Settings, copy_settings, insert_settings, read_settings

__all__ = ["RoleNames", "prepare_database", "role_names", "runtime_conninfo"]

LOCK = "msm_local.bootstrap"
# Together with a digest and a suffix, below the 63 bytes of a name in PostgreSQL.
MAX_STEM_LENGTH = 40
MAX_ATTEMPTS = 5
# In seconds; shorter than the timeout of a start, so that the start can report the reason.
LOCK_TIMEOUT = 30


@dataclass(frozen=True, slots=True)
class RoleNames:
    """The roles that a platform creates.

    Attributes:
        owner: owns all migrated tables.
        runtime: executes operations.
    """

    owner: str
    runtime: str


def prepare_database(
    database_url: str, runtime_password: str, like: Settings | None = None
) -> Settings:
    """Bring roles, privileges and catalog up to date, and return the settings of the catalog.

    Concurrent calls for one database wait for each other.

    Args:
        database_url: logs in as the platform role.
        runtime_password: the password that the runtime role is to have.
        like: settings for a new catalog; without them it gets uids of its own.

    Raises:
        DatabaseSetupError: the platform role lacks a right, or another process prepares the
            database for too long; contains what PostgreSQL said.
    """
    check_url(database_url)
    for attempt in range(1, MAX_ATTEMPTS + 1):
        try:
            with psycopg.connect(database_url) as connection:
                settings = _prepare(connection, like)
            _ensure_runtime_login(database_url, settings, runtime_password)
        except errors.InternalError as error:
            # "tuple concurrently updated": roles are shared by all databases of a server, and the
            # start of a platform on another database changed the same one.
            if "concurrently" not in str(error) or attempt == MAX_ATTEMPTS:
                raise _refusal(error) from error
        except errors.UniqueViolation as error:
            # The same race while creating a role: the next attempt finds it.
            if attempt == MAX_ATTEMPTS:
                raise _refusal(error) from error
        except psycopg.Error as error:
            raise _refusal(error) from error
        else:
            return settings
    raise AssertionError("unreachable: the last attempt returns or raises")


def runtime_conninfo(database_url: str, settings: Settings, runtime_password: str) -> str:
    """The connection string of the runtime role for the database of the URL."""
    return make_conninfo(database_url, user=settings.runtime_role, password=runtime_password)


def _refusal(error: psycopg.Error) -> DatabaseSetupError:
    match error:
        case errors.InsufficientPrivilege():
            remedy = "the role of --database-url needs CREATEROLE and must own the database"
        case errors.LockNotAvailable():
            remedy = f"another session has held a lock for {LOCK_TIMEOUT} s; end it, or wait for it"
        case _:
            remedy = "fix this on the server, and try again"
    return DatabaseSetupError(f"The database cannot be prepared: {message_of(error)}; {remedy}.")


def _prepare(connection: Connection[Any], like: Settings | None) -> Settings:
    connection.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_TIMEOUT}s"])
    # IF NOT EXISTS is not enough: of two starts at once, one would still fail.
    connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [LOCK])
    _upgrade_catalog(connection)
    settings = read_settings(connection)
    if settings is None and like is not None:
        settings = copy_settings(connection, like)
    if settings is None:
        names = role_names(connection.info.dbname)
        settings = insert_settings(connection, owner_role=names.owner, runtime_role=names.runtime)
    roles.ensure_role(connection, settings.owner_role, login=False)
    roles.ensure_role(connection, settings.runtime_role, login=True)
    roles.grant_membership(connection, settings.owner_role, inherit=True, may_set=True)
    roles.grant_schema_privileges(
        connection, owner=settings.owner_role, runtime=settings.runtime_role
    )
    return settings


def role_names(database: str) -> RoleNames:
    """The names of a platform's roles for a database of this name."""
    stem = re.sub(r"[^A-Za-z0-9_-]", "_", database)[:MAX_STEM_LENGTH]
    if stem != database:
        # The SDK writes the owner's name into an Alembic configuration, where % has a meaning. The
        # digest keeps two databases whose names differ only in such characters apart.
        stem += f"_{hashlib.sha256(database.encode()).hexdigest()[:8]}"
    return RoleNames(owner=f"{stem}_owner", runtime=f"{stem}_runtime")


def _upgrade_catalog(connection: Connection[Any]) -> None:
    connection.execute("CREATE SCHEMA IF NOT EXISTS msm_local")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS msm_local.schema_version ("
        " number integer PRIMARY KEY, name text NOT NULL,"
        " applied_at timestamptz NOT NULL DEFAULT now())"
    )
    applied = catalog_version.read_steps(connection)
    steps = catalog_steps()
    unknown = applied - {step.number for step in steps}
    if unknown:
        raise DatabaseSetupError(
            f"The catalog was written by a newer msm-local (step {max(unknown)}); install that "
            "version, or use another database."
        )
    for step in steps:
        if step.number in applied:
            continue
        connection.execute(sql.SQL(step.text))
        catalog_version.record_step(connection, step.number, step.name)


def _ensure_runtime_login(database_url: str, settings: Settings, password: str) -> None:
    conninfo = runtime_conninfo(database_url, settings, password)
    try:
        psycopg.connect(conninfo).close()
    except psycopg.OperationalError:
        # Only now: another platform may use this role, and a new password would lock it out.
        with psycopg.connect(database_url) as connection:
            roles.set_password(connection, settings.runtime_role, password)
        try:
            psycopg.connect(conninfo).close()
        except psycopg.OperationalError as error:
            host = conninfo_to_dict(database_url).get("host", "the server")
            raise DatabaseSetupError(
                f"The runtime role {settings.runtime_role} cannot log in to {host}: "
                f"{message_of(error)}; allow it in pg_hba.conf."
            ) from error
