"""What a database holds: how far it is migrated, and how many tables its catalog knows."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql

from msm_local.database.libpq import words_of
from msm_local.errors import UnreadableRevisionError
from msm_local.repositories.physical import read_versions
from msm_local.status.revisions import find_versions, read_revisions

__all__ = ["Overview", "VersionTable", "read_overview"]

CONNECT_SECONDS = 2
# A migration may hold the version table for long; whoever asks for the status does not wait for it.
OPTIONS = "-c statement_timeout=2s -c lock_timeout=1s -c default_transaction_read_only=on"

VERSION_TABLES = """
SELECT DISTINCT v.physical_schema, v.physical_table_name, t.migration_namespace
FROM msm_local.meta_tables t
JOIN msm_local.meta_tables v ON v.uid = t.alembic_version_meta_table_uid
ORDER BY 1, 2
"""
COUNTS = """
SELECT count(*) FILTER (WHERE provisioning_status = 'active'),
       count(*) FILTER (WHERE provisioning_status = 'reserved')
FROM msm_local.meta_tables WHERE deleted_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class VersionTable:
    """How far the tables of one namespace are migrated.

    Attributes:
        table: Alembic's version table.
        namespace: the migration namespace.
        revisions: what the table holds; empty below the first revision.
        heads: what the revision folder of this project ends in; empty where there is none, or
            where it is another table's: projects beside each other may share a namespace.
        problem: why the heads are unknown although there is a folder; else empty.
    """

    table: str
    namespace: str
    revisions: tuple[str, ...]
    heads: tuple[str, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What a database holds.

    Attributes:
        versions: one entry for each namespace that was ever migrated.
        active: how many tables are migrated and finalized.
        reserved: how many tables the catalog awaits.
        problem: why the database could not be read; else empty.
    """

    versions: tuple[VersionTable, ...] = ()
    active: int = 0
    reserved: int = 0
    problem: str = ""


def read_overview(database_url: str, root: Path, provider: str) -> Overview:
    """Look into the database of a platform, for four seconds at most, and only read."""
    try:
        with psycopg.connect(
            database_url, connect_timeout=CONNECT_SECONDS, options=OPTIONS
        ) as connection:
            return _read(connection, root, provider)
    except psycopg.Error as error:
        return Overview(problem=words_of(error))


def _read(connection: Connection[Any], root: Path, provider: str) -> Overview:
    folder = find_versions(root, provider)
    tables = connection.execute(VERSION_TABLES).fetchall()
    sharing = Counter(namespace for _schema, _table, namespace in tables)
    versions = []
    for schema, table, namespace in tables:
        heads: tuple[str, ...] = ()
        problem = ""
        revisions = _revisions(connection, schema, table)
        try:
            found = read_revisions(folder, namespace) if folder else None
            if found and (sharing[namespace] == 1 or set(revisions) & set(found.known)):
                heads = found.heads
        except UnreadableRevisionError as error:
            problem = str(error)
        versions.append(VersionTable(table, namespace, revisions, heads, problem))
    [(active, reserved)] = connection.execute(COUNTS).fetchall()
    return Overview(tuple(versions), active, reserved)


def _revisions(connection: Connection[Any], schema: str, table: str) -> tuple[str, ...]:
    name = sql.Identifier(schema, table).as_string(connection)
    exists = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [name]).fetchone()
    if exists is None or not exists[0]:
        return ()
    return tuple(read_versions(connection, schema, table, "version_num"))
