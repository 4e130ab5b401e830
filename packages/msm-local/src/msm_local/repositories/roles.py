"""Roles and privileges."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from psycopg import Connection, sql

__all__ = [
    "create_login",
    "drop_login",
    "drop_role",
    "end_sessions",
    "ensure_platform_login",
    "ensure_role",
    "find_faults",
    "grant_membership",
    "grant_schema_privileges",
    "set_password",
]

# PostgreSQL 16 added INHERIT and SET to GRANT; before, NOINHERIT of the role itself decides.
OPTIONS_SINCE = 160000
DEFAULTS: Final = "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public"
# Each fault is something that a role can do and should not, or should do and cannot.
FAULTS = """
SELECT fault FROM (VALUES
    (%(owner)s || ' can log in', (SELECT rolcanlogin FROM pg_roles WHERE rolname = %(owner)s)),
    (%(runtime)s || ' has more than a login', (SELECT rolsuper OR rolcreaterole OR rolcreatedb
        OR rolbypassrls OR rolreplication FROM pg_roles WHERE rolname = %(runtime)s)),
    (%(runtime)s || ' may create in schema public',
        has_schema_privilege(%(runtime)s, 'public', 'CREATE')),
    (%(runtime)s || ' sees the catalog', has_schema_privilege(%(runtime)s, 'msm_local', 'USAGE')),
    (%(owner)s || ' may not create in schema public',
        NOT has_schema_privilege(%(owner)s, 'public', 'CREATE'))
) AS checks (fault, applies) WHERE applies
"""


def ensure_platform_login(connection: Connection[Any], name: str, password: str) -> None:
    """Create the role that runs the platform, unless it exists: it may create other roles."""
    if _exists(connection, name):
        return
    connection.execute(
        sql.SQL("CREATE ROLE {} LOGIN CREATEROLE PASSWORD {}").format(
            sql.Identifier(name), sql.Literal(_verifier(connection, name, password))
        )
    )


def ensure_role(connection: Connection[Any], name: str, *, login: bool) -> None:
    """Create the role unless it exists, without a password."""
    if not _exists(connection, name):
        connection.execute(
            sql.SQL("CREATE ROLE {} {} NOCREATEROLE NOCREATEDB").format(
                sql.Identifier(name), sql.SQL("LOGIN" if login else "NOLOGIN")
            )
        )


def grant_membership(
    connection: Connection[Any],
    role: str,
    member: str | None = None,
    *,
    inherit: bool,
    may_set: bool,
) -> None:
    """Make ``member`` (default: the current user) a member of ``role``."""
    statement = sql.SQL("GRANT {} TO {}").format(
        sql.Identifier(role), sql.Identifier(member) if member else sql.SQL("CURRENT_USER")
    )
    if connection.info.server_version >= OPTIONS_SINCE:
        statement += sql.SQL(" WITH INHERIT {}, SET {}").format(
            sql.Literal(inherit), sql.Literal(may_set)
        )
    connection.execute(statement)


def grant_schema_privileges(connection: Connection[Any], *, owner: str, runtime: str) -> None:
    """Grant owner and runtime role their rights in schema public, for future tables too."""
    database = connection.info.dbname
    # The first two take away what PostgreSQL gives to every role: creating in schema public (before
    # version 15), and creating temporary tables.
    for template in (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC",
        # A check creates the models there, to compare them with the tables.
        "GRANT TEMPORARY ON DATABASE {database} TO {owner}",
        "REVOKE ALL ON SCHEMA msm_local FROM PUBLIC",
        "GRANT USAGE, CREATE ON SCHEMA public TO {owner}",
        "GRANT USAGE ON SCHEMA public TO {runtime}",
        DEFAULTS + " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {runtime}",
        DEFAULTS + " GRANT USAGE, SELECT ON SEQUENCES TO {runtime}",
    ):
        connection.execute(
            sql.SQL(template).format(
                database=sql.Identifier(database),
                owner=sql.Identifier(owner),
                runtime=sql.Identifier(runtime),
            )
        )


def set_password(connection: Connection[Any], role: str, password: str) -> None:
    """Give the role a password."""
    connection.execute(
        sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(_verifier(connection, role, password))
        )
    )


def create_login(
    connection: Connection[Any], name: str, password: str, *, acts_as: str, until: datetime
) -> None:
    """Create a login that expires at ``until``, and whose sessions act as another role."""
    connection.execute(
        sql.SQL("CREATE ROLE {} LOGIN PASSWORD {} VALID UNTIL {} NOINHERIT").format(
            sql.Identifier(name),
            sql.Literal(_verifier(connection, name, password)),
            sql.Literal(until.isoformat()),
        )
    )
    # NOINHERIT, and no INHERIT here: the login has no rights of its own and can create nothing,
    # because a role that owns something cannot be dropped.
    grant_membership(connection, acts_as, name, inherit=False, may_set=True)
    connection.execute(
        sql.SQL("ALTER ROLE {} SET role TO {}").format(
            sql.Identifier(name), sql.Identifier(acts_as)
        )
    )
    # A role that inherits from another one may end its sessions: the reaper needs that.
    grant_membership(connection, name, inherit=True, may_set=False)


def end_sessions(connection: Connection[Any], names: Sequence[str]) -> None:
    """End every session of these roles."""
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ANY(%s)",
        [list(names)],
    )


def drop_login(connection: Connection[Any], name: str, *, heir: str) -> None:
    """Drop a login, if it exists; tables that it was given become those of ``heir``."""
    if not _exists(connection, name):
        return
    # DROP OWNED revokes its privileges in this database; PostgreSQL drops no role that has any.
    for template in ("REASSIGN OWNED BY {} TO {}", "DROP OWNED BY {}", "DROP ROLE {}"):
        names = (sql.Identifier(name), sql.Identifier(heir))
        connection.execute(sql.SQL(template).format(*names))


def find_faults(connection: Connection[Any], *, owner: str, runtime: str) -> list[str]:
    """What owner or runtime role can do and should not, or cannot do and should.

    Raises:
        psycopg.errors.UndefinedObject: one of the roles does not exist.
    """
    names = {"owner": owner, "runtime": runtime}
    return [str(fault) for (fault,) in connection.execute(FAULTS, names)]


def _exists(connection: Connection[Any], name: str) -> bool:
    query = "SELECT 1 FROM pg_roles WHERE rolname = %s"
    return connection.execute(query, [name]).fetchone() is not None


def _verifier(connection: Connection[Any], role: str, password: str) -> str:
    # Hashed here, because a password in a statement could reach the server's log.
    return connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    ).decode()


def drop_role(connection: Connection[Any], name: str) -> None:
    """Drop a role.

    Raises:
        psycopg.errors.DependentObjectsStillExist: something in a database depends on it.
    """
    connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))
