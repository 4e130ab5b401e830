"""The tables of a catalog, with what PostgreSQL knows of their contents."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row, dict_row

from msm_local.repositories.contents.overview import METATABLES_CATALOG, Catalog

__all__ = ["Listed", "find_listed", "find_matches", "with_contents"]

# A module such as msm.models.assets.asset has the package msm and the area assets.
COLUMNS = sql.SQL("""
       t.identifier, t.migration_package AS package_key, t.physical_schema AS schema,
       t.physical_table_name AS name, t.provisioning_status AS status, t.description,
       m.model ->> 'module' AS module, m.model ->> 'qualname' AS model,
       c.oid::bigint AS oid, k.oid IS NOT NULL AS locked
""")
# OFFSET keeps the planner from reading the contract twice, which is most of the time.
JOINS = sql.SQL("""
CROSS JOIN LATERAL (SELECT t.table_contract #> '{authoring,table_model}' AS model OFFSET 0) m
LEFT JOIN pg_namespace n ON n.nspname = t.physical_schema
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.physical_table_name
     AND c.relkind IN ('r', 'p')
LEFT JOIN (
    SELECT DISTINCT coalesce(i.indrelid, l.relation) AS oid
    FROM pg_locks l LEFT JOIN pg_index i ON i.indexrelid = l.relation
    WHERE l.locktype = 'relation' AND l.granted AND l.mode = 'AccessExclusiveLock'
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
) k ON k.oid = c.oid
""")
OWN = """
SELECT t.namespace, t.time_index_name AS time_index, t.index_names AS identity, t.cadence, {columns}
FROM msm_local.meta_tables t {joins}
WHERE t.deleted_at IS NULL
"""
VENDORS = """
SELECT p.name AS namespace, x.time_index_name AS time_index, x.cadence,
       ARRAY(SELECT json_array_elements_text(coalesce(x.index_names, '[]'))) AS identity, {columns}
FROM metatables.meta_table t LEFT JOIN metatables.namespace p ON p.uid = t.namespace_uid
LEFT JOIN metatables.time_index_table x ON x.meta_table_uid = t.uid {joins}
WHERE true
"""
# Partitions and the chunks of a hypertable inherit from their table. To measure a table asks the
# file system about each of its files, and locks it.
CONTENTS = """
WITH RECURSIVE parts (root, oid) AS (
    SELECT oid, oid FROM unnest(%s::oid[]) AS asked (oid)
    UNION ALL
    SELECT p.root, i.inhrelid FROM parts p JOIN pg_inherits i ON i.inhparent = p.oid
)
SELECT p.root::bigint AS oid, sum(pg_total_relation_size(c.oid))::bigint AS size,
       sum(pg_relation_size(c.oid))::bigint AS heap,
       sum(CASE WHEN pg_relation_size(c.oid) = 0 THEN 0
           WHEN s.writes > 0 OR c.reltuples < 0 THEN s.live
           ELSE c.reltuples::bigint END)::bigint AS rows,
       sum(pg_relation_size(c.oid)) = 0 AS exact, sum(s.writes)::bigint AS writes
FROM parts p JOIN pg_class c ON c.oid = p.oid, LATERAL (
    SELECT pg_stat_get_live_tuples(c.oid) AS live,
           pg_stat_get_tuples_inserted(c.oid) + pg_stat_get_tuples_updated(c.oid)
           + pg_stat_get_tuples_deleted(c.oid) AS writes
) s
GROUP BY p.root
"""
ONE = " AND t.physical_schema = %(schema)s AND t.physical_table_name = %(name)s"
IN_ORDER = " ORDER BY t.physical_schema, t.physical_table_name"
# Bytes of rows up to which a table is counted: a hundred such tables take a few milliseconds.
COUNTED = 128 * 1024
# Which columns have the text in their name or in their comment.
MATCHES = """
SELECT a.attrelid::bigint, array_agg(a.attname::text ORDER BY a.attnum)
FROM pg_attribute a
LEFT JOIN pg_description d ON d.objoid = a.attrelid AND d.objsubid = a.attnum
     AND d.classoid = 'pg_class'::regclass
WHERE a.attrelid = ANY(%(oids)s) AND a.attnum > 0 AND NOT a.attisdropped
  AND (strpos(lower(a.attname), %(text)s) > 0 OR strpos(lower(d.description), %(text)s) > 0)
GROUP BY a.attrelid
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """A table of the catalog.

    Attributes:
        namespace: its namespace.
        time_index: the time index of a time-indexed table; None for another one.
        identity: the columns that identify a row of a time-indexed table, the time index first.
        cadence: the declared cadence; None without one.
        identifier: its identifier.
        package_key: the migration package that made it.
        schema: its schema.
        name: its physical name.
        status: its provisioning status.
        description: what a row of it is.
        module: the module of its model; None where the catalog does not say it.
        model: the name of its model.
        oid: of the physical table; None where there is none.
        locked: whether a migration, or another session, lets nobody read the table now.
        size: of the table with its indexes, partitions and chunks, in bytes; this and what
            follows is unknown before ``with_contents``, and while the table is locked.
        heap: of its rows alone.
        rows: how many rows it has; an estimate unless ``exact``.
        exact: whether ``rows`` is exact: it was counted, or the table has no pages.
        writes: how many rows were written or deleted since PostgreSQL's statistics began.
    """

    namespace: str | None
    time_index: str | None
    identity: list[str]
    cadence: str | None
    identifier: str | None
    package_key: str | None
    schema: str
    name: str
    status: str
    description: str | None
    module: str | None
    model: str | None
    oid: int | None
    locked: bool
    size: int | None = None
    heap: int | None = None
    rows: int | None = None
    exact: bool = False
    writes: int | None = None

    @property
    def package(self) -> str:
        """The Python package of its model, or else the migration package."""
        return self.module.partition(".")[0] if self.module else self.package_key or "other"

    @property
    def area(self) -> str:
        """The part of the package: the folder or the module below ``models``."""
        parts = (self.module or "").split(".")
        below = parts[parts.index("models") + 1 :] if "models" in parts else parts[1:]
        return below[0] if below else ""


def find_listed(
    connection: Connection[Any], catalog: Catalog, one: tuple[str, str] | None = None
) -> list[Listed]:
    """The tables of the catalog, by name, without what is in them.

    Args:
        connection: a connection to the database.
        catalog: the catalog.
        one: schema and name of the only table to look for; None for all.
    """
    text = VENDORS if catalog == METATABLES_CATALOG else OWN
    query = sql.SQL(text).format(columns=COLUMNS, joins=JOINS) + sql.SQL(
        IN_ORDER if one is None else ONE
    )
    values = None if one is None else {"schema": one[0], "name": one[1]}
    with connection.cursor(row_factory=class_row(Listed)) as cursor:
        return cursor.execute(query, values).fetchall()


def find_matches(
    connection: Connection[Any], oids: Sequence[int], text: str
) -> dict[int, list[str]]:
    """The columns that have a text in their name or comment, by table; in any case of letters."""
    rows = connection.execute(MATCHES, {"oids": list(oids), "text": text.lower()})
    return {int(oid): list(names) for oid, names in rows}


def with_contents(connection: Connection[Any], tables: Sequence[Listed]) -> list[Listed]:
    """The same tables with what is in them; the rows of those that are small are counted.

    A table that is locked is not measured, because the page would wait for the migration to end.
    """
    measurable = {table.oid: table for table in tables if table.oid and not table.locked}
    with connection.cursor(row_factory=dict_row) as cursor:
        found = {row["oid"]: row for row in cursor.execute(CONTENTS, [list(measurable)])}
    small = [oid for oid, row in found.items() if 0 < row["heap"] <= COUNTED]
    if small:
        counts = sql.SQL(" UNION ALL ").join(
            sql.SQL("SELECT {}::bigint, count(*) FROM {}").format(
                sql.Literal(oid), sql.Identifier(measurable[oid].schema, measurable[oid].name)
            )
            for oid in small
        )
        for oid, rows in connection.execute(counts):
            found[oid] |= {"rows": rows, "exact": True}
    return [replace(table, **found[table.oid]) if table.oid in found else table for table in tables]
