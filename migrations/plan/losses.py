"""What the operations of a plan lose, with the rows of the database as it is now."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ..inspection.database import Database
from ..review.hazards import Effect, Hazard
from .cascades import cascades
from .phrases import describe_loss
from .rows import Conversion, RowCount, count_converted, count_rows, count_values

__all__ = ["Loss", "losses_of"]

VERBS: dict[Hazard, str] = {"delete-rows": "deletes ", "rewrite-rows": "rewrites "}
COUNTED_VALUES: frozenset[Hazard] = frozenset({"drop-column", "set-not-null"})


@dataclass(frozen=True, slots=True)
class Loss:
    """What a destructive operation loses.

    Attributes:
        effect: what the operation does.
        action: the same, in one line.
        rows: how many rows are concerned now: those of the table, or where a foreign key does it,
            those that refer; None if the table does not exist yet, or is not known.
        values: how many of them have a value in the column that is dropped or made NOT NULL, or one
            that a new type does not keep; None for another operation, where the column does not
            exist yet, and where that is not known.
        conversion: what a new type does to the values; None where it is not known.
        is_hidden: whether this role may not read the table.
        is_written: whether the plan writes the column before, so that it may not fail.
    """

    effect: Effect
    action: str
    rows: RowCount | None
    values: RowCount | None = None
    conversion: Conversion | None = None
    is_hidden: bool = False
    is_written: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether it concerns as many rows as it says, which were counted."""
        return self.rows is not None and self.rows.exact and not self.effect.is_filtered

    def __str__(self) -> str:
        if self.effect.hazard == "unread-sql":
            return "may destroy anything"
        if self.is_hidden:
            return "rows that this role may not count"
        if self.rows is None:
            return "does not exist yet"
        if self.conversion is not None:
            return self._of_conversion(self.rows, self.conversion)
        if self.values is not None:
            return self._of_values(self.rows, self.values)
        verb = VERBS.get(self.effect.hazard, "")
        return f"{verb}{'up to ' if self.effect.is_filtered else ''}{self.rows}"

    def _of_values(self, rows: RowCount, values: RowCount) -> str:
        if self.effect.hazard == "drop-column":
            if not rows.number:
                return str(rows)
            return f"{_number(values)} of {rows} {_hold(values.number)} a value"
        without = rows.number - values.number
        # An estimate of one number says nothing about its difference to another.
        if not rows.exact or not values.exact or not without:
            return str(rows)
        return self._failing(f"{without:,} of {rows} {_hold(without)} NULL")

    def _of_conversion(self, rows: RowCount, conversion: Conversion) -> str:
        if conversion.rows is None:
            return self._failing(f"{rows}, and a value {conversion.verb}")
        number = conversion.rows.number
        if not rows.number:
            return str(rows)
        held = f"{_hold(number)} a value that {conversion.verb}"
        found = f"{_number(conversion.rows)} of {rows} {held}"
        return self._failing(found) if conversion.fails and number else found

    def _failing(self, why: str) -> str:
        if self.is_written:
            return f"{why} now, and this plan writes the column before"
        return f"{why}: this will fail"


def losses_of(
    effect: Effect, database: Database | None, written: Collection[tuple[str, str]] = ()
) -> Iterator[Loss]:
    """What an operation loses, and what foreign keys lose because of it.

    Args:
        effect: of the operation.
        database: None for one that has never been migrated.
        written: tables and columns that the plan writes before.
    """
    action = describe_loss(effect)
    if database is None or not effect.table:
        yield Loss(effect, action, None)
        return
    place = (database.connection, effect.schema, effect.table)
    rows = count_rows(*place)
    is_written = any((effect.table, column) in written for column in effect.columns)
    if effect.becomes is not None and rows is not None:
        (name,) = effect.columns
        conversion = count_converted(*place, name, effect.becomes, effect.using)
        changed = None if conversion is None else conversion.rows
        yield Loss(effect, action, rows, changed, conversion, is_written=is_written)
    elif effect.hazard in COUNTED_VALUES and len(effect.columns) == 1:
        values = count_values(*place, effect.columns[0])
        yield Loss(effect, action, rows, values, is_written=is_written)
    else:
        yield Loss(effect, action, rows)
    for found in cascades(database.connection, effect):
        hidden = found.rows is None
        yield Loss(found.effect, describe_loss(found.effect), found.rows, is_hidden=hidden)


def _number(count: RowCount) -> str:
    return f"{'' if count.exact else 'about '}{count.number:,}"


def _hold(number: int) -> str:
    return "holds" if number == 1 else "hold"
