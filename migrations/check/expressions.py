"""CHECK constraints, index predicates and defaults, compared as PostgreSQL reads them.

PostgreSQL stores an expression in its own form: ``a IN (1, 2)`` comes back as
``(a = ANY (ARRAY[1, 2]))``. EXPLAIN parses both texts and prints both in that form. It does not run
them, and needs only the right to read the table.
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

# To render single parts the compiler needs no statement, which its types do not allow for.
COMPILER = DIALECT.ddl_compiler(DIALECT, None)  # type: ignore[arg-type]

# pg_get_expr() waits for a table that is locked, so tables of others are left out.
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
    """A CHECK or an index that both sides have, with different expressions.

    Attributes:
        item: the model's.
        stored: that of the database; None for an index over all rows.
        authored: that of the model.
    """

    item: CheckConstraint | Index
    stored: str | None
    authored: str | None


def changed_expressions(
    connection: Connection, tables: Iterable[Table]
) -> Iterator[ChangedExpression]:
    """Every named CHECK and every index whose condition differs from the model's."""
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
    """Alembic's ``compare_server_default``; None leaves other kinds of defaults to Alembic."""
    # Alembic would evaluate both defaults and compare the values. A read-only transaction refuses
    # that for a sequence, and json has no operator for it.
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
    """An expression as in DDL, with its values."""
    return str(expression.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))


def same_expression(
    connection: Connection,
    stored: str | None,
    authored: str | None,
    *,
    table: TableClause | None = None,
    kind: str | None = None,
) -> bool:
    """Whether two SQL expressions are the same to PostgreSQL.

    Args:
        connection: may read the table.
        stored: as PostgreSQL prints it; None if there is none.
        authored: as it was written; None if there is none.
        table: whose columns they use; None if they use none.
        kind: the SQL type to cast both to; None for no cast.
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
        # A savepoint: an expression that PostgreSQL refuses must not end the transaction. No
        # parameters: psycopg would take the percent sign of a LIKE for one.
        with connection.begin_nested():
            answer = connection.execution_options(no_parameters=True).exec_driver_sql(statement)
            first, second = answer.scalar_one()[0]["Plan"]["Output"]
    except (DataError, ProgrammingError) as error:
        if isinstance(error.orig, InsufficientPrivilege):
            raise
        return False  # The model's expression does not fit the columns of the table.
    return bool(first == second)
