"""Rows of the catalog."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection, sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from msm_local.contract.filters import FilterClause, Page, ResourceKind
from msm_local.repositories.conditions import where
from msm_local.repositories.meta_table_rows import (
    MetaTableRow,
    NewMetaTable,
    ScopeRow,
    Shape,
    meta_table_row,
)

__all__ = [
    "activate",
    "count",
    "find",
    "find_by_identifier",
    "find_by_names",
    "find_by_uids",
    "find_of_registry",
    "find_scope",
    "find_scope_by_names",
    "insert",
    "lock_reservations",
    "mark_deleted",
    "patch",
    "revive",
    "store_revision",
    "store_texts",
]

# The dataclasses are the list of columns: a new column is added in one place.
NEW_COLUMNS = tuple(NewMetaTable.__dataclass_fields__)
COLUMNS = tuple(MetaTableRow.__dataclass_fields__)
SELECT = sql.SQL("SELECT {} FROM msm_local.meta_tables").format(
    sql.SQL(", ").join(map(sql.Identifier, COLUMNS))
)
SCOPE = (
    "SELECT uid, physical_schema, physical_table_name, provisioning_status,"
    " coalesce(table_contract -> 'authoring' ->> 'version_table' = physical_table_name, false)"
    " AS is_version_table FROM msm_local.meta_tables WHERE {} AND deleted_at IS NULL"
)
RETURNING = sql.SQL(" RETURNING {}").format(sql.SQL(", ").join(map(sql.Identifier, COLUMNS)))
# As bytes: psycopg would compose the statement again for each table of a provider.
INSERT = (
    sql.SQL("INSERT INTO msm_local.meta_tables ({}) VALUES ({}){}")
    .format(
        sql.SQL(", ").join(map(sql.Identifier, NEW_COLUMNS)),
        sql.SQL(", ").join(sql.Placeholder() * len(NEW_COLUMNS)),
        RETURNING,
    )
    .as_bytes()
)


def count(
    connection: Connection[Any], resource: ResourceKind, clauses: Sequence[FilterClause]
) -> int:
    """The number of matching rows."""
    condition, parameters = where(resource, clauses)
    query = sql.SQL("SELECT count(*) FROM msm_local.meta_tables{}").format(condition)
    row = connection.execute(query, parameters).fetchone()
    return int(row[0]) if row else 0


def find(
    connection: Connection[Any], resource: ResourceKind, clauses: Sequence[FilterClause], page: Page
) -> list[MetaTableRow]:
    """The matching rows of a page, ordered by physical name."""
    condition, parameters = where(resource, clauses)
    query = sql.SQL("{}{} ORDER BY physical_schema, physical_table_name LIMIT %s OFFSET %s").format(
        SELECT, condition
    )
    return _rows(connection, query, [*parameters, page.limit, page.offset])


def find_by_uids(
    connection: Connection[Any], uids: Sequence[UUID], *, lock: bool = False
) -> dict[UUID, MetaTableRow]:
    """Rows by uid, deleted ones included, and locked until the transaction ends if ``lock``."""
    # All callers lock in the same order, so that two of them cannot deadlock.
    query = SELECT + sql.SQL(" WHERE uid = ANY(%s) ORDER BY uid")
    if lock:
        query += sql.SQL(" FOR UPDATE")
    return {row.uid: row for row in _rows(connection, query, [list(uids)])}


def find_scope(connection: Connection[Any], uids: Sequence[UUID]) -> dict[UUID, ScopeRow]:
    """Rows that are not deleted, by uid."""
    rows = _scope_rows(connection, "uid = ANY(%s)", [list(uids)])
    return {row.uid: row for row in rows}


def find_scope_by_names(
    connection: Connection[Any], names: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], ScopeRow]:
    """Rows that are not deleted, by (schema, table name)."""
    condition = (
        "(physical_schema, physical_table_name) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"
    )
    values = [[name[0] for name in names], [name[1] for name in names]]
    return {row.name: row for row in _scope_rows(connection, condition, values)}


def find_of_registry(connection: Connection[Any], registry_uid: UUID) -> list[MetaTableRow]:
    """The row of a version table and those of its tables, by name; deleted ones are left out."""
    query = SELECT + sql.SQL(
        " WHERE (uid = %s OR alembic_version_meta_table_uid = %s) AND deleted_at IS NULL"
        " ORDER BY physical_schema, physical_table_name"
    )
    return _rows(connection, query, [registry_uid, registry_uid])


def find_by_names(
    connection: Connection[Any], names: Sequence[tuple[str, str]], *, lock: bool = False
) -> dict[tuple[str, str], MetaTableRow]:
    """Rows by (schema, table name), deleted ones included."""
    query = SELECT + sql.SQL(
        " WHERE (physical_schema, physical_table_name) IN"
        " (SELECT * FROM unnest(%s::text[], %s::text[])) ORDER BY uid"
    )
    if lock:
        query += sql.SQL(" FOR UPDATE")
    rows = _rows(connection, query, [[name[0] for name in names], [name[1] for name in names]])
    return {(row.physical_schema, row.physical_table_name): row for row in rows}


def find_by_identifier(
    connection: Connection[Any], identifiers: Sequence[str]
) -> dict[str, MetaTableRow]:
    """Rows that are not deleted, by identifier."""
    query = SELECT + sql.SQL(" WHERE identifier = ANY(%s) AND deleted_at IS NULL")
    rows = _rows(connection, query, [list(identifiers)])
    return {row.identifier: row for row in rows if row.identifier is not None}


def lock_reservations(connection: Connection[Any]) -> None:
    """Wait for other reservations to end, and have later ones wait for this transaction."""
    # An advisory lock, because the rows that two reservations compete for may not exist yet.
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('msm_local.reserve'))")


def insert(connection: Connection[Any], table: NewMetaTable) -> MetaTableRow:
    """Write a new row, with the status reserved."""
    return _one(connection, INSERT, _values(table))


def revive(connection: Connection[Any], uid: UUID, table: NewMetaTable) -> MetaTableRow:
    """Make a deleted row a reserved one again, with the values of the new reservation."""
    query = sql.SQL(
        "UPDATE msm_local.meta_tables SET ({}) = ROW({}), provisioning_status = 'reserved',"
        " columns = '[]', indexes_meta = '[]', foreign_keys = '[]', deleted_at = NULL,"
        " updated_at = now() WHERE uid = %s"
    ).format(
        sql.SQL(", ").join(map(sql.Identifier, NEW_COLUMNS)),
        sql.SQL(", ").join(sql.Placeholder() * len(NEW_COLUMNS)),
    )
    return _one(connection, query + RETURNING, [*_values(table), uid])


def activate(connection: Connection[Any], shapes: Mapping[UUID, Shape]) -> None:
    """Make these rows active, with the shape that PostgreSQL has."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE msm_local.meta_tables SET provisioning_status = 'active', deleted_at = NULL,"
            " columns = %s, indexes_meta = %s, foreign_keys = %s, updated_at = now()"
            " WHERE uid = %s",
            [(*shape.as_json(), uid) for uid, shape in shapes.items()],
        )


def store_revision(
    connection: Connection[Any],
    uids: Sequence[UUID],
    revision: str | None,
    registry_uid: UUID | None,
) -> None:
    """Record the revision of the database, and the row of its version table."""
    # The row of the version table does not refer to itself.
    connection.execute(
        "UPDATE msm_local.meta_tables SET alembic_revision = %s, alembic_version_meta_table_uid ="
        " CASE WHEN uid = %s THEN NULL ELSE coalesce(%s, alembic_version_meta_table_uid) END"
        " WHERE uid = ANY(%s)",
        [revision, registry_uid, registry_uid, list(uids)],
    )


def store_texts(connection: Connection[Any], rows: Sequence[MetaTableRow]) -> None:
    """Write the description, the labels and the contract of rows that were changed."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE msm_local.meta_tables SET description = %s, labels = %s, table_contract = %s,"
            " updated_at = now() WHERE uid = %s",
            [(row.description, row.labels, Jsonb(row.table_contract), row.uid) for row in rows],
        )


def mark_deleted(connection: Connection[Any], uids: Sequence[UUID]) -> None:
    """Hide these rows from every answer; they stay, because a table that returns keeps its uid."""
    connection.execute(
        "UPDATE msm_local.meta_tables SET deleted_at = now(), provisioning_status = 'reserved',"
        " updated_at = now() WHERE uid = ANY(%s)",
        [list(uids)],
    )


def patch(connection: Connection[Any], uid: UUID, changes: Mapping[str, Any]) -> MetaTableRow:
    """Set some columns of a row; the names must be columns."""
    assignments = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder()) for name in changes
    )
    query = sql.SQL(
        "UPDATE msm_local.meta_tables SET {}, updated_at = now() WHERE uid = %s"
    ).format(assignments)
    return _one(connection, query + RETURNING, [*changes.values(), uid])


def _scope_rows(
    connection: Connection[Any], condition: str, values: Sequence[Any]
) -> list[ScopeRow]:
    # Every operation does this: the pipeline sends BEGIN in the same round trip.
    with connection.pipeline(), connection.cursor(row_factory=class_row(ScopeRow)) as cursor:
        cursor.execute(SCOPE.format(condition).encode(), values)
        return cursor.fetchall()


def _values(table: NewMetaTable) -> list[Any]:
    values = [getattr(table, name) for name in NEW_COLUMNS]
    return [Jsonb(value) if isinstance(value, dict) else value for value in values]


def _rows(
    connection: Connection[Any], query: sql.Composed | bytes, parameters: Sequence[Any]
) -> list[MetaTableRow]:
    with connection.cursor(row_factory=meta_table_row) as cursor:
        return cursor.execute(query, parameters).fetchall()


def _one(
    connection: Connection[Any], query: sql.Composed | bytes, parameters: Sequence[Any]
) -> MetaTableRow:
    [row] = _rows(connection, query, parameters)
    return row
