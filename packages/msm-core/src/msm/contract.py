"""Whether a table of the catalog is as its model says: its columns, and its revision."""

import re
from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import ARRAY, BigInteger, Integer, SmallInteger, Table
from sqlalchemy.types import TypeEngine

from msm.sdk import sqlalchemy_type_to_token
from msm.values.decorated import plain_type
from msm.values.dialect import PLAIN

__all__ = ["column_faults", "is_behind", "type_tokens", "without_zone"]

NUMBERED = re.compile(r"(?P<prefix>.*?)(?P<number>\d+)")


class CatalogColumn(Protocol):
    """A column of a resource, as the SDK reads it from the catalog."""

    name: str
    data_type: str
    nullable: bool


def column_faults(table: Table, columns: Sequence[CatalogColumn]) -> list[str]:
    """What a model has that the catalog's columns of its table have not.

    Columns that the model does not have are no fault, nor is a NOT NULL that the model does not
    know of: while services run, the database is migrated before they are deployed again.

    Args:
        table: the table of the model.
        columns: the columns that the catalog lists.
    """
    # Every table has some: the platform has left them out of its answer.
    if not columns:
        return []
    listed = {column.name: column for column in columns}
    faults = []
    for column in table.columns:
        there = listed.get(column.name)
        if there is None:
            faults.append(f"it has no column {column.name}")
            continue
        tokens = type_tokens(column.type)
        if tokens and without_zone(there.data_type) not in tokens:
            faults.append(f"its column {column.name} is {there.data_type}, not {tokens[0]}")
        if there.nullable and not column.nullable:
            faults.append(f"its column {column.name} may be NULL, and that of the model not")
    return faults


def is_behind(recorded: str | None, wanted: str) -> bool | None:
    """Whether a table is at an older revision than a wanted one.

    Args:
        recorded: the revisions that the catalog has for the table, separated by commas.
        wanted: a revision.

    Returns:
        None where it cannot be told: revisions are compared by the number at their end, and none of
        the recorded ones has the same text before it, as in ``acme0002`` and ``acme0010``.
    """
    revisions = (recorded or "").split(",")
    if wanted in revisions:
        return False
    asked = NUMBERED.fullmatch(wanted)
    numbers = [
        int(found["number"])
        for found in map(NUMBERED.fullmatch, revisions)
        if found and asked and found["prefix"] == asked["prefix"]
    ]
    if asked is None or not numbers:
        return None
    return max(numbers) < int(asked["number"])


def type_tokens(kind: TypeEngine[object]) -> list[str]:
    """The names of a type in catalogs; empty for a type without one, which is not compared."""
    kind = plain_type(kind, PLAIN)
    if isinstance(kind, ARRAY):
        # One platform keeps what the SDK says of an array, and another one looks at the column. The
        # SDK cannot read the brackets of NUMERIC.
        return [
            token
            for element in type_tokens(kind.item_type)
            for token in (f"{element}[]", "array", element)
            if token != element or element == "numeric"
        ]
    try:
        token = without_zone(sqlalchemy_type_to_token(kind))
    except ValueError:
        return []
    # The SDK calls INTEGER as it calls BIGINT; a platform that looks at the column does not.
    is_plain = isinstance(kind, Integer) and not isinstance(kind, BigInteger | SmallInteger)
    return [token, "int32"] if is_plain else [token]


def without_zone(token: str) -> str:
    """A token as it is compared: platforms write TIME and INTERVAL in several ways."""
    return token.casefold().removesuffix(" without time zone")
