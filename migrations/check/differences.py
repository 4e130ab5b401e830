"""What a check can find."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["CatalogKind", "Difference", "Kind", "ModelKind", "RevisionKind"]

type RevisionKind = Literal["behind", "ahead", "unversioned", "edited"]
type ModelKind = Literal[
    "missing_table",
    "missing_column",
    "extra_column",
    "changed_column",
    "missing_index",
    "extra_index",
    "changed_index",
    "missing_constraint",
    "extra_constraint",
    "changed_constraint",
    "changed_comment",
]
type CatalogKind = Literal["uncatalogued", "reserved", "stale_columns", "dropped_table", "unowned"]
type Kind = RevisionKind | ModelKind | CatalogKind


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as the code says.

    Attributes:
        kind: what sort of thing; names of :data:`ModelKind` take the models' side, so that an
            extra column is one that the database has and the model has not.
        subject: the table, or ``table.name`` of its column, index or constraint.
        detail: what was found, for a person.
        command: what mends it.
        sql: the statement that takes the database back to the models; None where a command alone
            mends it.
    """

    kind: Kind
    subject: str
    detail: str
    command: str
    sql: str | None = None
