"""The tables of PostgreSQL, their columns, indexes and keys: one query each for all tables."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row

__all__ = [
    "Column",
    "ForeignKey",
    "Index",
    "Table",
    "find_relations",
    "find_row_functions",
    "read_columns",
    "read_foreign_keys",
    "read_indexes",
    "read_tables",
    "read_versions",
]


@dataclass(frozen=True, slots=True)
class Table:
    """A physical table.

    Attributes:
        oid: its object id.
        schema: name of its schema.
        name: its name.
        owner: name of the role that owns it.
    """

    oid: int
    schema: str
    name: str
    owner: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column, in table order; ``data_type`` as PostgreSQL's format_type writes it."""

    table_oid: int
    name: str
    data_type: str
    nullable: bool
    primary_key: bool
    unique: bool
    server_default: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class Index:
    """An index; ``expression`` has its expressions, and ``columns`` the plain columns."""

    table_oid: int
    name: str
    columns: list[str]
    unique: bool
    primary: bool
    constraint: bool
    method: str
    predicate: str | None
    expression: str | None
    definition: str


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """A foreign key; ``on_delete`` is PostgreSQL's one-letter action."""

    table_oid: int
    name: str
    source_columns: list[str]
    target_schema: str
    target_table: str
    target_columns: list[str]
    on_delete: str


# Pairs of names come as two arrays, so that one statement text serves any number of tables.
TABLES = """
SELECT c.oid::bigint AS oid, n.nspname AS schema, c.relname AS name,
       pg_get_userbyid(c.relowner) AS owner
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p')
  AND (n.nspname, c.relname) IN (SELECT * FROM unnest(%s::name[], %s::name[]))
"""
COLUMNS = """
SELECT a.attrelid::bigint AS table_oid, a.attname AS name,
       format_type(a.atttypid, a.atttypmod) AS data_type, NOT a.attnotnull AS nullable,
       coalesce(k.is_primary, false) AS primary_key, coalesce(k.is_unique, false) AS "unique",
       pg_get_expr(d.adbin, d.adrelid) AS server_default,
       col_description(a.attrelid, a.attnum) AS comment
FROM pg_attribute a
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN (
    SELECT indrelid, key.attnum, bool_or(indisprimary) AS is_primary,
           bool_or(indisunique AND indnkeyatts = 1 AND indpred IS NULL) AS is_unique
    FROM pg_index, unnest(indkey::smallint[]) WITH ORDINALITY AS key (attnum, position)
    WHERE indrelid = ANY(%(oids)s) AND key.position <= indnkeyatts
    GROUP BY indrelid, key.attnum
) k ON k.indrelid = a.attrelid AND k.attnum = a.attnum
WHERE a.attrelid = ANY(%(oids)s) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum
"""
# Columns up to indnkeyatts only: those of INCLUDE are not part of the key.
INDEXES = """
SELECT i.indrelid::bigint AS table_oid, c.relname AS name, i.indisunique AS "unique",
       i.indisprimary AS primary,
       EXISTS (SELECT 1 FROM pg_constraint x WHERE x.conindid = i.indexrelid
               AND x.contype IN ('p', 'u', 'x')) AS constraint,
       m.amname AS method,
       array(SELECT a.attname::text FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS
             key (attnum, position) JOIN pg_attribute a ON a.attrelid = i.indrelid
             AND a.attnum = key.attnum WHERE key.position <= i.indnkeyatts
             ORDER BY key.position) AS columns,
       pg_get_expr(i.indpred, i.indrelid) AS predicate,
       pg_get_expr(i.indexprs, i.indrelid) AS expression,
       pg_get_indexdef(i.indexrelid) AS definition
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
WHERE i.indrelid = ANY(%(oids)s)
ORDER BY i.indrelid, c.relname
"""
FOREIGN_KEYS = """
SELECT k.conrelid::bigint AS table_oid, k.conname AS name, k.confdeltype::text AS on_delete,
       n.nspname AS target_schema, t.relname AS target_table,
       array(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS key (attnum, position)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = key.attnum
             ORDER BY key.position) AS source_columns,
       array(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS key (attnum, position)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = key.attnum
             ORDER BY key.position) AS target_columns
FROM pg_constraint k JOIN pg_class t ON t.oid = k.confrelid
JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE k.contype = 'f' AND k.conrelid = ANY(%(oids)s)
ORDER BY k.conrelid, k.conname
"""


def read_tables(
    connection: Connection[Any], names: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Table]:
    """The tables that exist among these (schema, name) pairs."""
    with connection.cursor(row_factory=class_row(Table)) as cursor:
        rows = cursor.execute(TABLES, [[name[0] for name in names], [name[1] for name in names]])
        return {(row.schema, row.name): row for row in rows}


def read_columns(connection: Connection[Any], oids: Sequence[int]) -> list[Column]:
    """The columns of these tables, in table order."""
    with connection.cursor(row_factory=class_row(Column)) as cursor:
        return cursor.execute(COLUMNS, {"oids": list(oids)}).fetchall()


def read_indexes(connection: Connection[Any], oids: Sequence[int]) -> list[Index]:
    """The indexes of these tables, by name, including those of constraints."""
    with connection.cursor(row_factory=class_row(Index)) as cursor:
        return cursor.execute(INDEXES, {"oids": list(oids)}).fetchall()


def read_foreign_keys(connection: Connection[Any], oids: Sequence[int]) -> list[ForeignKey]:
    """The foreign keys of these tables, by name."""
    with connection.cursor(row_factory=class_row(ForeignKey)) as cursor:
        return cursor.execute(FOREIGN_KEYS, {"oids": list(oids)}).fetchall()


def find_row_functions(connection: Connection[Any], names: Sequence[str]) -> list[str]:
    """Which of these names are functions that take a row, and are not PostgreSQL's own."""
    rows = connection.execute(
        "SELECT DISTINCT p.proname::text FROM pg_proc p JOIN pg_type t ON t.oid = p.proargtypes[0]"
        " WHERE p.proname = ANY(%s::name[]) AND t.typtype IN ('c', 'p')"
        " AND p.pronamespace <> 'pg_catalog'::regnamespace ORDER BY 1",
        [list(names)],
    )
    return [row[0] for row in rows]


def find_relations(connection: Connection[Any], names: Collection[str]) -> list[str]:
    """Which of these names are tables or views of schema public."""
    if not names:
        return []
    rows = connection.execute(
        "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relkind IN ('r', 'p', 'v', 'm', 'f') AND relname = ANY(%s::name[])",
        [list(names)],
    )
    return [row[0] for row in rows]


def read_versions(connection: Connection[Any], schema: str, table: str, column: str) -> list[str]:
    """The revisions that an Alembic version table holds."""
    query = sql.SQL("SELECT {0} FROM {1}.{2} ORDER BY {0}").format(
        sql.Identifier(column), sql.Identifier(schema), sql.Identifier(table)
    )
    return [str(row[0]) for row in connection.execute(query)]
