"""The statements that write a batch.

Their text is the same for every batch of the same columns, however many rows it has. A VALUES list
would grow with the rows, and make PostgreSQL parse and plan a long statement for every batch.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    Column,
    ColumnElement,
    Delete,
    Insert,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.functions import FunctionElement

from msm.rows.keys import Key
from msm.values.decorated import plain_type
from msm.values.literals import column_text

__all__ = [
    "PLACE",
    "delete_statement",
    "given_table",
    "insert_statement",
    "numbered_table",
    "same_key",
    "upsert_statement",
]

# The column of the place of a row in its batch. No column of a model has this name.
PLACE = "msm_place"


def insert_statement(table: Table, literals: Mapping[str, str]) -> Insert:
    """Insert a batch.

    Args:
        table: the table to insert into.
        literals: the array literal of each column.
    """
    return _insert(table, literals)


def upsert_statement(table: Table, literals: Mapping[str, str], key: Key) -> Insert:
    """Insert a batch, and update rows whose key exists where a value differs.

    Columns that are not given keep their values, and so does the primary key.
    """
    statement = _insert(table, literals)
    # Other rows refer to the primary key, so an update must not change it.
    kept = {*key.columns, *(column.name for column in table.primary_key)}
    changed = [table.c[name] for name in literals if name not in kept]
    target = [table.c[name] for name in key.columns]
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=target)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=target,
        set_={column.name: new[column.name] for column in changed},
        # PostgreSQL writes a new version of every row that it updates: without this condition, a
        # repeated upsert would write and log all rows again.
        where=or_(
            *(
                _comparable(column).is_distinct_from(_comparable(new[column.name]))
                for column in changed
            )
        ),
    )


def delete_statement(table: Table, literals: Mapping[str, str], key: Key) -> Delete:
    """Delete the rows with the keys of a batch."""
    same = same_key(table, literals, given_table(table, literals))
    # The key of a partial index identifies only the rows of its condition; others may share it.
    return delete(table).where(*same, *([] if key.where is None else [key.where]))


def _insert(table: Table, literals: Mapping[str, str]) -> postgresql.Insert:
    given = given_table(table, literals)
    values = [_value(table.c[name], given) for name in literals]
    return postgresql.insert(table).from_select(
        list(literals), select(*values), include_defaults=False
    )


def same_key(
    table: Table, names: Iterable[str], given: TableValuedAlias
) -> list[ColumnElement[bool]]:
    """The condition that a row of the table has the key of a row of a batch.

    Args:
        table: the table.
        names: the columns of the key.
        given: the batch, as :func:`given_table` has it.
    """
    return [table.c[name] == _value(table.c[name], given) for name in names]


def given_table(table: Table, literals: Mapping[str, str]) -> TableValuedAlias:
    """The batch as rows: unnest() of one array a column."""
    return _unnested(table, literals).table_valued(*literals, name="given").render_derived()


def numbered_table(table: Table, literals: Mapping[str, str]) -> TableValuedAlias:
    """The batch as :func:`given_table` has it, with the place of each row from 1."""
    numbered = _unnested(table, literals).table_valued(
        *literals, with_ordinality=PLACE, name="given"
    )
    return numbered.render_derived()


def _unnested(table: Table, literals: Mapping[str, str]) -> FunctionElement[Any]:
    # Sent as text and cast: JSON arrays would lose NaN, infinities and long numbers.
    arrays = [
        cast(
            bindparam(f"column_{position}", literal, type_=Text()),
            ARRAY(column_text(table.c[name]).carrier),
        )
        for position, (name, literal) in enumerate(literals.items())
    ]
    return func.unnest(*arrays)


def _value(column: Column[Any], given: TableValuedAlias) -> ColumnElement[Any]:
    value = given.c[column.name]
    # unnest() takes an array of arrays apart to its last element, so that these are sent as text.
    return cast(value, column.type) if isinstance(plain_type(column.type), ARRAY) else value


def _comparable(column: ColumnElement[Any]) -> ColumnElement[Any]:
    # PostgreSQL has an equality for JSONB, but none for JSON.
    kind = plain_type(column.type)
    is_json = isinstance(kind, JSON) and not isinstance(kind, postgresql.JSONB)
    return cast(column, Text) if is_json else column
