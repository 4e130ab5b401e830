"""Reading a select in pages by its key, so that others may write while it is read.

A page is an operation of its own, and so a transaction of its own. What makes the pages one whole
is the key of each row: every page holds the rows behind the last key of the page before, in the
order of the key. A row that is there throughout is therefore read exactly once, whatever others
insert, update or delete meanwhile, as long as they leave its key alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Join,
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
from sqlalchemy.sql.selectable import Alias

from msm.base import MarketsBase
from msm.errors import NoStableOrderError

__all__ = ["Paging", "plan"]

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

    def behind(self, value: Any) -> ColumnElement[bool]:
        """The condition that a row comes after ``value``."""
        behind: ColumnElement[bool] = (
            self.column < value if self.descending else self.column > value
        )
        return behind


@dataclass(frozen=True, slots=True)
class Paging:
    """How a select is read in pages.

    Attributes:
        statement: the select, in the order of its key, with every column of the key.
        key: the columns that identify a row of the select, in the order they sort it.
        positions: where each of them is among the columns of the statement.
        width: how many columns the select has by itself; those after it are the key's.
    """

    statement: Select[*tuple[Any, ...]]
    key: tuple[KeyColumn, ...]
    positions: tuple[int, ...]
    width: int

    def page(self, after: Sequence[Any] | None, size: int) -> Select[*tuple[Any, ...]]:
        """The select of the page behind the key ``after``; of the first one where it is None."""
        statement = self.statement if after is None else self.statement.where(self._behind(after))
        return statement.limit(size)

    def _behind(self, after: Sequence[Any]) -> ColumnElement[bool]:
        values = [
            literal(value, part.column.type) for part, value in zip(self.key, after, strict=True)
        ]
        first, *rest = self.key
        if not rest:
            return first.behind(values[0])
        if len({part.descending for part in self.key}) == 1:
            columns, bound = tuple_(*(part.column for part in self.key)), tuple_(*values)
            behind = columns < bound if first.descending else columns > bound
        else:
            behind = or_(
                *(
                    and_(
                        *(
                            same.column == value
                            for same, value in zip(self.key[:position], values, strict=False)
                        ),
                        part.behind(values[position]),
                    )
                    for position, part in enumerate(self.key)
                )
            )
        # The index of one table cannot be searched by the columns of several; by its own it can.
        start = first.column <= values[0] if first.descending else first.column >= values[0]
        return and_(start, behind)


def plan(statement: object) -> Paging:
    """Find the key that a select can be paged by.

    Args:
        statement: a select of models, their aliases and inner joins; ordered, if at all, by
            columns of their keys. The key is that of every table: the primary key, or the time
            index with the identity dimensions.

    Raises:
        NoStableOrderError: the rows of the statement have no such key.
    """
    if not isinstance(statement, Select):
        raise NoStableOrderError(f"{type(statement).__name__} is no select of models")
    _refuse_shape(statement)
    available = [column for source in _sources(statement) for column in _key_of(source)]
    key = [_ordering(clause, available) for clause in statement._order_by_clauses]  # noqa: SLF001
    taken = {part.column for part in key}
    key += [KeyColumn(column) for column in available if column not in taken]
    selected = list(statement.selected_columns)
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
    faults = {
        "DISTINCT": statement._distinct,  # noqa: SLF001
        "GROUP BY": bool(statement._group_by_clauses),  # noqa: SLF001
        "HAVING": bool(statement._having_criteria),  # noqa: SLF001
        "LIMIT or OFFSET": statement._has_row_limiting_clause,  # noqa: SLF001
    }
    for clause, present in faults.items():
        if present:
            raise NoStableOrderError(f"{clause} makes its rows depend on each other")
    for column in statement.selected_columns:
        if any(isinstance(element, Over) for element in visitors.iterate(column)):
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


def _ordering(clause: ColumnElement[Any], available: Sequence[ColumnElement[Any]]) -> KeyColumn:
    column, descending = clause, False
    if isinstance(clause, UnaryExpression) and clause.modifier in {
        operators.asc_op,
        operators.desc_op,
    }:
        column, descending = clause.element, clause.modifier is operators.desc_op
    if column not in available:
        raise NoStableOrderError(
            f"others may change {column}, which it is ordered by, between two pages (its key is "
            f"{', '.join(str(part) for part in available)})"
        )
    return KeyColumn(column, descending)
