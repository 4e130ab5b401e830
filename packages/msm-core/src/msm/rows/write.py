"""Insert, upsert and delete: check all rows, then send batch after batch."""

import random
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import chain, pairwise

from tqdm import tqdm

from msm.base import MarketsModel
from msm.errors import InvalidRowsError, MsmError, PartlyWrittenError, TransactionConflictError
from msm.operations.ahead import Ahead
from msm.operations.attached import Attached
from msm.operations.compile import Statement
from msm.operations.execute import read
from msm.rows.arguments import ColumnNames
from msm.rows.input import Rows, given_rows
from msm.rows.keys import key_of_every_row, natural_key, table_of, unique_keys
from msm.rows.statements import delete_statement, insert_statement, upsert_statement
from msm.rows.validate import Batch, Checked, Expected, check_rows, largest_batch
from msm.sdk.process.forks import after_fork

__all__ = ["delete_rows", "insert_rows", "upsert_rows"]

type Compose = Callable[[Batch], Statement]

# Seconds before a progress bar is shown, so that short calls print nothing.
PROGRESS_DELAY = 1.0
# Times that a batch is sent whose transaction was in the way of another one. PostgreSQL finds a
# deadlock after a second, and then lets one of the two go on.
MAX_ATTEMPTS = 6
# In seconds before the second attempt, and twice as long before each later one.
PAUSE = 0.05


class _Progress(tqdm):  # type: ignore[type-arg]
    """A progress bar, whose lock is not the one that a forked child inherits."""


def _renew_lock() -> None:
    _Progress.set_lock(threading.RLock())


_renew_lock()
after_fork(_renew_lock)


def insert_rows(
    model: type[MarketsModel],
    rows: Rows,
    attached: Attached,
) -> int:
    """Do what :meth:`msm.MarketsRuntime.insert` documents.

    Args:
        model: the model.
        rows: the rows.
        attached: the attached tables, and how they may be used.
    """
    table = table_of(model)
    # A partial index allows the same values again in rows that its condition does not select.
    whole = [key.columns for key in unique_keys(model) if key.where is None]
    expected = Expected(None, _required(model), whole, ())
    return _Writing(model, "insert", attached).write(
        rows, expected, lambda batch: insert_statement(table, batch.literals)
    )


def upsert_rows(
    model: type[MarketsModel],
    rows: Rows,
    key: ColumnNames | None,
    attached: Attached,
) -> int:
    """Do what :meth:`msm.MarketsRuntime.upsert` documents.

    Args:
        model: the model.
        rows: the rows.
        key: columns of one of the model's unique keys; None for the natural key.
        attached: the attached tables, and how they may be used.
    """
    table, target = table_of(model), key_of_every_row(model, key)
    needed = _required(model) | set(target.columns)
    expected = Expected(None, needed, [target.columns], target.columns)
    return _Writing(model, "upsert", attached).write(
        rows, expected, lambda batch: upsert_statement(table, batch.literals, target)
    )


def delete_rows(
    model: type[MarketsModel],
    rows: Rows,
    key: ColumnNames | None,
    attached: Attached,
) -> int:
    """Do what :meth:`msm.MarketsRuntime.delete` documents.

    Args:
        model: the model.
        rows: the rows.
        key: columns of one of the model's unique keys; None for the natural key.
        attached: the attached tables, and how they may be used.
    """
    table, target = table_of(model), natural_key(model, key)
    columns = frozenset(target.columns)
    return _Writing(model, "delete", attached).write(
        rows,
        Expected(columns, columns, [], target.columns),
        lambda batch: delete_statement(table, batch.literals, target),
    )


def _required(model: type[MarketsModel]) -> frozenset[str]:
    return frozenset(
        column.name
        for column in table_of(model).columns
        if not column.nullable and column.server_default is None
    )


@dataclass(frozen=True, slots=True)
class _Writing:
    """One call of insert, upsert or delete."""

    model: type[MarketsModel]
    verb: str
    attached: Attached

    def write(self, rows: Rows, expected: Expected, compose: Compose) -> int:
        """Check all rows and send them; returns the number of changed rows."""
        with _Progress(
            desc=f"{self.verb} {self.model.__name__}",
            # A row counts twice, so that the bar moves while rows are checked, before the writing.
            bar_format="{desc}: {percentage:3.0f}%|{bar}| {elapsed}<{remaining}",
            delay=PROGRESS_DELAY,
            disable=None,  # tqdm's word for: only on a terminal.
        ) as progress:
            table = table_of(self.model)
            groups = given_rows(table, rows)
            progress.total = 2 * sum(len(group.numbers) for group in groups)
            parts, faults = check_rows(table, groups, expected, progress.update)
            if faults:
                # Found column by column.
                faults.sort(key=lambda fault: fault.row)
                raise InvalidRowsError(self.model, self.verb, faults)
            return self._send(parts, compose, progress.update)

    def _send(
        self, parts: Sequence[Checked], compose: Compose, advance: Callable[[int], object]
    ) -> int:
        changed = 0
        written: list[Sequence[int]] = []
        with closing(self._batches(parts)) as batches:
            for batch in batches:
                try:
                    changed += self._send_batch(compose(batch))
                except MsmError as error:
                    # No other batch has been written: the error itself says all there is, also
                    # that this one may have been, where its answer was lost.
                    if not written:
                        raise
                    raise PartlyWrittenError(
                        self.model,
                        self.verb,
                        error,
                        written=list(_runs(written)),
                        failed=list(_runs([batch.numbers])),
                    ) from error
                written.append(batch.numbers)
                advance(len(batch.numbers))
        return changed

    def _batches(self, parts: Sequence[Checked]) -> Generator[Batch]:
        """The batches, of which the next are made while one is written."""
        makes = [partial(part.batches, largest_batch(self.attached.limits)) for part in parts]
        with Ahead() as ahead:
            # The first ones have nothing to be made beside.
            coming: Callable[[], list[Batch]] = makes[0] if makes else list
            for make in makes[1:]:
                batches, coming = coming(), ahead.begin(make)
                yield from batches
            yield from coming()

    def _send_batch(self, statement: Statement) -> int:
        for attempt in range(1, MAX_ATTEMPTS):
            try:
                return read(statement, self.attached).row_count
            except TransactionConflictError:
                # PostgreSQL undid the whole transaction, and a batch is one, so that any verb can
                # be repeated. Writers that met must not meet again.
                time.sleep(PAUSE * 2**attempt * random.uniform(0.5, 1.0))  # noqa: S311
        return read(statement, self.attached).row_count


def _runs(batches: Sequence[Sequence[int]]) -> Iterator[range]:
    """The rows of some batches, as ranges without gaps."""
    # The rows of a batch may have gaps: rows with other columns between them are in other batches.
    numbers = sorted(chain.from_iterable(batches))
    gaps = [at for at, (a, b) in enumerate(pairwise(numbers), 1) if b > a + 1]
    for start, end in pairwise([0, *gaps, len(numbers)]):
        yield range(numbers[start], numbers[end - 1] + 1)
