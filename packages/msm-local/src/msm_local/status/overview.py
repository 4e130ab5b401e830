"""The contents of a database: how far it is migrated, and how many tables its catalog has."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection

from msm_local.database.libpq import message_of
from msm_local.errors import UnreadableRevisionError
from msm_local.repositories.contents.overview import (
    OWN_CATALOG,
    Catalog,
    count_tables,
    find_version_tables,
)
from msm_local.repositories.contents.split import SplitTable, find_split_tables
from msm_local.repositories.physical import read_tables, read_versions
from msm_local.status.histories import History, find_history
from msm_local.status.providers import Provider

__all__ = ["Overview", "VersionTable", "read_overview"]

CONNECT_TIMEOUT = 2
# Alembic's name.
VERSION_COLUMN = "version_num"
# A migration may lock the version table for a long time, and a status must not wait for it.
OPTIONS = "-c statement_timeout=2s -c lock_timeout=1s -c default_transaction_read_only=on"


@dataclass(frozen=True, slots=True)
class VersionTable:
    """How far the tables of one namespace are migrated.

    Attributes:
        table: Alembic's version table.
        namespace: the migration namespace.
        revisions: the content of the table; empty before the first revision.
        heads: the heads in the revision folders of the providers. Empty if there is no folder, or
            if they belong to other tables: two projects may share a namespace.
        problem: why the heads are unknown although there is a folder; otherwise empty.
    """

    table: str
    namespace: str
    revisions: tuple[str, ...]
    heads: tuple[str, ...]
    problem: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The contents of a database.

    Attributes:
        versions: one entry for each namespace that was ever migrated.
        active: number of tables that are migrated and finalized.
        reserved: number of tables that are reserved and not finalized.
        problem: why the database could not be read; otherwise empty.
        split: its hypertables and partitioned tables.
    """

    versions: tuple[VersionTable, ...] = ()
    active: int = 0
    reserved: int = 0
    problem: str = ""
    split: tuple[SplitTable, ...] = ()


def read_overview(
    database_url: str, root: Path, providers: Sequence[Provider], catalog: Catalog = OWN_CATALOG
) -> Overview:
    """Read the database of a platform, with short timeouts, and change nothing in it."""
    try:
        # Read-only by the session's own settings: a status must not change a database.
        with psycopg.connect(
            database_url, connect_timeout=CONNECT_TIMEOUT, options=OPTIONS
        ) as connection:
            return _read(connection, root, providers, catalog)
    except psycopg.Error as error:
        return Overview(problem=message_of(error))


def _read(
    connection: Connection[Any], root: Path, providers: Sequence[Provider], catalog: Catalog
) -> Overview:
    tables = find_version_tables(connection, catalog)
    existing = read_tables(connection, [(table.schema, table.name) for table in tables])
    sharing = Counter(table.namespace for table in tables)
    versions = []
    for table in tables:
        heads: tuple[str, ...] = ()
        problem = ""
        revisions: tuple[str, ...] = ()
        if (table.schema, table.name) in existing:
            revisions = tuple(read_versions(connection, table.schema, table.name, VERSION_COLUMN))
        try:
            histories = _histories(root, providers, table.namespace)
            heads = _heads(histories, revisions, alone=sharing[table.namespace] == 1)
        except UnreadableRevisionError as error:
            problem = str(error)
        versions.append(VersionTable(table.name, table.namespace, revisions, heads, problem))
    counts = count_tables(connection, catalog)
    split = tuple(find_split_tables(connection, catalog))
    return Overview(tuple(versions), counts.active, counts.reserved, split=split)


def _histories(root: Path, providers: Sequence[Provider], namespace: str) -> list[History]:
    found = (find_history(root, provider.reference, namespace) for provider in providers)
    return [history for history in found if history is not None]


def _heads(
    histories: Sequence[History], revisions: Sequence[str], *, alone: bool
) -> tuple[str, ...]:
    """The heads of the history that a version table is of; none if no provider has it."""
    # The last one: a project that extends msm comes after msm, and has all of its revisions too.
    for history in reversed(histories):
        if set(revisions) & set(history.known):
            return history.heads
    # Without a revision that tells, a namespace that several tables share may be another project's.
    return histories[-1].heads if histories and alone else ()
