"""The rights that a platform needs on the user's own PostgreSQL, and the SQL that grants them.

A role that has CREATEROLE and owns the database and its schema public creates everything else
itself: see bootstrap.
"""

from typing import Any

import psycopg
from psycopg import Connection, sql

from msm_local.database.bootstrap import role_names
from msm_local.database.libpq import check_url, message_of
from msm_local.errors import AdministratorNeededError, DatabaseSetupError

__all__ = ["check_database", "missing_privileges"]

MIN_VERSION = 140000
# From here on, CREATEROLE covers only roles that the role created or has the admin option on.
ADMIN_OPTION_SINCE = 160000
CONNECT_TIMEOUT = 5

FACTS = """
SELECT current_user AS role, current_database() AS database,
       r.rolsuper OR r.rolcreaterole AS may_create_roles,
       pg_has_role(d.datdba, 'USAGE') AS owns_database,
       pg_has_role(s.nspowner, 'USAGE') OR s.nspowner = 'pg_database_owner'::regrole AS owns_schema
FROM pg_roles r, pg_database d, pg_namespace s
WHERE r.rolname = current_user AND d.datname = current_database() AND s.nspname = 'public'
"""
UNMANAGED = """
SELECT rolname FROM pg_roles
WHERE rolname = ANY(%s) AND NOT pg_has_role(oid, 'MEMBER WITH ADMIN OPTION') ORDER BY rolname
"""


def check_database(database_url: str) -> None:
    """Refuse a database in which a platform cannot be prepared; nothing is changed.

    Raises:
        DatabaseSetupError: the URL is malformed, the server cannot be reached or is too old, or the
            database has no schema public.
        AdministratorNeededError: the role lacks a privilege; the error has the SQL that grants it.
    """
    check_url(database_url)
    try:
        with psycopg.connect(database_url, connect_timeout=CONNECT_TIMEOUT) as connection:
            version = connection.info.server_version
            if version < MIN_VERSION:
                raise DatabaseSetupError(
                    f"The server of --database-url is PostgreSQL {version // 10000}; use version "
                    f"{MIN_VERSION // 10000} or newer."
                )
            statements = missing_privileges(connection)
    except psycopg.Error as error:
        raise DatabaseSetupError(
            f"The database of --database-url cannot be used ({message_of(error)}); check the URL, "
            "and that the server is running."
        ) from error
    if statements:
        raise AdministratorNeededError(
            "The role of --database-url lacks privileges; ask an administrator to run the printed "
            "SQL in that database, then start again.",
            script="\n".join(statements),
        )


def missing_privileges(connection: Connection[Any]) -> list[str]:
    """The statements that an administrator has to run in the database; empty if there are none.

    Raises:
        DatabaseSetupError: the database has no schema public.
    """
    facts = connection.execute(FACTS).fetchone()
    if facts is None:
        raise DatabaseSetupError(
            "The database of --database-url has no schema public, where the tables are created; "
            "create it, or use another database."
        )
    role, database, may_create_roles, owns_database, owns_schema = facts
    member = sql.Identifier(role)
    statements = []
    if not may_create_roles:
        statements.append(sql.SQL("ALTER ROLE {} CREATEROLE;").format(member))
    if not owns_database:
        statements.append(
            sql.SQL("ALTER DATABASE {} OWNER TO {};").format(sql.Identifier(database), member)
        )
    if not owns_schema:
        statements.append(sql.SQL("ALTER SCHEMA public OWNER TO {};").format(member))
    statements += [
        sql.SQL("GRANT {} TO {} WITH ADMIN OPTION;").format(sql.Identifier(other), member)
        for other in _unmanaged_roles(connection, database)
    ]
    return [statement.as_string(connection) for statement in statements]


def _unmanaged_roles(connection: Connection[Any], database: str) -> list[str]:
    """Roles of an earlier platform in this database that this role cannot grant."""
    if connection.info.server_version < ADMIN_OPTION_SINCE:
        return []
    names = role_names(database)
    return [name for (name,) in connection.execute(UNMANAGED, [[names.owner, names.runtime]])]
