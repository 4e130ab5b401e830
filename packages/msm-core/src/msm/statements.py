"""From a SQLAlchemy statement to one compiled-sql.v1 operation of the SDK."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Alias,
    Column,
    CompoundSelect,
    Delete,
    FromClause,
    Insert,
    Select,
    Table,
    TableClause,
    TextClause,
    Update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.dml import OnConflictClause
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import Visitable
from sqlalchemy.types import TypeEngine

from msm.base import MarketsBase
from msm.decoding import has_json_form
from msm.encoding import encode
from msm.errors import NotAttachedError, StatementError
from msm.sdk import MetaTable, MetaTableCompiledSQLOperation, build_operation

__all__ = ["CompiledOperation", "Statement", "compile_operation"]

type Statement = (
    Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]] | Insert | Update | Delete
)

# The most that msm-local puts into one answer. Where a platform puts in fewer, it says so.
MAX_ROWS = 100_000
# The SDK's own.
DEFAULT_SECONDS = 15.0

_dialect = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class CompiledOperation:
    """A statement ready to be sent.

    Attributes:
        operation: what the SDK posts to ``meta-tables/execute-operation/``.
        columns: name and SQLAlchemy type of each column that comes back, in order.
        tables: physical names of the tables that it uses.
        target: the one of them that it writes; None for a select.
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
    seconds: float | None = None,
) -> CompiledOperation:
    """Compile a statement and declare the tables it touches.

    Args:
        statement: a select, insert, update, delete, or PostgreSQL upsert.
        meta_tables: the attached resources, by physical table name.
        max_rows: the most rows that one answer may carry.
        seconds: how long the statement may run; None for the SDK's default, 15.

    Raises:
        NotAttachedError: the statement uses a table that is not in ``meta_tables``.
        StatementError: the statement is of another kind, hides SQL in text, or takes or returns a
            value that cannot travel.
    """
    kind = _kind(statement)
    if isinstance(statement, Insert):
        # Without it SQLAlchemy adds a RETURNING for generated keys that nobody asked for.
        statement = statement.inline()
    elements = tuple(visitors.iterate(statement))
    if kind == "insert" and any(isinstance(element, OnConflictClause) for element in elements):
        kind = "upsert"
    _refuse_text(elements)
    access = _access(elements)
    _require_attached(access, meta_tables)
    compiled = statement.compile(dialect=_dialect, compile_kwargs={"render_postcompile": True})
    if not isinstance(compiled, SQLCompiler):
        raise StatementError(f"{type(statement).__name__} does not compile to one SQL statement.")
    _refuse_python_defaults(compiled)
    # SQLAlchemy has no public name for the labels that it rendered, which the answer is keyed by.
    columns = tuple((entry.keyname, entry.type) for entry in compiled._result_columns)  # noqa: SLF001
    _refuse_columns(columns)
    types = {name: bind.type for bind, name in compiled.bind_names.items()}
    parameters, parameter_types = encode(compiled.params, types)
    operation = build_operation(
        operation=kind,
        sql=str(compiled),
        parameters=parameters,
        parameter_types=parameter_types,
        scope={
            "tables": [
                {"meta_table_uid": str(meta_tables[name].uid), "access": access[name]}
                for name in sorted(access)
            ]
        },
        limits={
            "max_rows": max_rows,
            "statement_timeout_ms": math.ceil((seconds or DEFAULT_SECONDS) * 1000),
        },
    )
    target = None if isinstance(statement, Select | CompoundSelect) else _name(statement.table)
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


def _refuse_text(elements: Sequence[Visitable]) -> None:
    """Refuse what the scope cannot be derived from; the WHERE of an index names no table."""
    conflicts = [element for element in elements if isinstance(element, OnConflictClause)]
    allowed = {id(part) for clause in conflicts for part in visitors.iterate(clause)}
    for element in elements:
        if isinstance(element, TextClause) and id(element) not in allowed:
            raise StatementError(
                f"text({element.text!r}) hides what it uses; write it with models, columns and "
                "functions, from which the scope of the operation is derived."
            )
        if isinstance(element, TableClause) and not isinstance(element, Table):
            raise StatementError(
                f"table({element.name!r}) is no table of a model; use the model in its place."
            )


def _access(elements: Sequence[Visitable]) -> dict[str, str]:
    """Every table of the statement, joins, subqueries and CTEs included, with its access."""
    access: dict[str, str] = {}
    for element in elements:
        if isinstance(element, Insert | Update | Delete):
            access[_name(element.table)] = "write"
        elif isinstance(element, Table):
            access.setdefault(element.name, "read")
        elif isinstance(element, Column) and isinstance(element.table, Table):
            access.setdefault(element.table.name, "read")
    if not access:
        raise StatementError(
            "The statement uses no table of a model; an operation needs at least one to run on."
        )
    return access


def _name(target: FromClause) -> str:
    """The physical name of the table that is written, which may stand there under an alias."""
    table = target.element if isinstance(target, Alias) else target
    if not isinstance(table, Table):
        raise StatementError(f"{target!r} cannot be written; write to one attached model.")
    return str(table.name)


def _require_attached(access: Mapping[str, str], meta_tables: Mapping[str, MetaTable]) -> None:
    missing = sorted(set(access) - set(meta_tables))
    if not missing:
        return
    names = {model.__tablename__: model.__name__ for model in MarketsBase.models()}
    models = [names.get(table, table) for table in missing]
    raise NotAttachedError(
        f"The statement uses {', '.join(missing)}, which this runtime has not attached; call "
        f"msm.start_engine([{', '.join(models)}, ...]) with every model the statement uses.",
        tables=missing,
    )


def _refuse_python_defaults(compiled: SQLCompiler) -> None:
    columns = [*(compiled.insert_prefetch or ()), *(compiled.update_prefetch or ())]
    if columns:
        names = ", ".join(str(column) for column in columns)
        raise StatementError(
            f"{names}: the default is a Python function, which cannot travel; give the column a "
            "server_default, or pass the value."
        )


def _refuse_columns(columns: Sequence[tuple[str, TypeEngine[Any]]]) -> None:
    for name, column_type in columns:
        if not has_json_form(column_type):
            raise StatementError(
                f"{name}: the result column is {column_type.compile(_dialect)}, which "
                "compiled-sql.v1 cannot carry; cast or extract() what you need of it in the "
                "statement."
            )
