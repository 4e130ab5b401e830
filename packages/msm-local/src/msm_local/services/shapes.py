"""From what PostgreSQL has to what the catalog stores: type tokens, columns, indexes and keys."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import Connection

from msm_local.repositories import physical
from msm_local.repositories.meta_table_rows import (
    CatalogColumn,
    CatalogForeignKey,
    CatalogIndex,
    MetaTableRow,
    Shape,
)
from msm_local.repositories.physical import Column, ForeignKey, Index, Table

__all__ = ["read_shapes", "type_token", "unsupported_columns"]

MODIFIER = re.compile(r"\([^)]*\)")
# INTEGER is int64 and REAL float32, because the SDK maps the types of the models so.
TOKENS = {
    "bigint": "int64",
    "boolean": "bool",
    "character": "string",
    "character varying": "string",
    "double precision": "float64",
    "integer": "int64",
    "numeric": "numeric",
    "real": "float32",
    "smallint": "int16",
    "text": "string",
    "time without time zone": "time",
}
NAIVE_TIMESTAMP = "timestamp without time zone"
ON_DELETE = {
    "a": "NO ACTION",
    "c": "CASCADE",
    "d": "SET DEFAULT",
    "n": "SET NULL",
    "r": "RESTRICT",
}


def type_token(data_type: str) -> str:
    """The SDK's portable token for a type of PostgreSQL, as format_type writes it."""
    plain = MODIFIER.sub("", data_type)
    element = plain.removesuffix("[]")
    return TOKENS.get(element, element) + plain.removeprefix(element)


def unsupported_columns(shape: Shape) -> list[str]:
    """Columns whose type the SDK refuses: timestamps without a time zone."""
    return [column.name for column in shape.columns if column.data_type == NAIVE_TIMESTAMP]


def read_shapes(
    connection: Connection[Any],
    tables: Mapping[tuple[str, str], Table],
    rows: Mapping[tuple[str, str], MetaTableRow],
    uid_of: Callable[[str, str], UUID | None],
) -> dict[UUID, Shape]:
    """The shape of each table, by the uid of its row; three queries read all of them."""
    oids = [table.oid for table in tables.values()]
    columns = _by_table(physical.read_columns(connection, oids))
    indexes = _by_table(physical.read_indexes(connection, oids))
    foreign_keys = _by_table(physical.read_foreign_keys(connection, oids))
    return {
        rows[name].uid: Shape(
            _columns(columns[table.oid], rows[name].table_contract),
            [_index(index) for index in indexes[table.oid]],
            [_foreign_key(key, uid_of) for key in foreign_keys[table.oid]],
        )
        for name, table in tables.items()
    }


def _by_table[T: (Column, Index, ForeignKey)](rows: Iterable[T]) -> defaultdict[int, list[T]]:
    groups: defaultdict[int, list[T]] = defaultdict(list)
    for row in rows:
        groups[row.table_oid].append(row)
    return groups


def _columns(columns: Sequence[Column], contract: Mapping[str, Any]) -> list[CatalogColumn]:
    authored = {column["name"]: column for column in contract.get("columns", [])}
    return [
        _column(position, column, authored.get(column.name, {}))
        for position, column in enumerate(columns)
    ]


def _column(position: int, column: Column, authored: Mapping[str, Any]) -> CatalogColumn:
    return CatalogColumn(
        name=column.name,
        logical_name=authored.get("logical_name"),
        data_type=type_token(column.data_type),
        backend_type=column.data_type.upper().replace("CHARACTER VARYING", "VARCHAR"),
        nullable=column.nullable,
        primary_key=column.primary_key,
        unique=column.unique,
        server_default=column.server_default,
        ordinal_position=position,
        # The comment in the database wins: a migration may have changed it after the reservation.
        description=column.comment or authored.get("description"),
        label=authored.get("label"),
        contract_fragment=dict(authored),
    )


def _index(index: Index) -> CatalogIndex:
    return CatalogIndex(
        name=index.name,
        columns=index.columns,
        unique=index.unique,
        method=index.method,
        expression=index.expression,
        contract_fragment={
            "primary": index.primary,
            "constraint": index.constraint,
            "predicate": index.predicate,
            "definition": index.definition,
        },
    )


def _foreign_key(key: ForeignKey, uid_of: Callable[[str, str], UUID | None]) -> CatalogForeignKey:
    target = uid_of(key.target_schema, key.target_table)
    return CatalogForeignKey(
        name=key.name,
        source_columns=key.source_columns,
        target_table_uid=None if target is None else str(target),
        target_table_physical_table_name=key.target_table,
        target_table_physical_schema=key.target_schema,
        target_columns=key.target_columns,
        on_delete=ON_DELETE[key.on_delete],
    )
