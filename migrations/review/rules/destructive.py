"""Rules about operations that cannot be undone: refused unless the revision gives a reason.

A revision acknowledges such a rule by name, at module level::

    acknowledged = {"drop-column": "Nothing has written it since 1007, and no reader is left."}
"""

from collections.abc import Iterator

from ...provider import PACKAGE
from ..hazards import Effect, Hazard, effects, novelties
from ..history import Revision
from ..recorder import Location
from ..renames import find_renames
from .base import Fault, Rule, rule

__all__ = ["DESTRUCTIVE"]

ACKNOWLEDGE = 'then give the reason in acknowledged = {"RULE": "..."}.'


def _or_acknowledge(name: str, first: str) -> str:
    return f"{first}, {ACKNOWLEDGE.replace('RULE', name)}"


@rule("drop-table", to_do=_or_acknowledge("drop-table", "Keep the table until nothing reads it"))
def drop_table(revision: Revision) -> Iterator[Fault]:
    """A table dropped by ``upgrade()``."""
    for effect, location in _effects(revision, "drop-table"):
        why = f"The table {effect.table} is dropped with its rows"
        yield Fault(location, f"{why}{_unless_renamed(revision, effect)}.")


@rule(
    "drop-column",
    to_do=_or_acknowledge("drop-column", "Keep the column until nothing reads it"),
)
def drop_column(revision: Revision) -> Iterator[Fault]:
    """A column dropped by ``upgrade()``."""
    for effect, location in _effects(revision, "drop-column"):
        why = f"The column {effect.subject} is dropped with its values"
        yield Fault(location, f"{why}{_unless_renamed(revision, effect)}.")


@rule(
    "set-not-null",
    to_do=_or_acknowledge("set-not-null", "Fill the column and stop writing NULL to it"),
)
def set_not_null(revision: Revision) -> Iterator[Fault]:
    """NOT NULL on a column that may hold NULL."""
    for effect, location in _effects(revision, "set-not-null"):
        why = (
            f"{effect.subject} becomes NOT NULL: that fails where a row holds NULL, and afterwards "
            "where the previous release writes one."
        )
        yield Fault(location, why)


@rule("narrow-type", to_do=_or_acknowledge("narrow-type", "Make sure that every value fits"))
def narrow_type(revision: Revision) -> Iterator[Fault]:
    """A type that is not known to hold every value of the old one."""
    for effect, location in _effects(revision, "narrow-type"):
        why = f"{effect.subject} {effect.detail}, which may not hold every value."
        yield Fault(location, why)


@rule(
    "delete-rows",
    to_do=_or_acknowledge("delete-rows", "Make sure that nobody needs these rows"),
)
def delete_rows(revision: Revision) -> Iterator[Fault]:
    """Rows deleted by ``upgrade()``: DELETE, MERGE ... DELETE, TRUNCATE, drop_chunks()."""
    for effect, location in _effects(revision, "delete-rows"):
        which = "Rows of the table" if effect.is_filtered else "All rows of the table"
        yield Fault(location, f"{which} {effect.table} are deleted.")


@rule(
    "rewrite-rows",
    to_do=_or_acknowledge("rewrite-rows", "Make sure that nobody needs the old values"),
)
def rewrite_rows(revision: Revision) -> Iterator[Fault]:
    """Values overwritten by ``upgrade()``: UPDATE, MERGE ... UPDATE, ON CONFLICT DO UPDATE.

    Filling a column that the same function adds overwrites nothing.
    """
    for effect, location in _effects(revision, "rewrite-rows"):
        columns = ", ".join(effect.columns)
        yield Fault(location, f"Values of {effect.table} are overwritten, in {columns}.")


@rule(
    "unread-sql",
    to_do=_or_acknowledge("unread-sql", "Write it as operations or as plain statements if you can"),
)
def unread_sql(revision: Revision) -> Iterator[Fault]:
    """SQL that may destroy anything: DO, CALL, EXECUTE, a function, a text that is not SQL."""
    for effect, location in _effects(revision, "unread-sql"):
        yield Fault(location, f"The SQL of op.execute() cannot be judged: it {effect.detail}.")


def _unless_renamed(revision: Revision, effect: Effect) -> str:
    """That there may be a better answer than an acknowledgement, where a rename is possible."""
    new = next((found.new for found in find_renames(revision) if found.old == effect.subject), None)
    if new is None or "possible-rename" in revision.acknowledged:
        return ""
    lines = f"`python -m {PACKAGE}.review {revision.id}` prints the lines that rename it"
    return f"; if it is a rename to {new.rpartition('.')[2]}, {lines} and keep all"


# Only upgrade() is searched: a downgrade undoes, and so drops what upgrade() created.
def _effects(revision: Revision, hazard: Hazard) -> Iterator[tuple[Effect, Location]]:
    operations = revision.upgrade.operations
    made = novelties(operation.op for operation in operations)
    for operation in operations:
        for effect in effects(operation.op, revision.column_types, made):
            if effect.hazard == hazard:
                yield effect, operation.location


DESTRUCTIVE: tuple[Rule, ...] = (
    drop_table,
    drop_column,
    narrow_type,
    set_not_null,
    delete_rows,
    rewrite_rows,
    unread_sql,
)
