"""CHECK constraints and index predicates, compared as PostgreSQL reads them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import CheckConstraint, Connection, Index, Table, text
from sqlalchemy.sql.elements import ClauseElement

from ..autogenerate import DIALECT, same_expression
from ..provider import SCHEMA

__all__ = ["ChangedExpression", "changed_expressions", "sql_of"]

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
