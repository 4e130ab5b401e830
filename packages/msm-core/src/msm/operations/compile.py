"""From a SQLAlchemy statement to one compiled-sql.v1 operation of the SDK."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, Delete, Insert, Select, Update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.dml import OnConflictClause
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from msm.base import MarketsBase
from msm.errors import StatementError
from msm.operations.scope import access_of, refuse_forms, refuse_text, require_attached, table_name
from msm.sdk import MetaTable, MetaTableCompiledSQLOperation, build_operation
from msm.values.decode import has_json_form
from msm.values.encode import encode

__all__ = ["CompiledOperation", "Statement", "compile_operation"]

type Statement = (
    Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]] | Insert | Update | Delete
)

# As many as msm-local puts into one answer. A platform that puts in fewer says that there are more.
MAX_ROWS = 100_000
# The SDK's own default.
DEFAULT_TIMEOUT = 15.0
# SQLAlchemy numbers the placeholders of a column with several values: one a row, or one in an IN.
COUNTED = re.compile(r"(_m?\d+)+$")

# The platform runs psycopg, which takes named placeholders as %(name)s.
_dialect = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class CompiledOperation:
    """A statement ready to be sent.

    Attributes:
        operation: what the SDK posts to ``meta-tables/execute-operation/``.
        columns: name and SQLAlchemy type of each column that comes back, in order.
        tables: physical names of the tables that it uses.
        target: the table that it writes; None for a select.
        parameters: the Python values of its placeholders.
    """

    operation: MetaTableCompiledSQLOperation
    columns: tuple[tuple[str, TypeEngine[Any]], ...]
    tables: tuple[str, ...]
    target: str | None
    parameters: Mapping[str, Any]


def compile_operation(
    statement: Statement,
    meta_tables: Mapping[str, MetaTable],
    *,
    max_rows: int = MAX_ROWS,
    timeout: float | None = None,
) -> CompiledOperation:
    """Compile a statement and declare the tables it touches.

    Args:
        statement: a select, insert, update, delete, or PostgreSQL upsert.
        meta_tables: the attached resources, by physical table name.
        max_rows: the largest number of rows that one answer may carry.
        timeout: seconds that the statement may run; None for the SDK's default, 15.

    Raises:
        NotAttachedError: the statement uses a table that is not in ``meta_tables``.
        StatementError: the statement is of another kind, hides SQL in text, locks rows, writes
            twice, lacks a value, or takes or returns a value that cannot be sent.
    """
    kind = _kind(statement)
    if isinstance(statement, Insert):
        # Without it SQLAlchemy adds a RETURNING for generated keys that nobody asked for.
        statement = statement.inline()
    elements = tuple(visitors.iterate(statement))
    if kind == "insert" and any(isinstance(element, OnConflictClause) for element in elements):
        kind = "upsert"
    # Before anything is compiled: these errors name what the caller wrote, not the SQL made of it.
    refuse_text(elements)
    refuse_forms(statement, elements)
    access = access_of(elements)
    require_attached(access, meta_tables)
    compiled = _compiled(statement, kind)
    columns = _result_columns(compiled)
    types = {name: bind.type for bind, name in compiled.bind_names.items()}
    parameters, parameter_types = encode(compiled.params, types, _columns_of(compiled, access))
    used = {name: meta_tables[name] for name in sorted(access)}
    operation = build_operation(
        kind=kind,
        sql=str(compiled),
        parameters=parameters,
        parameter_types=parameter_types,
        # Sorted, so that the same statement always makes the same request.
        access={str(meta_table.uid): access[name] for name, meta_table in used.items()},
        data_source_uid=str(next(iter(used.values())).data_source_uid),
        max_rows=max_rows,
        timeout=timeout or DEFAULT_TIMEOUT,
    )
    target = None if isinstance(statement, Select | CompoundSelect) else table_name(statement.table)
    return CompiledOperation(operation, columns, tuple(sorted(access)), target, compiled.params)


def _kind(statement: object) -> str:
    match statement:
        case Select() | CompoundSelect():
            return "select"
        case Insert():
            return "insert"
        case Update():
            return "update"
        case Delete():
            return "delete"
    raise StatementError(
        f"{type(statement).__name__} cannot be executed; pass a SQLAlchemy select, insert, update, "
        "delete or PostgreSQL upsert over attached models."
    )


def _compiled(statement: Statement, kind: str) -> SQLCompiler:
    try:
        # SQLAlchemy expands an IN only when it executes a statement itself; here it must be now.
        compiled = _dialect.statement_compiler(
            _dialect, statement, compile_kwargs={"render_postcompile": True}
        )
    except SQLAlchemyError as error:
        raise StatementError(f"The {kind} does not compile: {error.args[0]}") from error
    _refuse_python_defaults(compiled)
    _refuse_missing(compiled)
    return compiled


def _refuse_python_defaults(compiled: SQLCompiler) -> None:
    # SQLAlchemy calls these defaults when it executes a statement, which it does not do here: the
    # column would be written as NULL.
    columns = [*(compiled.insert_prefetch or ()), *(compiled.update_prefetch or ())]
    if columns:
        names = ", ".join(str(column) for column in columns)
        raise StatementError(
            f"{names}: the default is a Python function, which cannot be sent; give the column a "
            "server_default, or pass the value."
        )


def _refuse_missing(compiled: SQLCompiler) -> None:
    # compiled.params has None for these, so that they would be sent as NULL.
    names = [name for bind, name in compiled.bind_names.items() if bind.required]
    if names:
        raise StatementError(
            f"No value was given for {', '.join(names)}; pass it with values(), or with params() "
            "for your own bindparam()."
        )


def _result_columns(compiled: SQLCompiler) -> tuple[tuple[str, TypeEngine[Any]], ...]:
    # SQLAlchemy has no public name for the labels that it rendered; rows are keyed by them.
    columns = tuple((entry.keyname, entry.type) for entry in compiled._result_columns)  # noqa: SLF001
    names = [name for name, _type in columns]
    for name, column_type in columns:
        if names.count(name) > 1:
            raise StatementError(
                f"{name}: {names.count(name)} result columns have this name, and rows are keyed by "
                "name; give each a different label()."
            )
        if not has_json_form(column_type):
            raise StatementError(
                f"{name}: the result column is {column_type.compile(_dialect)}, which "
                "compiled-sql.v1 cannot carry; cast it, or extract() a part, in the statement."
            )
    return columns


def _columns_of(compiled: SQLCompiler, tables: Iterable[str]) -> dict[str, str]:
    """The column whose value each placeholder carries, as far as its name shows."""
    names = {
        column.name for table in tables for column in MarketsBase.metadata.tables[table].columns
    }
    return {name: name if name in names else COUNTED.sub("", name) for name in compiled.params}
