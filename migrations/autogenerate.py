"""How autogenerate compares the defaults of columns, and writes the expressions of models.

PostgreSQL stores an expression in its own form: ``a IN (1, 2)`` comes back as
``(a = ANY (ARRAY[1, 2]))``. EXPLAIN parses both texts and prints both in that form. It does not run
them, and needs only the right to read the table.
"""

import re
from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import (
    _add_table,
    _alembic_autogenerate_prefix,
    _repr_type,
    renderers,
)
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.operations.ops import CreateTableOp
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Column, Connection, DefaultClause, Index, TableClause, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DataError, ProgrammingError
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

from msm.values.decorated import is_decorated, plain_type
from msm.values.dialect import PLAIN

from .hypertables import own_indexes
from .partitions import default_partition

__all__ = ["COMPILER", "DIALECT", "ExactImpl", "same_expression", "sql_of"]

# psycopg's own parameter style would double every percent sign.
DIALECT = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]
# A colon that text() would take for a parameter, or for the escape of one.
PARAMETER = re.compile(r"(?<![:\w]):(?=[\w$]+(?![:\w$]))|(?<=\\):(?![:\w$])")
# To render single parts the compiler needs no statement, which its types do not allow for.
COMPILER = DIALECT.ddl_compiler(DIALECT, None)  # type: ignore[arg-type]


class ExactImpl(PostgresqlImpl):
    """What Alembic uses for PostgreSQL in a process that has imported this module."""

    # Alembic keeps one class for each dialect, the last that was created.
    __dialect__ = "postgresql"

    _own_indexes: frozenset[tuple[str, str]] | None = None

    def correct_for_autogen_constraints(
        self,
        conn_unique_constraints: set[UniqueConstraint],
        conn_indexes: set[Index],
        metadata_unique_constraints: set[UniqueConstraint],
        metadata_indexes: set[Index],
    ) -> None:
        """Leave out of a comparison what the database made by itself."""
        super().correct_for_autogen_constraints(  # type: ignore[no-untyped-call]
            conn_unique_constraints, conn_indexes, metadata_unique_constraints, metadata_indexes
        )
        known = {index.name for index in metadata_indexes}
        for index in [index for index in conn_indexes if index.name not in known]:
            if self._own_indexes is None and self.connection is not None:
                self._own_indexes = own_indexes(self.connection)
            table = index.table
            if table is not None and (table.name, index.name) in (self._own_indexes or ()):
                conn_indexes.remove(index)

    def compare_server_default(
        self,
        inspector_column: Column[Any],
        metadata_column: Column[Any],
        rendered_metadata_default: str | None,
        rendered_inspector_default: str | None,
    ) -> bool:
        """Whether two defaults differ; neither is evaluated."""
        # Alembic would evaluate both defaults and compare the values. A read-only transaction
        # refuses that for a sequence, json has no operator for it, and a quote ends the text.
        authored = metadata_column.server_default
        if (
            rendered_inspector_default is None
            or not isinstance(authored, DefaultClause)
            or self.connection is None
        ):
            differs: bool = super().compare_server_default(  # type: ignore[no-untyped-call]
                inspector_column,
                metadata_column,
                rendered_metadata_default,
                rendered_inspector_default,
            )
            return differs
        kind = metadata_column.type.compile(DIALECT)
        sql = COMPILER.get_column_default_string(metadata_column)
        return not same_expression(self.connection, rendered_inspector_default, sql, kind=kind)

    def render_type(
        self, type_: TypeEngine[Any], autogen_context: AutogenContext
    ) -> str | Literal[False]:
        """The type of a column, for a revision."""
        # A revision imports no package of a project: it says what is inside of a TypeDecorator.
        if is_decorated(type_):
            return _repr_type(plain_type(type_, PLAIN), autogen_context)
        return super().render_type(type_, autogen_context)

    def render_ddl_sql_expr(
        self,
        expr: ClauseElement,
        is_server_default: bool = False,
        is_index: bool = False,
        **kw: Any,
    ) -> str:
        """The SQL of an expression, for a revision."""
        sql = super().render_ddl_sql_expr(
            expr, is_server_default=is_server_default, is_index=is_index, **kw
        )
        # psycopg's dialect doubles each of them, and does it again when the revision runs.
        if self.dialect.paramstyle == "pyformat":
            sql = sql.replace("%%", "%")
        # A revision has the parts of an index as literal_column(), and everything else as text().
        return sql if is_index else PARAMETER.sub(r"\\:", sql)


@renderers.dispatch_for(CreateTableOp, replace=True)
def _render_table(context: AutogenContext, op: CreateTableOp) -> list[str]:
    """A table for a revision; a partitioned one with the partition that takes every row."""
    lines = [_add_table(context, op)]
    if op.kw.get("postgresql_partition_by") is not None:
        prefix = _alembic_autogenerate_prefix(context)
        lines.append(f"{prefix}execute({default_partition(op.table_name)!r})")
    return lines


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


def sql_of(expression: ClauseElement) -> str:
    """An expression as in DDL, with its values."""
    return str(expression.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True}))
