"""Rows are sent in batches: their statements, what happens when one fails, and progress."""

import io
import json
import queue
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Table, func, select
from sqlalchemy.dialects import postgresql

import msm
from msm.errors import (
    ConflictError,
    MissingReferenceError,
    PartlyWrittenError,
    StillReferencedError,
)
from msm.models import Asset, AssetType, Index, IndexValuesTS
from msm.operations.attached import Attached
from msm.operations.results import Read
from msm.operations.shape import Shape
from msm.rows import validate, write
from msm.rows.keys import Key
from msm.rows.statements import upsert_statement
from msm.sdk.context import Limits
from msm.values.texts import array_literal
from tests.core.rows.written import INDEX, checked, values_at
from tests.support.forked import value_of

MODELS = [Asset, AssetType, Index, IndexValuesTS]


def fail_in_the_third_batch() -> tuple[list[Any], type, int, int]:
    validate.MAX_BATCH_ROWS = 2
    runtime = msm.start_engine(MODELS)
    runtime.insert(Index, [INDEX])
    rows = values_at(*range(7))
    rows[5]["index_identifier"] = "missing"
    with pytest.raises(PartlyWrittenError) as caught:
        runtime.upsert(IndexValuesTS, rows)
    count = select(func.count().label("rows")).select_from(IndexValuesTS)
    there = runtime.scalars(count).one()
    rows[5]["index_identifier"] = "I"
    again = runtime.upsert(IndexValuesTS, rows)
    # Nothing has been written: the error is that of the batch.
    with pytest.raises(MissingReferenceError):
        runtime.upsert(IndexValuesTS, [rows[0] | {"index_identifier": "missing"}])
    cause = type(caught.value.__cause__)
    return [caught.value.written, caught.value.failed], cause, there, again


def test_a_partly_written_upsert_can_be_repeated(
    environment: Mapping[str, str],
) -> None:
    ranges, cause, there, again = value_of(fail_in_the_third_batch, environment=environment)
    assert ranges == [(range(4),), (range(4, 6),)]
    assert cause is MissingReferenceError
    assert (there, again) == (4, 3)


def fail_after_others() -> list[tuple[Any, ...]]:
    validate.MAX_BATCH_ROWS = 2
    runtime = msm.start_engine(MODELS)
    runtime.insert(AssetType, [{"asset_type": "taken"}])
    runtime.insert(Index, [INDEX, INDEX | {"unique_identifier": "J"}])
    runtime.insert(IndexValuesTS, values_at(1))
    plain = [{"asset_type": str(number)} for number in range(6)]
    mixed = [
        {"asset_type": f"mixed {number}"} | ({"description": "x"} if number % 2 else {})
        for number in range(10)
    ]
    plain[5]["asset_type"] = mixed[1]["asset_type"] = "taken"
    indexes = [{"unique_identifier": name} for name in ("J", "K", "I")]
    found: list[tuple[Any, ...]] = []
    verbs: list[tuple[Callable[..., int], type[msm.MarketsModel], list[dict[str, Any]]]] = [
        (runtime.insert, AssetType, plain),
        (runtime.insert, AssetType, mixed),
        (runtime.delete, Index, indexes),
    ]
    for verb, model, rows in verbs:
        with pytest.raises(PartlyWrittenError) as caught:
            verb(model, rows)
        error = caught.value
        facts = (error.model, error.verb, type(error.__cause__), error.written, error.failed)
        found.append(facts)
    return found


def test_a_failed_batch_names_its_rows(
    environment: Mapping[str, str],
) -> None:
    # The second has rows with two sets of columns in turn, and so batches with gaps.
    plain, mixed, deleted = value_of(fail_after_others, environment=environment)
    assert plain == ("AssetType", "insert", ConflictError, (range(4),), (range(4, 6),))
    assert mixed == (
        "AssetType",
        "insert",
        ConflictError,
        tuple(range(number, number + 1) for number in (0, 2, 4, 6, 8)),
        (range(1, 2), range(3, 4)),
    )
    assert deleted == ("Index", "delete", StillReferencedError, (range(2),), (range(2, 3),))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "delay", "shown"),
    [(Terminal(), 0.6, True), (Terminal(), 0.0, False), (io.StringIO(), 0.6, False)],
)
def test_long_calls_show_progress_on_a_terminal(
    stream: io.StringIO, delay: float, shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validate, "MAX_BATCH_ROWS", 1)
    monkeypatch.setattr(sys, "stderr", stream)

    def wait(*_operation: object) -> Read:
        time.sleep(delay)
        return Read([], [], [], Shape((), ()), 1)

    monkeypatch.setattr(write, "read", wait)
    rows = [{"unique_identifier": name} for name in "ab"]
    assert write.insert_rows(Asset, rows, Attached({})) == 2
    printed = stream.getvalue()
    assert ("insert Asset: 100%" in printed, "insert Asset:   0%" in printed) == (shown, False)
    if not shown:
        assert printed == ""


def test_progress_is_shown_while_rows_are_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(validate, "MAX_BATCH_ROWS", 1)
    monkeypatch.setattr(write, "PROGRESS_DELAY", 0.0)

    def slowly() -> Iterator[dict[str, Any]]:
        for name in "abcd":
            time.sleep(0.15)
            yield {"unique_identifier": name}

    def look(*_operation: object) -> Read:
        seen.append(stream.getvalue())
        return Read([], [], [], Shape((), ()), 1)

    monkeypatch.setattr(write, "read", look)
    seen: list[str] = []
    write.insert_rows(Asset, slowly(), Attached({}))
    assert "insert Asset:" in seen[0]


def batches_of(rows: list[dict[str, Any]]) -> list[validate.Batch]:
    table = IndexValuesTS.__table__
    assert isinstance(table, Table)
    return checked(table, rows)


def test_every_batch_has_the_same_text() -> None:
    table = IndexValuesTS.__table__
    assert isinstance(table, Table)
    key = Key(("time_index", "index_identifier"))
    texts = [
        str(
            upsert_statement(table, batches_of(values_at(*range(count)))[0].literals, key).compile(
                dialect=postgresql.dialect()  # type: ignore[no-untyped-call]
            )
        )
        for count in (1, 5_000)
    ]
    assert texts[0] == texts[1]
    assert len(texts[0]) < 1_000


def bytes_of(batch: validate.Batch) -> int:
    return sum(
        len(json.dumps(text, ensure_ascii=False).encode()) for text in batch.literals.values()
    )


def test_a_batch_too_long_to_send_is_halved() -> None:
    table = IndexValuesTS.__table__
    assert isinstance(table, Table)
    batches = checked(table, values_at(*range(20)), most=500)
    assert len(batches) > 1
    assert [number for batch in batches for number in batch.numbers] == list(range(20))
    assert max(map(bytes_of, batches)) <= 500


# A letter, one that UTF-8 has two bytes for, one outside of the first plane, and those that JSON or
# an array literal escapes.
@pytest.mark.parametrize("letter", ["a", "é", "😀", "\x01", '"', "\\", "\n"])
def test_a_batch_is_measured_in_bytes_of_json(letter: str) -> None:
    table = Asset.__table__
    assert isinstance(table, Table)
    rows = [{"unique_identifier": letter * 100 + str(number)} for number in range(20)]
    batches = checked(table, rows, most=1_000)
    assert [number for batch in batches for number in batch.numbers] == list(range(20))
    assert max(map(bytes_of, batches)) <= 1_000 or len(batches) == 20


def test_a_batch_fits_the_request_of_the_platform() -> None:
    limits = Limits(10, 60.0, 500_000, sends_exact_values=False)
    assert validate.largest_batch(limits) == 400_000
    assert validate.largest_batch(replace(limits, max_request_bytes=None)) == 2_000_000
    assert validate.largest_batch(replace(limits, max_request_bytes=12_100_000)) == 2_000_000


def test_the_next_batch_is_made_while_one_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(validate, "MAX_BATCH_ROWS", 1)
    literals: queue.Queue[str] = queue.Queue()
    make = array_literal

    def announce(elements: list[str]) -> str:
        literals.put(make(elements))
        return make(elements)

    def wait_for_the_next(*_operation: object) -> Read:
        if not beside:
            # Its own, which was made before.
            literals.get(timeout=5)
        beside.append("" if len(beside) == 2 else literals.get(timeout=5))
        return Read([], [], [], Shape((), ()), 1)

    monkeypatch.setattr(validate, "array_literal", announce)
    monkeypatch.setattr(write, "read", wait_for_the_next)
    beside: list[str] = []
    rows = [{"unique_identifier": name} for name in "abc"]
    assert write.insert_rows(Asset, rows, Attached({})) == 3
    assert beside == ['{"b"}', '{"c"}', ""]
