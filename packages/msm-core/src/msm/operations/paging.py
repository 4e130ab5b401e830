"""Reading a select in pages by its key, so that others may write while it is read.

Each page is a separate operation, and so a separate transaction. The key of the rows connects the
pages: every page holds the rows after the last key of the previous page, in the order of the key.
A row that exists all the time is therefore read exactly once, whatever others insert, update or
delete meanwhile, unless they change its key. OFFSET would skip and repeat rows while others write.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Join,
    Label,
    Over,
    Select,
    Table,
    UnaryExpression,
    and_,
    literal,
    or_,
    tuple_,
)
from sqlalchemy.sql import operators, visitors

# SQLAlchemy has no public name for a text in ORDER BY.
from sqlalchemy.sql.elements import _label_reference, _textual_label_reference
from sqlalchemy.sql.selectable import Alias

from msm.base import MarketsBase
from msm.errors import NoStableOrderError

__all__ = ["Paging", "plan"]

# What SQLAlchemy puts around a column in ORDER BY.
WRAPPERS = (UnaryExpression, Label, _label_reference)
# Label of the key columns that a caller did not select: added to page by, removed from the rows.
HIDDEN = "msm_key_"


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """A column that a select is paged by.

    Attributes:
        column: the column, of a table or of its alias in the statement.
        descending: whether its larger values come first.
    """

    column: ColumnElement[Any]
    descending: bool = False

    @property
    def order(self) -> ColumnElement[Any]:
        """What the statement is ordered by."""
        return self.column.desc() if self.descending else self.column.asc()

    def after(self, value: Any) -> ColumnElement[bool]:
        """The condition that a row comes after ``value``."""
        after: ColumnElement[bool] = self.column < value if self.descending else self.column > value
        return after


@dataclass(frozen=True, slots=True)
class Paging:
    """How a select is read in pages.

    Attributes:
        statement: the select, in the order of its key, with every column of the key.
        key: the columns that identify a row of the select, in the order they sort it.
        positions: position of each key column among the columns of the statement.
        width: how many columns the caller selected; the columns after them are the key's.
    """

    statement: Select[*tuple[Any, ...]]
    key: tuple[KeyColumn, ...]
    positions: tuple[int, ...]
    width: int

    def page(self, after: Sequence[Any] | None, size: int) -> Select[*tuple[Any, ...]]:
        """The select of the page after the key ``after``; of the first page where it is None."""
        statement = self.statement if after is None else self.statement.where(self._after(after))
        return statement.limit(size)

    def _after(self, after: Sequence[Any]) -> ColumnElement[bool]:
        values = [
            literal(value, part.column.type) for part, value in zip(self.key, after, strict=True)
        ]
        first, *rest = self.key
        if not rest:
            return first.after(values[0])
        if len({part.descending for part in self.key}) == 1:
            # PostgreSQL searches an index by a comparison of tuples, which has one direction only.
            columns, bound = tuple_(*(part.column for part in self.key)), tuple_(*values)
            following = columns < bound if first.descending else columns > bound
        else:
            following = or_(
                *(
                    and_(
                        *(
                            same.column == value
                            for same, value in zip(self.key[:position], values, strict=False)
                        ),
                        part.after(values[position]),
                    )
                    for position, part in enumerate(self.key)
                )
            )
        # The key of a join has columns of several tables, and an index has those of one: without
        # this condition on the first column, PostgreSQL would read the tables from their start.
        start = first.column <= values[0] if first.descending else first.column >= values[0]
        return and_(start, following)


def plan(statement: object) -> Paging:
    """Find the key that a select can be paged by.

    Args:
        statement: a select of models, their aliases and inner joins; if it has an order, by
            columns of their keys. The key consists of the keys of all tables: the primary key, or
            the time index with the identity dimensions.

    Raises:
        NoStableOrderError: the rows of the statement have no such key.
    """
    if not isinstance(statement, Select):
        name = statement.__name__ if isinstance(statement, type) else type(statement).__name__
        raise NoStableOrderError(f"{name} is not a select of models")
    _refuse_shape(statement)
    available = [column for source in _sources(statement) for column in _key_of(source)]
    selected = list(statement.selected_columns)
    named = [*selected, *available]
    key = [_ordering(clause, available, named) for clause in statement._order_by_clauses]  # noqa: SLF001
    taken = {part.column for part in key}
    key += [KeyColumn(column) for column in available if column not in taken]
    # Reversed, because a column that is selected twice is found under its first position.
    places = {column: position for position, column in reversed(list(enumerate(selected)))}
    hidden = [part.column for part in key if part.column not in places]
    places |= {column: len(selected) + position for position, column in enumerate(hidden)}
    ordered = statement.order_by(None).order_by(*(part.order for part in key))
    labels = [column.label(f"{HIDDEN}{position}") for position, column in enumerate(hidden)]
    return Paging(
        ordered.add_columns(*labels),
        tuple(key),
        tuple(places[part.column] for part in key),
        len(selected),
    )


def _refuse_shape(statement: Select[*tuple[Any, ...]]) -> None:
    # SQLAlchemy has no public names for the clauses of a select.
    clauses = {
        "DISTINCT": statement._distinct,  # noqa: SLF001
        "GROUP BY": bool(statement._group_by_clauses),  # noqa: SLF001
        "HAVING": bool(statement._having_criteria),  # noqa: SLF001
        "LIMIT or OFFSET": statement._has_row_limiting_clause,  # noqa: SLF001
    }
    for clause, present in clauses.items():
        if present:
            raise NoStableOrderError(f"{clause} makes its rows depend on each other")
    for column in statement.selected_columns:
        if any(isinstance(element, Over) for element in visitors.iterate(column)):
            # Each page would compute the window over its own rows only.
            raise NoStableOrderError(f"the window of {column} would end with a page")


def _sources(statement: Select[*tuple[Any, ...]]) -> Iterator[FromClause]:
    for source in statement.get_final_froms():
        yield from _tables(source)


def _tables(source: FromClause) -> Iterator[FromClause]:
    match source:
        case Join(isouter=False, full=False):
            yield from _tables(source.left)
            yield from _tables(source.right)
        case Join():
            raise NoStableOrderError("an outer join leaves parts of the key NULL")
        case Table():
            yield source
        case Alias() if isinstance(source.element, Table):
            yield source
        case _:
            raise NoStableOrderError(f"{type(source).__name__} as a source has no key")


def _key_of(source: FromClause) -> list[ColumnElement[Any]]:
    table = source.element if isinstance(source, Alias) else source
    model = MarketsBase.model_of(str(table))
    if model is None:
        raise NoStableOrderError(f"{table} belongs to no model")
    return [source.c[column.name] for column in model.__mapper__.primary_key]


def _ordering(
    clause: ColumnElement[Any],
    available: Sequence[ColumnElement[Any]],
    named: Sequence[ColumnElement[Any]],
) -> KeyColumn:
    column, descending = clause, False
    while isinstance(column, WRAPPERS):
        match column:
            case UnaryExpression(modifier=operators.asc_op | operators.desc_op):
                descending = column.modifier is operators.desc_op
            case UnaryExpression():
                break
        column = column.element
    if isinstance(column, _textual_label_reference):
        column = next((known for known in named if known.key == column.element), column)
        column = column.element if isinstance(column, Label) else column
    if column not in available:
        # A row whose value changes between two pages would be skipped, or read twice.
        raise NoStableOrderError(
            f"others may change {column}, which it is ordered by, between two pages (its key is "
            f"{', '.join(str(part) for part in available)})"
        )
    return KeyColumn(column, descending)
