"""The differences that a check can find."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["CatalogKind", "Difference", "Kind", "ModelKind", "RevisionKind", "StateKind"]

type RevisionKind = Literal["behind", "ahead", "unversioned", "edited"]
type StateKind = Literal["invalid_index", "other_owner"]
type ModelKind = Literal[
    "missing_table",
    "changed_table",
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
# Programs read these from --json, so they do not change.
type Kind = RevisionKind | StateKind | ModelKind | CatalogKind


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between models, database and catalog.

    Attributes:
        kind: what differs. An extra column, index or constraint is one that only the database has,
            a missing one is one that only the model has.
        subject: the table, or ``table.name`` of its column, index or constraint.
        detail: what was found, for a person.
        command: the command that removes the difference.
        sql: the statement that changes the database to what the models say; None if only the
            command helps.
    """

    kind: Kind
    subject: str
    detail: str
    command: str
    sql: str | None = None
