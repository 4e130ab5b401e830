"""The tables of models, created as temporary tables so that PostgreSQL prints their definitions."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import batched

from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Connection, ForeignKeyConstraint, Table
from sqlalchemy.exc import DataError, NotSupportedError, ProgrammingError
from sqlalchemy.schema import (
    AddConstraint,
    CreateIndex,
    CreateTable,
    ExecutableDDLElement,
    SetColumnComment,
    SetTableComment,
)

from ..autogenerate import DIALECT
from ..errors import MigrationError
from ..run.translation import reason_of
from .definitions import Definitions, read_definitions

__all__ = ["ModelTableError", "read_models"]

# A transaction holds a lock on each relation that it creates, and a server has room for 6,400.
BATCH = 100
SCHEMA = "pg_temp"


class ModelTableError(MigrationError):
    """PostgreSQL refuses to create the table of a model, also as a temporary one.

    Attributes:
        table: its name.
    """

    def __init__(self, table: str, reason: str, remedy: str) -> None:
        self.table = table
        super().__init__(
            f"PostgreSQL refuses to create {table} as its model says, as a temporary table "
            f"({reason}); {remedy}, and run this again."
        )


def read_models(connection: Connection, tables: Sequence[Table]) -> Definitions:
    """What the tables are that these models describe; nothing of it is kept.

    The role needs only the right to create temporary tables, which PostgreSQL gives to everybody.

    Args:
        connection: in a session whose transactions may be read-only; its transaction ends.
        tables: those of the models.

    Raises:
        ModelTableError: PostgreSQL refuses to create one of them.
    """
    parts: list[Definitions] = []
    for batch in batched(tables, BATCH, strict=False):
        with _discarded(connection):
            _create(connection, batch)
            created = read_definitions(connection, [table.name for table in batch], schema=None)
        parts.append(created)
    return Definitions(
        _joined(part.tables for part in parts),
        _joined(part.columns for part in parts),
        _joined(part.constraints for part in parts),
        _joined(part.indexes for part in parts),
    )


def _joined[K, V](mappings: Iterable[Mapping[K, V]]) -> dict[K, V]:
    return {key: value for mapping in mappings for key, value in mapping.items()}


@contextmanager
def _discarded(connection: Connection) -> Iterator[None]:
    connection.rollback()
    try:
        connection.exec_driver_sql("SET TRANSACTION READ WRITE")
        yield
    finally:
        connection.rollback()


def _create(connection: Connection, tables: Sequence[Table]) -> None:
    keys = [key for table in tables for key in _foreign_keys(table)]
    # A temporary table can refer only to temporary tables: what is in no batch with it comes along.
    targets = {element.column.table: None for key in keys for element in key.elements}
    for table in [*tables, *(target for target in targets if target not in tables)]:
        _run(connection, table, _statements(table))
    for table in tables:
        # An isolated one would be missing in every later CREATE TABLE of the model.
        adding = [AddConstraint(key, isolate_from_table=False) for key in _foreign_keys(table)]
        _run(connection, table, adding)


def _foreign_keys(table: Table) -> list[ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda key: str(key.name))


def _statements(table: Table) -> Iterator[ExecutableDDLElement]:
    yield CreateTable(table, include_foreign_key_constraints=[])
    for index in table.indexes:
        yield CreateIndex(index)
    if table.comment is not None:
        yield SetTableComment(table)
    for column in table.columns:
        if column.comment is not None:
            yield SetColumnComment(column)


def _run(connection: Connection, table: Table, statements: Iterable[ExecutableDDLElement]) -> None:
    """Run the statements of a table at once: one round trip for each would take most of the time.

    Raises:
        ModelTableError: PostgreSQL refuses one of them.
    """
    names = {None: SCHEMA, table.schema: SCHEMA}
    sql = ";\n".join(
        str(
            statement.compile(
                dialect=DIALECT, schema_translate_map=names, render_schema_translate=True
            )
        )
        for statement in statements
    )
    if not sql:
        return
    try:
        connection.execution_options(no_parameters=True).exec_driver_sql(sql)
    except (DataError, NotSupportedError, ProgrammingError) as error:
        remedy = "correct the model"
        if isinstance(error.orig, InsufficientPrivilege):
            remedy = (
                "let an administrator give the owner of the tables what is missing, as with "
                "`GRANT TEMPORARY ON DATABASE ... TO ...`"
            )
        raise ModelTableError(table.name, reason_of(error), remedy) from error
