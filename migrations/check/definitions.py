"""The definitions of tables and of their models, both as PostgreSQL prints them.

The models are created as temporary tables, in transactions that are rolled back: the owner of the
tables may not be allowed to create a schema. So a check sees whatever PostgreSQL tells of a table.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import batched

from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, MetaData, Table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

from ..autogenerate import DIALECT, same_expression
from ..errors import MigrationError
from ..provider import SCHEMA
from ..run.translation import reason_of

__all__ = [
    "Changed",
    "Definition",
    "TemporaryTablesError",
    "UncreatableModelError",
    "changed_definitions",
]

# Each table takes some ten locks, of the 6,400 that PostgreSQL has by default.
TABLES_AT_ONCE = 100

CONDITION = re.compile(r"(?P<rest>CHECK|CREATE .* WHERE) (?P<condition>\(.*\))", re.DOTALL)

# pg_get_expr() waits for a table that is locked, so tables of others are left out.
READ = text(r"""
    WITH own AS (
        SELECT oid AS own_oid, relname AS own_name, reloptions FROM pg_class
        WHERE relnamespace = :namespace AND relname = ANY(:tables) AND relkind IN ('r', 'p')
    )
    SELECT own_name, 'table', '', 'storage parameters', array_to_string(reloptions, ', ') FROM own
    UNION ALL
    SELECT own_name, 'column', attname, facet, value
    FROM own JOIN pg_attribute ON attrelid = own_oid AND attnum > 0 AND NOT attisdropped
    JOIN pg_type ON pg_type.oid = atttypid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    LEFT JOIN pg_collation ON pg_collation.oid = attcollation AND attcollation <> typcollation
    CROSS JOIN LATERAL (VALUES
        ('type', format_type(atttypid, atttypmod)),
        ('collation', quote_ident(collname)),
        ('default', CASE attgenerated WHEN '' THEN pg_get_expr(adbin, adrelid) END),
        ('computed value', CASE WHEN attgenerated <> '' THEN pg_get_expr(adbin, adrelid)
            || CASE attgenerated WHEN 's' THEN ' STORED' ELSE ' VIRTUAL' END END),
        ('identity', CASE attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END)
    ) facets (facet, value)
    UNION ALL
    SELECT own_name, 'constraint', conname, 'definition', pg_get_constraintdef(pg_constraint.oid)
    FROM own JOIN pg_constraint ON conrelid = own_oid AND contype IN ('c', 'p', 'u', 'x')
    UNION ALL
    SELECT own_name, 'constraint', conname, 'match', CASE confmatchtype WHEN 'f' THEN 'FULL'
        ELSE 'SIMPLE' END || CASE WHEN convalidated THEN '' ELSE ' NOT VALID' END
    FROM own JOIN pg_constraint ON conrelid = own_oid AND contype = 'f'
    UNION ALL
    SELECT own_name, CASE WHEN conindid IS NULL THEN 'index' ELSE 'constraint' END,
        pg_class.relname, CASE WHEN conindid IS NULL THEN 'definition' ELSE 'index' END,
        regexp_replace(
            pg_get_indexdef(indexrelid), '^(CREATE (UNIQUE )?INDEX ).*? (USING )', '\1\3'
        )
    FROM own JOIN pg_index ON indrelid = own_oid JOIN pg_class ON pg_class.oid = indexrelid
    LEFT JOIN pg_constraint ON conindid = indexrelid AND contype IN ('p', 'u', 'x')
""")


class UncreatableModelError(MigrationError):
    """PostgreSQL cannot create the table of a model.

    Attributes:
        table: its name.
    """

    def __init__(self, table: str, reason: str) -> None:
        self.table = table
        super().__init__(
            f"PostgreSQL cannot create {table} as its model says ({reason}), so the two cannot be "
            "compared; correct the model, and run this again."
        )


class TemporaryTablesError(MigrationError):
    """The role of a migration may not create temporary tables.

    Attributes:
        database: the name of the database.
    """

    def __init__(self, database: str, role: str) -> None:
        self.database = database
        super().__init__(
            f"{role} may create no temporary table in {database}, with which a check compares the "
            f'models; run `GRANT TEMPORARY ON DATABASE "{database}" TO "{role}"` as the owner of '
            "the database."
        )


@dataclass(frozen=True, slots=True, order=True)
class Definition:
    """One part of the definition of a table.

    Attributes:
        table: the table.
        kind: ``table``, ``column``, ``constraint`` or ``index``.
        name: of the column, constraint or index; empty for the table.
        facet: what of it, such as ``type``.
    """

    table: str
    kind: str
    name: str
    facet: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A part of a definition that differs.

    Attributes:
        part: which one.
        stored: what PostgreSQL prints of the database; None where there is nothing.
        authored: what it prints of the model; None where there is nothing.
    """

    part: Definition
    stored: str | None
    authored: str | None


def changed_definitions(connection: Connection, tables: Iterable[Table]) -> Iterator[Changed]:
    """Every part of the tables that both sides have, and that differs.

    A CHECK and an exclusion constraint are found on one side alone, too: Alembic sees none.

    Args:
        connection: of the owner of the tables; its transaction is ended.
        tables: of the models.

    Raises:
        TemporaryTablesError: the role may not create temporary tables.
        UncreatableModelError: PostgreSQL refuses the table of a model.
    """
    schemas = sorted({table.schema or SCHEMA for table in tables})
    for schema in schemas:
        here = [table for table in tables if (table.schema or SCHEMA) == schema]
        for batch in batched(here, TABLES_AT_ONCE, strict=False):
            yield from _changed(connection, schema, batch)


def _changed(connection: Connection, schema: str, tables: Sequence[Table]) -> Iterator[Changed]:
    names = [table.name for table in tables]
    namespace = connection.scalar(text("SELECT to_regnamespace(:name)::oid"), {"name": schema})
    stored = _read(connection, namespace, names)
    with _temporary(connection, tables):
        namespace = connection.scalar(text("SELECT pg_my_temp_schema()"))
        authored = _read(connection, namespace, names) | _matches(tables)
    by_name = {table.name: table for table in tables}
    present = {part.table for part in stored}
    for part in sorted(stored.keys() | authored.keys()):
        was, wanted = stored.get(part), authored.get(part)
        if was == wanted or part.table not in present:
            continue
        if part in stored and part in authored:
            if not _same_condition(connection, by_name[part.table], was, wanted):
                yield Changed(part, was, wanted)
        elif (was or wanted or "").startswith(("CHECK", "EXCLUDE")):
            yield Changed(part, was, wanted)


def _same_condition(
    connection: Connection, table: Table, stored: str | None, authored: str | None
) -> bool:
    """Whether two definitions differ only in how a condition is written, as IN and ANY do."""
    was, wanted = CONDITION.fullmatch(stored or ""), CONDITION.fullmatch(authored or "")
    if was is None or wanted is None or was["rest"] != wanted["rest"]:
        return False
    return same_expression(connection, was["condition"], wanted["condition"], table=table)


def _read(
    connection: Connection, namespace: object, tables: Sequence[str]
) -> dict[Definition, str | None]:
    rows = connection.execute(READ, {"namespace": namespace, "tables": list(tables)})
    return {Definition(*part): value for *part, value in rows}


def _matches(tables: Iterable[Table]) -> dict[Definition, str | None]:
    # A temporary table cannot refer to others.
    return {
        Definition(table.name, "constraint", str(key.name), "match"): key.match or "SIMPLE"
        for table in tables
        for key in table.foreign_key_constraints
    }


@contextmanager
def _temporary(connection: Connection, tables: Sequence[Table]) -> Iterator[None]:
    """Within the block the tables of the models exist, empty, for this session alone."""
    connection.rollback()
    connection.exec_driver_sql("SET TRANSACTION READ WRITE")
    statements = {table.name: _ddl(table) for table in tables}
    raw = connection.execution_options(no_parameters=True)
    try:
        raw.exec_driver_sql(";".join(statements.values()))
    except DBAPIError:
        # Again, one after the other, to see which one it is.
        connection.rollback()
        for table, statement in statements.items():
            connection.exec_driver_sql("SET TRANSACTION READ WRITE")
            try:
                raw.exec_driver_sql(statement)
            except DBAPIError as error:
                connection.rollback()
                raise _refused(connection, table, error) from error
            connection.rollback()
        raise
    try:
        yield
    finally:
        connection.rollback()


def _refused(connection: Connection, table: str, error: DBAPIError) -> MigrationError:
    if isinstance(error.orig, InsufficientPrivilege):
        database, role = connection.execute(text("SELECT current_database(), current_user")).one()
        return TemporaryTablesError(database, role)
    return UncreatableModelError(table, reason_of(error))


def _ddl(table: Table) -> str:
    scratch = MetaData(naming_convention=table.metadata.naming_convention)
    # None is the schema of `scratch`, which the types of SQLAlchemy leave out.
    copy = table.to_metadata(scratch, schema=None)  # type: ignore[arg-type]
    for index in copy.indexes:
        # It cannot be built so in a transaction.
        index.dialect_options["postgresql"]["concurrently"] = False
    create = str(CreateTable(copy, include_foreign_key_constraints=[]).compile(dialect=DIALECT))
    indexes = [str(CreateIndex(index).compile(dialect=DIALECT)) for index in copy.indexes]
    return ";".join([create.replace("CREATE TABLE", "CREATE TEMPORARY TABLE", 1), *indexes])
