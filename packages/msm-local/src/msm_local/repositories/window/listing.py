"""The tables of a catalog, with what PostgreSQL knows of their contents."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row

from msm_local.repositories.contents.overview import METATABLES_CATALOG, Catalog

__all__ = ["Listed", "find_listed", "find_matches"]

# PostgreSQL locks a table to measure it. One that a migration works on is not measured, because the
# page would wait for its end. A module such as msm.models.assets.asset has the area assets.
COLUMNS = sql.SQL("""
       t.identifier, t.migration_package AS package_key, t.physical_schema AS schema,
       t.physical_table_name AS name, t.provisioning_status AS status, t.description,
       t.table_contract #>> '{authoring,table_model,module}' AS module,
       t.table_contract #>> '{authoring,table_model,qualname}' AS model,
       c.oid::bigint AS oid, k.oid IS NOT NULL AS locked,
       CASE WHEN k.oid IS NULL THEN pg_total_relation_size(c.oid) END AS size,
       CASE WHEN k.oid IS NOT NULL THEN s.n_live_tup
            WHEN pg_relation_size(c.oid) = 0 THEN 0
            WHEN s.n_tup_ins + s.n_tup_upd + s.n_tup_del > 0 OR c.reltuples < 0 THEN s.n_live_tup
            ELSE c.reltuples::bigint END AS rows,
       CASE WHEN k.oid IS NULL THEN coalesce(pg_relation_size(c.oid) = 0, false) ELSE false END
            AS exact,
       s.n_tup_ins + s.n_tup_upd + s.n_tup_del AS writes
""")
JOINS = sql.SQL("""
LEFT JOIN pg_namespace n ON n.nspname = t.physical_schema
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = t.physical_table_name
     AND c.relkind IN ('r', 'p')
LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
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
ONE = " AND t.physical_schema = %(schema)s AND t.physical_table_name = %(name)s"
IN_ORDER = " ORDER BY t.physical_schema, t.physical_table_name"
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
        size: of the table with its indexes, in bytes.
        rows: how many rows it has; an estimate unless ``exact``.
        exact: whether ``rows`` is exact, because the table has no pages.
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
    size: int | None
    rows: int | None
    exact: bool
    writes: int | None

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
    """The tables of the catalog, by name.

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
