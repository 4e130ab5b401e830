"""CHECK constraints, index predicates and defaults, compared as PostgreSQL reads them.

PostgreSQL keeps an expression in words of its own: ``a IN (1, 2)`` comes back as
``(a = ANY (ARRAY[1, 2]))``. EXPLAIN reads both texts and prints them in the same words. It runs
neither, and needs no more than the right to read the table.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from alembic.runtime.migration import MigrationContext
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    DefaultClause,
    Index,
    Table,
    TableClause,
    text,
)
from sqlalchemy.exc import DataError, ProgrammingError
from sqlalchemy.sql.elements import ClauseElement

from ..inspection.rendering import DIALECT
from ..provider import SCHEMA

__all__ = [
    "COMPILER",
    "DIALECT",
    "ChangedExpression",
    "changed_expressions",
    "default_differs",
    "same_expression",
    "sql_of",
]

# A compiler that renders parts alone takes no statement, which its types do not say.
COMPILER = DIALECT.ddl_compiler(DIALECT, None)  # type: ignore[arg-type]

# pg_get_expr() waits for a table that somebody holds, so that others' tables are left out.
STORED = text("""
    SELECT c.relname, k.conname, pg_get_expr(k.conbin, k.conrelid)
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE k.contype = 'c' AND n.nspname = :schema AND c.relname = ANY(:tables)
    UNION ALL
    SELECT c.relname, i.relname, pg_get_expr(x.indpred, x.indrelid)
    FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = :schema AND c.relname = ANY(:tables)
""")


@dataclass(frozen=True, slots=True)
class ChangedExpression:
    """A CHECK or an index that has its name on both sides, and another expression on each.

    Attributes:
        item: the model's.
        stored: what the database has; None for an index over all rows.
        authored: what the model says.
    """

    item: CheckConstraint | Index
    stored: str | None
    authored: str | None


def changed_expressions(
    connection: Connection, tables: Iterable[Table]
) -> Iterator[ChangedExpression]:
    """Every named CHECK and every index whose condition is not that of the model."""
    by_name = {table.name: table for table in tables}
    rows = connection.execute(STORED, {"schema": SCHEMA, "tables": list(by_name)})
    stored = {(table, name): expression for table, name, expression in rows}
    for table in by_name.values():
        for item, authored in _authored(table):
            key = (table.name, str(item.name))
            if key in stored and not same_expression(
                connection, stored[key], authored, table=table
            ):
                yield ChangedExpression(item, stored[key], authored)


def default_differs(
    context: MigrationContext,
    _inspected_column: Column[Any],
    column: Column[Any],
    stored: str | None,
    authored: object,
    _rendered: str | None,
) -> bool | None:
    """Alembic's ``compare_server_default``; None leaves generated and absent defaults to Alembic.

    Alembic itself would run both defaults and compare the values, which a read-only transaction
    refuses for a sequence and JSON has no operator for.
    """
    if stored is None or not isinstance(authored, DefaultClause) or context.connection is None:
        return None
    kind = column.type.compile(DIALECT)
    authored_sql = COMPILER.get_column_default_string(column)
    return not same_expression(context.connection, stored, authored_sql, kind=kind)


def _authored(table: Table) -> Iterator[tuple[CheckConstraint | Index, str | None]]:
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint) and constraint.name is not None:
            yield constraint, sql_of(constraint.sqltext)
    for index in table.indexes:
        where = index.dialect_options["postgresql"]["where"]
        yield index, None if where is None else sql_of(where)


def sql_of(expression: ClauseElement) -> str:
    """An expression as it would stand in DDL, with its values in place."""
    return str(expression.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))


def same_expression(
    connection: Connection,
    stored: str | None,
    authored: str | None,
    *,
    table: TableClause | None = None,
    kind: str | None = None,
) -> bool:
    """Whether two SQL expressions are one to PostgreSQL.

    Args:
        connection: may read the table.
        stored: as PostgreSQL prints it; None where there is none.
        authored: as it was written; None where there is none.
        table: whose columns they name; None where they name none.
        kind: the SQL type that both are cast to; None leaves them as they are.
    """
    if stored == authored:
        return True
    if stored is None or authored is None:
        return False
    columns = [f"CAST({sql} AS {kind})" if kind else f"({sql})" for sql in (stored, authored)]
    source = (
        "" if table is None else f" FROM ONLY {DIALECT.identifier_preparer.format_table(table)}"
    )
    statement = f"EXPLAIN (VERBOSE, COSTS OFF, FORMAT JSON) SELECT {', '.join(columns)}{source}"
    try:
        with connection.begin_nested():
            answer = connection.execution_options(no_parameters=True).exec_driver_sql(statement)
            first, second = answer.scalar_one()[0]["Plan"]["Output"]
    except (DataError, ProgrammingError) as error:
        if isinstance(error.orig, InsufficientPrivilege):
            raise
        return False  # The model's text does not even fit the columns that the table has.
    return bool(first == second)
