"""Asking for result columns as text, where the platform would change their values.

A platform may answer with a JSON number where PostgreSQL has NUMERIC, which loses digits, and with
null where it has NaN, and it may fail where there is an infinite time. It is asked for text then,
by an outer select: what the statement means, its order, DISTINCT, GROUP BY or union, is left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Delete,
    Extract,
    Insert,
    Label,
    Text,
    Update,
    cast,
    false,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import INTERVAL
from sqlalchemy.schema import Column, Table
from sqlalchemy.sql.compiler import IdentifierPreparer, ResultColumnsEntry
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import Alias, Select
from sqlalchemy.types import (
    ARRAY,
    JSON,
    Date,
    DateTime,
    Float,
    Integer,
    Interval,
    LargeBinary,
    NullType,
    Numeric,
    String,
    Time,
    TypeEngine,
)

from msm.definition import MAX_NAME_LENGTH
from msm.values.decode import Form, PartOfTime, is_untyped
from msm.values.decorated import plain_type

__all__ = [
    "ExpectedColumn",
    "comes_as_text",
    "exact_returning",
    "exact_select",
    "form_of",
    "name_in_answer",
    "type_of",
    "types_of_returned",
]

type Write = Insert | Update | Delete


@dataclass(frozen=True, slots=True)
class ExpectedColumn:
    """A column that comes back.

    Attributes:
        name: its name or label, which the rows are keyed by.
        kind: SQLAlchemy's type of it; NullType where SQLAlchemy does not know it.
        form: how its values come.
    """

    name: str
    kind: TypeEngine[Any]
    form: Form


def name_in_answer(name: str) -> str:
    """The name of a result column as PostgreSQL gives it back."""
    # It cuts longer ones.
    return name.encode()[:MAX_NAME_LENGTH].decode(errors="ignore")


def type_of(entry: ResultColumnsEntry) -> TypeEngine[Any]:
    """The type of a result column, where that of ``extract()`` is not an integer."""
    element = entry.objects[0] if entry.objects else None
    # A column of a subquery is made of the one inside.
    sources = element.base_columns if isinstance(element, ColumnElement) else ()
    is_part = any(isinstance(_unlabelled(source), Extract) for source in sources)
    return PartOfTime() if is_part else entry.type


def _unlabelled(element: object) -> object:
    while isinstance(element, Label):
        element = element.element
    return element


def comes_as_text(kind: TypeEngine[Any]) -> bool:
    """Whether values of this type have no JSON form, so that every platform sends their text."""
    kind = plain_type(kind)
    if isinstance(kind, ARRAY):
        return comes_as_text(kind.item_type)
    return isinstance(kind, LargeBinary | Interval | INTERVAL)


def form_of(entry: ResultColumnsEntry, *, is_union: bool) -> Form:
    """How a column has to come from a platform that changes values.

    Args:
        entry: the column.
        is_union: whether it is a column of several selects, whose types PostgreSQL reconciles.
    """
    match plain_type(entry.type):
        case NullType() | ARRAY() | JSON():
            return Form.JSON
        # Times of a day, intervals and bytes come not at all, and text is what they are read from.
        case Numeric() | Float() | Time() | Interval() | INTERVAL() | LargeBinary():
            return Form.TEXT
        # The text of these depends on settings of the session, and that in JSON does not.
        case Date() | DateTime():
            return Form.ISO
        # PostgreSQL computes other types than SQLAlchemy expects: a sum of BIGINT is NUMERIC.
        case Integer() | String() if is_union or not _is_stored(entry):
            return Form.TEXT
    return Form.NATIVE


def _is_stored(entry: ResultColumnsEntry) -> bool:
    """Whether a result column is a column of a table, whose type is known for certain."""
    element = _unlabelled(entry.objects[0] if entry.objects else None)
    if not isinstance(element, Column):
        return False
    source = element.table.element if isinstance(element.table, Alias) else element.table
    return isinstance(source, Table)


def exact_select(
    sql: str, columns: Sequence[ExpectedColumn], preparer: IdentifierPreparer
) -> tuple[str, str | None]:
    """The text of a select that asks for exact values, and that of one that asks for types.

    Args:
        sql: the text of the select.
        columns: its columns.
        preparer: quotes names.

    Returns:
        The second is None where SQLAlchemy knows the types of all columns. It has one row, with
        PostgreSQL's name of the type of each column that SQLAlchemy does not know.
    """
    names = [preparer.quote(column.name) for column in columns]
    # Named by their place, because a column without a label has no name of its own.
    source = f"FROM ({sql}) AS msm_rows ({', '.join(names)})"
    wanted = [_as_text(name, column.form) for name, column in zip(names, columns, strict=True)]
    # A subquery without rows has the type, and computes nothing.
    types = [
        f"CAST(pg_typeof((SELECT {name} {source} WHERE false)) AS TEXT) AS {name}"
        for name, column in zip(names, columns, strict=True)
        if is_untyped(column.kind)
    ]
    return f"SELECT {', '.join(wanted)} {source}", f"SELECT {', '.join(types)}" if types else None


def _as_text(name: str, form: Form) -> str:
    match form:
        case Form.NATIVE:
            return name
        case Form.TEXT:
            return f"CAST({name} AS TEXT) AS {name}"
        case Form.ISO:
            return f"to_json({name}) #>> '{{}}' AS {name}"
        case Form.JSON:
            return f"CAST(to_json({name}) AS TEXT) AS {name}"


def exact_returning(statement: Write, columns: Sequence[ExpectedColumn]) -> Write:
    """A write whose RETURNING asks for exact values."""
    returned: list[ColumnElement[Any]] = list(statement.exported_columns)
    wanted = [
        _as_text_element(element, column.form).label(column.name)
        for element, column in zip(returned, columns, strict=True)
    ]
    bare = statement._clone()  # noqa: SLF001 - returning() only adds columns
    bare._returning = ()  # noqa: SLF001 - see above
    exact: Write = bare.returning(*wanted)
    return exact


def _as_text_element(element: ColumnElement[Any], form: Form) -> ColumnElement[Any]:
    match form:
        case Form.NATIVE:
            return element
        case Form.TEXT:
            return cast(element, Text)
        case Form.ISO:
            return func.to_json(element).op("#>>")(literal_column("'{}'"))
        case Form.JSON:
            return cast(func.to_json(element), Text)


def types_of_returned(
    statement: Write, columns: Sequence[ExpectedColumn]
) -> Select[*tuple[Any, ...]] | None:
    """A select of PostgreSQL's types of the columns of a RETURNING that SQLAlchemy has none for."""
    types = [
        cast(func.pg_typeof(select(element).where(false()).scalar_subquery()), Text).label(
            column.name
        )
        for element, column in zip(statement.exported_columns, columns, strict=True)
        if is_untyped(column.kind)
    ]
    return select(*types) if types else None
