"""What does not fit one answer or one request of the platform is read in parts, or refused."""

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from psycopg import Connection
from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql

import msm
from msm.errors import (
    NoStableOrderError,
    ReturningCutError,
    StatementError,
    TooLargeError,
)
from msm.models import AssetType
from msm.operations.attached import Attached
from msm.operations.compile import CompiledOperation
from msm.operations.execute import iterate, read
from msm.operations.failures.translate import operation_error
from msm.operations.send import Answer
from msm.sdk import DEFAULT_LIMITS, MetaTable
from msm.sdk.context import Limits
from msm.sdk.failure import Failure
from msm.values.decode import ResultColumn, codec_of
from tests.core.operations.refusing import Refused, refused
from tests.support.forked import value_of
from tests.support.generation import only_metatables

MAX_ROWS = DEFAULT_LIMITS.max_rows
ROWS = 12_000
# 40 MB of text in all, of letters that JSON needs two bytes for.
LETTERS = 1_700
NAMED = AssetType.asset_type.like("wide-%")
LARGE = AssetType.asset_type == "large"


def write_wide(connection: Connection) -> None:
    """12,000 rows of 40 MB, and one row of 2 MB."""
    connection.execute(
        "INSERT INTO ms_markets__assettype (asset_type, description)"
        f" SELECT 'wide-' || n, repeat('é', {LETTERS}) || n FROM generate_series(1, {ROWS}) n"
    )
    connection.execute(
        "INSERT INTO ms_markets__assettype (asset_type, description)"
        " VALUES ('large', repeat('x', 2 << 20))"
    )


@pytest.fixture(scope="module")
def wide(shared_database: Connection) -> Iterator[None]:
    """The wide rows."""
    write_wide(shared_database)
    yield
    shared_database.execute("TRUNCATE ms_markets__assettype CASCADE")


def read_wide() -> list[tuple[int, int, int]]:
    """The rows, the different ones, and their letters: of one result, and of a stream of it."""
    runtime = msm.start_engine([AssetType])
    statement = select(AssetType.asset_type, AssetType.description).where(NAMED)
    found = []
    for rows in (runtime.execute(statement).all(), list(runtime.iter_rows(statement))):
        letters = sum(len(row.description) for row in rows)
        found.append((len(rows), len({row.asset_type for row in rows}), letters))
    return found


@pytest.mark.usefixtures("wide")
def test_many_and_large_rows_are_read_whole(shared_environment: Mapping[str, str]) -> None:
    letters = ROWS * LETTERS + sum(len(str(number)) for number in range(1, ROWS + 1))
    assert value_of(read_wide, environment=shared_environment) == [(ROWS, ROWS, letters)] * 2


def read_limits() -> list[tuple[int, int]]:
    runtime = msm.start_engine([AssetType])
    names = select(AssetType.asset_type).where(NAMED)
    key = AssetType.uid
    statements = (
        names.limit(ROWS - 1),
        names.limit(MAX_ROWS),
        names.limit(10 * ROWS),
        names.order_by(key.desc()).limit(ROWS - 1),
        # Their bytes do not fit one answer.
        names.add_columns(AssetType.description).limit(6_000),
    )
    results = [runtime.scalars(statement).all() for statement in statements]
    return [(len(found), len(set(found))) for found in results]


@pytest.mark.usefixtures("wide")
def test_a_limit_gives_as_many_rows(shared_environment: Mapping[str, str]) -> None:
    found = value_of(read_limits, environment=shared_environment)
    counts = (ROWS - 1, min(MAX_ROWS, ROWS), ROWS, ROWS - 1, 6_000)
    assert found == [(count, count) for count in counts]


def too_large() -> list[Refused]:
    runtime = msm.start_engine([AssetType])
    return [
        refused(runtime.execute, select(AssetType.description).where(LARGE)),
        refused(lambda: list(runtime.iter_rows(select(AssetType).where(LARGE)))),
        refused(runtime.upsert, AssetType, [{"asset_type": "y", "description": "x" * 13_000_000}]),
        refused(
            runtime.execute, insert(AssetType).values(asset_type="y", description="x" * 13_000_000)
        ),
    ]


@only_metatables
@pytest.mark.usefixtures("wide")
def test_a_row_too_large_for_the_platform_is_refused(
    shared_environment: Mapping[str, str], shared_database: Connection
) -> None:
    errors = value_of(too_large, environment=shared_environment)
    assert [(error.kind, error.facts["status_code"]) for error in errors] == [
        (TooLargeError, 413)
    ] * 4
    (uid,) = (
        shared_database.execute(
            "SELECT uid FROM ms_markets__assettype WHERE asset_type = 'large'"
        ).fetchone()
        or ()
    )
    for error in errors[:2]:
        assert error.facts["values"] == {"uid": uid}
        assert error.message == (
            f"The row of AssetType with uid {uid!r} takes more bytes than one answer carries; "
            "select fewer columns of it, or read its long texts in parts with func.substr()."
        )
    for error in errors[2:]:
        assert "takes 12,100,000; send fewer rows, or smaller values" in error.message
    query = "SELECT FROM ms_markets__assettype WHERE asset_type = 'y'"
    assert shared_database.execute(query).fetchall() == []


def too_large_among_others() -> list[Refused]:
    runtime = msm.start_engine([AssetType])
    whole = select(AssetType)
    read = refused(lambda: list(runtime.iter_rows(whole)))
    without_key = select(AssetType.description).order_by(AssetType.description)
    return [
        read,
        refused(runtime.execute, whole),
        refused(runtime.execute, without_key.where(LARGE)),
    ]


@only_metatables
@pytest.mark.usefixtures("wide")
def test_a_large_row_among_many_is_named(
    shared_environment: Mapping[str, str], shared_database: Connection
) -> None:
    errors = value_of(too_large_among_others, environment=shared_environment)
    assert [error.kind for error in errors] == [TooLargeError] * 3
    (uid,) = (
        shared_database.execute(
            "SELECT uid FROM ms_markets__assettype WHERE asset_type = 'large'"
        ).fetchone()
        or ()
    )
    assert [error.facts["values"] for error in errors] == [{"uid": uid}, {"uid": uid}, {}]
    assert "cannot be read in pages, because others may change" in errors[2].message


def return_too_much() -> list[Refused]:
    runtime = msm.start_engine([AssetType])
    changed = update(AssetType).where(NAMED).values(display_name="x")
    many = func.generate_series(1, ROWS).table_valued("n").render_derived()
    given = postgresql.insert(AssetType).from_select(
        ["asset_type", "description"],
        select(func.concat("wide-", many.c.n), literal("y")),
    )
    upsert = given.on_conflict_do_update(index_elements=["asset_type"], set_={"display_name": "y"})
    nothing = changed.where(AssetType.uid.is_(None)).returning(AssetType)
    assert runtime.scalars(nothing).all() == []
    wide = changed.values(display_name="z").returning(AssetType.description)
    # A subquery may be joined row by row here: nothing has been analyzed, and it takes minutes.
    some = [f"wide-{number}" for number in range(1, 6_001)]
    return [
        refused(runtime.execute, upsert.returning(AssetType.uid)),
        refused(runtime.execute, wide.where(AssetType.asset_type.in_(some))),
        refused(runtime.execute, changed.returning(AssetType.uid)),
        refused(runtime.execute, delete(AssetType).where(NAMED).returning(AssetType)),
    ]


@only_metatables
@pytest.mark.usefixtures("wide")
def test_a_write_that_returns_too_much_says_it_was_done(
    shared_environment: Mapping[str, str], shared_database: Connection
) -> None:
    errors = value_of(return_too_much, environment=shared_environment)
    assert [error.kind for error in errors] == [ReturningCutError] * 2 + [StatementError] * 2
    assert [error.facts["row_count"] for error in errors[:2]] == [ROWS, 6_000]
    assert errors[0].facts["returned"] == MAX_ROWS
    # Cut by its bytes.
    assert 1_000 < errors[1].facts["returned"] < 3_000
    assert errors[0].message == (
        "The upsert of AssetType was done for 12,000 rows, of which one answer carried only "
        "10,000; read the rows with a select, and write fewer at once where returning() is needed."
    )
    assert errors[3].message == (
        "The delete of AssetType would return more rows than the 10,000 that one answer carries, "
        "and nothing was written; write fewer rows at once, or without returning()."
    )
    query = "SELECT display_name, count(*) FROM ms_markets__assettype GROUP BY 1 ORDER BY 1"
    assert shared_database.execute(query).fetchall() == [("y", 6_000), ("z", 6_000), (None, 1)]


def write_some() -> tuple[int, int, int]:
    runtime = msm.start_engine([AssetType])
    rows = [{"asset_type": f"some-{number}"} for number in range(MAX_ROWS // 10)]
    runtime.insert(AssetType, rows)
    some = AssetType.asset_type.like("some-%")
    renamed = update(AssetType).where(some).values(display_name="s").returning(AssetType)
    first = delete(AssetType).where(AssetType.asset_type == "some-1").returning(AssetType.uid)
    rest = delete(AssetType).where(some).returning(AssetType.asset_type, AssetType.uid)
    return (
        len({row.uid for row in runtime.scalars(renamed)}),
        len(runtime.execute(first).all()),
        len(runtime.execute(rest).all()),
    )


def test_a_write_within_the_limits_returns_its_rows(
    shared_environment: Mapping[str, str],
) -> None:
    count = MAX_ROWS // 10
    found = value_of(write_some, environment=shared_environment)
    assert found == (count, 1, count - 1)


MANY = AssetType.asset_type.like("many-%")


def read_many() -> list[tuple[int, int]]:
    """Rows and letters of 8,000 rows of 20 kB, by each way to read them."""
    runtime = msm.start_engine([AssetType])
    statement = select(AssetType.asset_type, AssetType.description).where(MANY)
    columns = [
        [row.description for row in runtime.execute(statement)],
        list(runtime.execute(statement).frame()["description"]),
        [row.description for row in runtime.iter_rows(statement)],
        [
            text
            for batch in runtime.iter_batches(statement)
            for text in batch["description"].to_pylist()
        ],
    ]
    return [(len(column), sum(map(len, column))) for column in columns]


@pytest.mark.slow
def test_answers_too_large_in_bytes_are_read_whole(
    shared_environment: Mapping[str, str], shared_database: Connection
) -> None:
    shared_database.execute(
        "INSERT INTO ms_markets__assettype (asset_type, description)"
        " SELECT 'many-' || n, repeat('x', 20000) FROM generate_series(1, 8000) n"
    )
    found = value_of(read_many, environment=shared_environment)
    shared_database.execute("DELETE FROM ms_markets__assettype WHERE asset_type LIKE 'many-%'")
    assert found == [(8_000, 160_000_000)] * 4


ATTACHED = {AssetType.__tablename__: MetaTable.model_construct(uid="x")}


def test_many_values_with_returning_are_refused_unsent() -> None:
    """The platform would do the write, and send a part of what it returns."""
    rows = [{"asset_type": name} for name in "abc"]
    attached = Attached(ATTACHED, Limits(2, 60.0, None, sends_exact_values=False))
    with pytest.raises(StatementError) as caught:
        read(insert(AssetType).values(rows).returning(AssetType.uid), attached)
    assert str(caught.value) == (
        "The insert of 3 rows of AssetType asks for all of them with returning(), and one answer "
        "carries 2; write them in parts, or without returning()."
    )


def answering(monkeypatch: pytest.MonkeyPatch, *answers: list[Any]) -> None:
    """Have the platform send these names, each answer as one that has more."""
    from msm.operations import pages as module

    left = list(answers)

    def send(compiled: Any, _timeout: float | None) -> Answer:
        columns = [ResultColumn(c.name, codec_of(c.kind, ""), c.form) for c in compiled.columns]
        names = left.pop(0)
        records = [{column.name: name for column in columns} for name in names]
        return Answer(records, columns, len(records), has_more=True)

    monkeypatch.setattr(module, "send", send)


@pytest.mark.parametrize("names", [[], ["00000000-0000-4000-8000-000000000001"]])
def test_rows_that_fill_an_answer_alone_are_refused(
    monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    answering(monkeypatch, names)
    rows = iterate(select(AssetType.uid), Attached(ATTACHED), 10)
    with pytest.raises(NoStableOrderError) as caught:
        list(rows)
    assert caught.value.reason == "its rows are so large that one answer carries one of them"


def limited_to(monkeypatch: pytest.MonkeyPatch, most: int, keys: list[uuid.UUID]) -> list[int]:
    """Have the platform refuse answers of more rows; the sizes that it is asked for."""
    from msm.operations import execute, pages

    asked: list[int] = []

    def send(compiled: CompiledOperation, _timeout: float | None) -> Answer:
        size = compiled.operation.limits.max_rows
        asked.append(size)
        after = compiled.parameters.get("param_1")
        after = after if isinstance(after, uuid.UUID) else None
        left = [key for key in keys if after is None or key > after][:size]
        if len(left) > most:
            refusal = Failure("refused", "too large", 413, {"answer_too_large": True})
            raise operation_error(compiled, refusal)
        columns = [ResultColumn(c.name, codec_of(c.kind, ""), c.form) for c in compiled.columns]
        records = [{column.name: str(key) for column in columns} for key in left]
        return Answer(records, columns, len(records), has_more=False)

    monkeypatch.setattr(pages, "send", send)
    monkeypatch.setattr(pages, "send_by_column", lambda *_: None)
    monkeypatch.setattr(execute, "send", send)
    return asked


@pytest.mark.parametrize("most", [2, 3, 20, 99])
def test_an_answer_too_large_is_read_in_smaller_pages(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    keys = [uuid.UUID(int=n) for n in range(100)]
    asked = limited_to(monkeypatch, most, keys)
    attached = Attached(ATTACHED, Limits(1_000, 60.0, None, sends_exact_values=False))
    assert read(select(AssetType.uid), attached).values == [[str(key) for key in keys]]
    assert len(asked) <= 5 + 100 / (most - 1) * 8
    assert [row.uid for row in iterate(select(AssetType.uid), attached, 70)] == keys
