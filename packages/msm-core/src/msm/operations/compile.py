"""From a SQLAlchemy statement to one compiled-sql.v1 operation of the SDK."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle
from typing import Any

from sqlalchemy import CompoundSelect, Delete, Insert, Select, Update
from sqlalchemy.dialects.postgresql.dml import OnConflictClause
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TupleType, TypeEngine

from msm.base import MarketsBase
from msm.errors import StatementError
from msm.errors.formatting import excerpt
from msm.operations.attached import Attached
from msm.operations.by_column import select_by_column
from msm.operations.exact import (
    ExpectedColumn,
    comes_as_text,
    exact_returning,
    exact_select,
    form_of,
    name_in_answer,
    type_of,
    types_of_returned,
)
from msm.operations.scope import access_of, refuse_forms, refuse_text, require_attached, table_name
from msm.operations.shape import Shape, shape_of
from msm.sdk import MetaTable, MetaTableCompiledSQLOperation, build_operation
from msm.sdk.context import Limits
from msm.values.decode import Form, has_json_form
from msm.values.dialect import DIALECT
from msm.values.encode import encode

__all__ = ["CompiledOperation", "Statement", "compile_operation"]

type Statement = (
    Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]] | Insert | Update | Delete
)

# The SDK's own default.
DEFAULT_TIMEOUT = 15.0
# SQLAlchemy numbers the placeholders of a column with several values: one a row, or one in an IN.
COUNTED = re.compile(r"(_m?\d+)+$")


@dataclass(frozen=True, slots=True)
class CompiledOperation:
    """A statement ready to be sent.

    Attributes:
        operation: what the SDK posts.
        columns: each column that comes back, in order.
        shape: what the rows are made into.
        access: by the physical name of a table that it uses, ``read`` or ``write``.
        target: the table that it writes; None for a select.
        parameters: the Python values of its placeholders, by the names that those of columns
            have before characters of them are replaced.
        limits: what the platform allows of it.
        tables: the attached tables, by physical name.
        types: a select of PostgreSQL's types of the columns that SQLAlchemy has none for; None
            where there is no such column, or the platform sends the types itself.
    """

    operation: MetaTableCompiledSQLOperation
    columns: tuple[ExpectedColumn, ...]
    shape: Shape
    access: Mapping[str, str]
    target: str | None
    parameters: Mapping[str, Any]
    limits: Limits
    tables: Mapping[str, MetaTable]
    types: MetaTableCompiledSQLOperation | None


def compile_operation(
    statement: Statement,
    attached: Attached,
    *,
    max_rows: int | None = None,
    by_column: bool = False,
) -> CompiledOperation:
    """Compile a statement and declare the tables it touches.

    Args:
        statement: a select, insert, update, delete, or PostgreSQL upsert.
        attached: the attached tables, and how they may be used.
        max_rows: the largest number of rows that one answer may carry; None for the platform's.
        by_column: whether to ask for the columns of an ordered select, and not for its rows;
            SQLAlchemy has to know the types of all.

    Raises:
        NotAttachedError: the statement uses a table that is not attached.
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
    require_attached(access, attached.tables)
    compiled = _compiled(statement, kind)
    exact = attached.limits.sends_exact_values and not by_column
    columns = _result_columns(compiled, exact=exact)
    text, types = _texts(statement, compiled, columns)
    if by_column:
        sql = select_by_column(text.sql, columns, DIALECT.identifier_preparer)
        text = _Text(sql, compiled)
    build = partial(_operation, access=access, attached=attached, max_rows=max_rows)
    return CompiledOperation(
        operation=build(kind, text),
        columns=columns,
        shape=shape_of(statement, compiled),
        access=access,
        target=(
            None if isinstance(statement, Select | CompoundSelect) else table_name(statement.table)
        ),
        parameters=_parameters_of(compiled),
        limits=attached.limits,
        tables=attached.tables,
        types=None if types is None else build("select", types),
    )


@dataclass(frozen=True, slots=True)
class _Text:
    """The text of a statement, and the compiler that has its placeholders."""

    sql: str
    compiled: SQLCompiler


def _operation(
    kind: str,
    text: _Text,
    *,
    access: Mapping[str, str],
    attached: Attached,
    max_rows: int | None,
) -> MetaTableCompiledSQLOperation:
    # Sorted, so that the same statement always makes the same request.
    used = {name: attached.tables[name] for name in sorted(access)}
    values = _values_of(text.compiled)
    columns = _columns_of(text.compiled, access)
    parameters, parameter_types = encode(values, _types_of(text.compiled), columns)
    return build_operation(
        kind=kind,
        sql=text.sql,
        parameters=parameters,
        parameter_types=parameter_types,
        access={str(meta_table.uid): access[name] for name, meta_table in used.items()},
        data_source_uid=str(next(iter(used.values())).data_source_uid),
        max_rows=max_rows or attached.limits.max_rows,
        timeout=attached.timeout or DEFAULT_TIMEOUT,
    )


def _texts(
    statement: Statement, compiled: SQLCompiler, columns: Sequence[ExpectedColumn]
) -> tuple[_Text, _Text | None]:
    """What to send, and what to ask for the types of the columns that SQLAlchemy has none for."""
    if all(column.form is Form.NATIVE for column in columns):
        return _Text(str(compiled), compiled), None
    if isinstance(statement, Select | CompoundSelect):
        sql, types_sql = exact_select(str(compiled), columns, DIALECT.identifier_preparer)
        types = None if types_sql is None else _Text(types_sql, compiled)
        return _Text(sql, compiled), types
    exact = _compiled(exact_returning(statement, columns), "statement")
    of_types = types_of_returned(statement, columns)
    if of_types is None:
        return _Text(str(exact), exact), None
    asking = _compiled(of_types, "statement")
    return _Text(str(exact), exact), _Text(str(asking), asking)


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
    # A model itself is a class.
    name = statement.__name__ if isinstance(statement, type) else type(statement).__name__
    raise StatementError(
        f"{name} cannot be executed; pass a SQLAlchemy select, insert, update, "
        "delete or PostgreSQL upsert over attached models."
    )


def _compiled(statement: Statement, kind: str) -> SQLCompiler:
    try:
        # SQLAlchemy expands an IN only when it executes a statement itself; here it must be now.
        compiled = DIALECT.statement_compiler(
            DIALECT, statement, compile_kwargs={"render_postcompile": True}
        )
    except SQLAlchemyError as error:
        said = excerpt(str(error.args[0]))
        raise StatementError(f"The {kind} does not compile: {said}") from error
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
    # Their value would be None, and be sent as NULL.
    names = [name for bind, name in compiled.bind_names.items() if bind.required]
    if names:
        raise StatementError(
            f"No value was given for {', '.join(names)}; pass it with values(), or with params() "
            "for your own bindparam()."
        )


def _result_columns(compiled: SQLCompiler, *, exact: bool) -> tuple[ExpectedColumn, ...]:
    # SQLAlchemy has no public name for the labels that it rendered; rows are keyed by them.
    entries = compiled._result_columns  # noqa: SLF001 - see above
    names = [name_in_answer(entry.keyname) for entry in entries]
    for entry in entries:
        name = name_in_answer(entry.keyname)
        if names.count(name) > 1:
            raise StatementError(
                f"{name}: {names.count(name)} result columns have this name, and rows are keyed by "
                "name; give each a different label()."
            )
        if not has_json_form(entry.type):
            raise StatementError(
                f"{entry.keyname}: the result column is {entry.type.compile(DIALECT)}, which "
                "compiled-sql.v1 cannot carry; cast it, or extract() a part, in the statement."
            )
    is_union = isinstance(compiled.statement, CompoundSelect)
    return tuple(
        ExpectedColumn(
            entry.keyname,
            type_of(entry),
            (
                Form.NATIVE
                if exact and not comes_as_text(entry.type)
                else form_of(entry, is_union=is_union)
            ),
        )
        for entry in entries
    )


def _values_of(compiled: SQLCompiler) -> dict[str, Any]:
    """The value of each placeholder, by its name in the text."""
    expanded = compiled._post_compile_expanded_state  # noqa: SLF001 - has no public name
    if expanded is None:
        return dict(compiled.params)
    # SQLAlchemy replaces characters that a placeholder cannot have, as the space of "adj close".
    # Where it has expanded an IN, the names are those before that, and params refuses params().
    escaped = compiled.escaped_bind_names
    return {escaped.get(name, name): value for name, value in expanded.parameters.items()}


def _types_of(compiled: SQLCompiler) -> dict[str, TypeEngine[Any]]:
    escaped = compiled.escaped_bind_names
    types = {escaped.get(name, name): bind.type for bind, name in compiled.bind_names.items()}
    expanded = compiled._post_compile_expanded_state  # noqa: SLF001 - see above
    # The values of an IN have placeholders of their own; those of tuples, one after the other.
    for name, placeholders in () if expanded is None else expanded.parameter_expansion.items():
        kind = compiled.binds[name].type
        types |= zip(placeholders, cycle(kind.types if isinstance(kind, TupleType) else [kind]))
    return types


def _own_names(compiled: SQLCompiler) -> dict[str, str]:
    """The name of each placeholder before SQLAlchemy replaced characters of it."""
    own = {placeholder: name for name, placeholder in compiled.escaped_bind_names.items()}
    return {placeholder: own.get(placeholder, placeholder) for placeholder in _values_of(compiled)}


def _parameters_of(compiled: SQLCompiler) -> dict[str, Any]:
    names = _own_names(compiled)
    return {names[placeholder]: value for placeholder, value in _values_of(compiled).items()}


def _columns_of(compiled: SQLCompiler, tables: Iterable[str]) -> dict[str, str]:
    """The column whose value each placeholder carries, as far as its name shows."""
    names = {
        column.name for table in tables for column in MarketsBase.metadata.tables[table].columns
    }
    return {
        placeholder: name if name in names else COUNTED.sub("", name)
        for placeholder, name in _own_names(compiled).items()
    }
