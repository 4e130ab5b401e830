"""From a SQLAlchemy statement to one compiled-sql.v1 operation of the SDK."""

import datetime
import json
import math
import numbers
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, CompoundSelect, Delete, Insert, Select, Table, Update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql.dml import OnConflictClause
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import ARRAY, JSON, TypeEngine

from msm.base import MarketsBase
from msm.errors import NotAttachedError, StatementError
from msm.sdk import MetaTable, MetaTableCompiledSQLOperation, build_operation

__all__ = ["MAX_ROWS", "CompiledOperation", "compile_operation"]

type Statement = (
    Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]] | Insert | Update | Delete
)

# One answer carries this many rows at most; a select with more fails instead of being cut.
MAX_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class CompiledOperation:
    """A statement ready to be sent.

    Attributes:
        operation: what the SDK posts to ``meta-tables/execute-operation/``.
        columns: name and SQLAlchemy type of each column that comes back, in order.
    """

    operation: MetaTableCompiledSQLOperation
    columns: tuple[tuple[str, TypeEngine[Any]], ...]


def compile_operation(
    statement: Statement, meta_tables: Mapping[str, MetaTable]
) -> CompiledOperation:
    """Compile a statement and declare the tables it touches.

    Args:
        statement: a select, insert, update, delete, or PostgreSQL upsert.
        meta_tables: the attached resources, by physical table name.

    Raises:
        NotAttachedError: the statement uses a table that is not in ``meta_tables``.
        StatementError: the statement is of another kind, or carries a value that cannot travel.
    """
    kind = _kind(statement)
    if isinstance(statement, Insert):
        # Without it SQLAlchemy adds a RETURNING for generated keys that nobody asked for.
        statement = statement.inline()
    access = _access(statement)
    _require_attached(access, meta_tables)
    compiled = statement.compile(
        dialect=postgresql.dialect(paramstyle="pyformat"),  # type: ignore[no-untyped-call]
        compile_kwargs={"render_postcompile": True},
    )
    if not isinstance(compiled, SQLCompiler):
        raise StatementError(f"{type(statement).__name__} does not compile to one SQL statement.")
    _refuse_python_defaults(compiled)
    parameters, parameter_types = _encode(compiled)
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
        limits={"max_rows": MAX_ROWS},
    )
    # SQLAlchemy has no public name for the labels that it rendered, which the answer is keyed by.
    entries = compiled._result_columns  # noqa: SLF001
    return CompiledOperation(operation, tuple((entry.keyname, entry.type) for entry in entries))


def _kind(statement: object) -> str:
    match statement:
        case Select() | CompoundSelect():
            return "select"
        case Insert():
            elements = visitors.iterate(statement)
            upsert = any(isinstance(element, OnConflictClause) for element in elements)
            return "upsert" if upsert else "insert"
        case Update():
            return "update"
        case Delete():
            return "delete"
    raise StatementError(
        f"{type(statement).__name__} cannot be executed; pass a SQLAlchemy select, insert, update, "
        "delete or PostgreSQL upsert over attached models."
    )


def _access(statement: Statement) -> dict[str, str]:
    """Every table of the statement, joins, subqueries and CTEs included, with its access."""
    access: dict[str, str] = {}
    for element in visitors.iterate(statement):
        if isinstance(element, Insert | Update | Delete) and isinstance(element.table, Table):
            access[element.table.name] = "write"
        elif isinstance(element, Table):
            access.setdefault(element.name, "read")
        elif isinstance(element, Column) and isinstance(element.table, Table):
            access.setdefault(element.table.name, "read")
    if not access:
        raise StatementError(
            "The statement uses no table of a model; an operation needs at least one to run on."
        )
    return access


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


def _encode(compiled: SQLCompiler) -> tuple[dict[str, Any], dict[str, str]]:
    types = {name: bind.type for bind, name in compiled.bind_names.items()}
    parameters: dict[str, Any] = {}
    parameter_types: dict[str, str] = {}
    for name, value in compiled.params.items():
        parameters[name], token = _encode_value(name, value, types.get(name))
        if token is not None:
            parameter_types[name] = token
    return parameters, parameter_types


def _encode_value(
    name: str, value: Any, column_type: TypeEngine[Any] | None
) -> tuple[Any, str | None]:
    """One bind value as JSON carries it, and its type token where the SDK wants one."""
    match value:
        case None | bool() | str():
            return value, None
        case dict() | list() if not isinstance(column_type, ARRAY):
            # As text: what a platform does with a nested object is not in the contract.
            return json.dumps(value, allow_nan=False), None
        case list():
            return value, None
        case datetime.datetime():
            if value.tzinfo is None:
                raise StatementError(
                    f"{name}: {value!r} has no time zone; pass an aware datetime, such as "
                    "datetime.now(datetime.UTC)."
                )
            return value, "timestamp with time zone"
        case datetime.date():
            return value, "date"
        case uuid.UUID() | Decimal():
            return str(value), None
        case numbers.Integral():
            return int(value), None
        case numbers.Real():
            number = float(value)
            # JSON has no NaN or infinity, and the SDK would send null instead.
            return (number if math.isfinite(number) else _non_finite(number)), None
    hint = " (encode JSON values on a JSON column)" if isinstance(column_type, JSON) else ""
    raise StatementError(
        f"{name}: a {type(value).__name__} cannot travel in a compiled-sql.v1 operation{hint}."
    )


def _non_finite(number: float) -> str:
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"
