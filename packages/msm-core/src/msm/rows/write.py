"""Insert, upsert and delete: check all rows, then send one batch after the other."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, pairwise

from tqdm import tqdm

from msm.base import MarketsModel
from msm.errors import InvalidRowsError, MsmError, PartlyWrittenError
from msm.results import Result
from msm.rows.check import Batch, Expected, check_rows
from msm.rows.given import Rows, given_rows
from msm.rows.keys import natural_key, table_of, unique_keys
from msm.rows.statements import delete_statement, insert_statement, upsert_statement
from msm.statements import Statement

__all__ = ["delete_rows", "insert_rows", "upsert_rows"]

type Execute = Callable[[Statement], Result]
type Compose = Callable[[Batch], Statement]

# Whoever waits longer than this many seconds is shown how far it is.
PATIENCE = 1.0


def insert_rows(execute: Execute, model: type[MarketsModel], rows: Rows) -> int:
    """What :meth:`msm.MarketsRuntime.insert` does."""
    table = table_of(model)
    whole = [key.columns for key in unique_keys(model) if key.where is None]
    batches = _checked(model, "insert", rows, Expected(None, _required(model), whole))
    return _send(execute, model, "insert", batches, lambda it: insert_statement(table, it.literals))


def upsert_rows(
    execute: Execute, model: type[MarketsModel], rows: Rows, key: Sequence[str] | None
) -> int:
    """What :meth:`msm.MarketsRuntime.upsert` does."""
    table, target = table_of(model), natural_key(model, key)
    expected = Expected(None, _required(model) | set(target.columns), [target.columns])
    batches = _checked(model, "upsert", rows, expected)
    return _send(
        execute, model, "upsert", batches, lambda it: upsert_statement(table, it.literals, target)
    )


def delete_rows(
    execute: Execute, model: type[MarketsModel], rows: Rows, key: Sequence[str] | None
) -> int:
    """What :meth:`msm.MarketsRuntime.delete` does."""
    table, target = table_of(model), natural_key(model, key)
    columns = frozenset(target.columns)
    batches = _checked(model, "delete", rows, Expected(columns, columns, []))
    return _send(execute, model, "delete", batches, lambda it: delete_statement(table, it.literals))


def _required(model: type[MarketsModel]) -> frozenset[str]:
    return frozenset(
        column.name
        for column in table_of(model).columns
        if not column.nullable and column.server_default is None
    )


def _checked(model: type[MarketsModel], verb: str, rows: Rows, expected: Expected) -> list[Batch]:
    table = table_of(model)
    batches, faults = check_rows(table, given_rows(table, rows), expected)
    if faults:
        raise InvalidRowsError(model, verb, sorted(faults, key=lambda fault: fault.row))
    return batches


def _send(
    execute: Execute,
    model: type[MarketsModel],
    verb: str,
    batches: Sequence[Batch],
    compose: Compose,
) -> int:
    changed = 0
    with tqdm(
        total=sum(len(batch.numbers) for batch in batches),
        desc=f"{verb} {model.__name__}",
        unit=" rows",
        unit_scale=True,
        delay=PATIENCE,
        disable=None,  # Shown on a terminal only.
    ) as progress:
        for done, batch in enumerate(batches):
            try:
                changed += execute(compose(batch)).row_count
            except MsmError as error:
                if done == 0:
                    raise
                written, failed = list(_runs(batches[:done])), list(_runs([batch]))
                raise PartlyWrittenError(
                    model, verb, error, written=written, failed=failed
                ) from error
            progress.update(len(batch.numbers))
    return changed


def _runs(batches: Sequence[Batch]) -> Iterator[range]:
    """The rows of some batches, as ranges without gaps."""
    numbers = sorted(chain.from_iterable(batch.numbers for batch in batches))
    gaps = [at for at, (a, b) in enumerate(pairwise(numbers), 1) if b > a + 1]
    for start, end in pairwise([0, *gaps, len(numbers)]):
        yield range(numbers[start], numbers[end - 1] + 1)
