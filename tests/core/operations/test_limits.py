"""What does not fit one answer or one request of the platform is read in parts, or refused."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from psycopg import Connection
from sqlalchemy import func, insert, literal, select, update
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
from msm.operations.execute import iterate, read
from msm.sdk import DEFAULT_LIMITS, MetaTable
from msm.sdk.context import Limits
from tests.core.operations.refusing import Refused, refused
from tests.support.forked import value_of
from tests.support.generation import only_metatables

MAX_ROWS = DEFAULT_LIMITS.max_rows
ROWS = 12_000
# 40 MB of text in all, of letters that JSON needs two bytes for.
LETTERS = 1_700
NAMED = AssetType.asset_type.like("wide-%")
LARGE = AssetType.asset_type == "large"


@pytest.fixture(scope="module")
def wide(shared_database: Connection) -> Iterator[None]:
    """12,000 rows of 40 MB, and one row of 2 MB."""
    shared_database.execute(
        "INSERT INTO ms_markets__assettype (asset_type, description)"
        f" SELECT 'wide-' || n, repeat('é', {LETTERS}) || n FROM generate_series(1, {ROWS}) n"
    )
    shared_database.execute(
        "INSERT INTO ms_markets__assettype (asset_type, description)"
        " VALUES ('large', repeat('x', 2 << 20))"
    )
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
    assert "select fewer columns" in errors[0].message
    for error in errors[2:]:
        assert "takes 12,100,000; send fewer rows, or smaller values" in error.message
    query = "SELECT FROM ms_markets__assettype WHERE asset_type = 'y'"
    assert shared_database.execute(query).fetchall() == []


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
    return [
        refused(runtime.execute, changed.returning(AssetType.uid)),
        refused(runtime.execute, upsert.returning(AssetType.uid)),
        refused(runtime.execute, changed.values(display_name="z").returning(AssetType.description)),
    ]


@only_metatables
@pytest.mark.usefixtures("wide")
def test_a_write_that_returns_too_much_says_it_was_done(
    shared_environment: Mapping[str, str], shared_database: Connection
) -> None:
    errors = value_of(return_too_much, environment=shared_environment)
    assert [error.kind for error in errors] == [ReturningCutError] * 3
    assert [error.facts["row_count"] for error in errors] == [ROWS] * 3
    assert [error.facts["returned"] for error in errors[:2]] == [MAX_ROWS] * 2
    # Cut by its bytes.
    assert 1_000 < errors[2].facts["returned"] < 3_000
    assert errors[0].message == (
        "The update of AssetType was done for 12,000 rows, of which one answer carried only "
        "10,000; read the rows with a select, and write fewer at once where returning() is needed."
    )
    query = "SELECT display_name, count(*) FROM ms_markets__assettype GROUP BY 1 ORDER BY 1"
    assert shared_database.execute(query).fetchall() == [("z", ROWS), (None, 1)]


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
    from msm.operations.send import Answer
    from msm.values.decode import ResultColumn, codec_of

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
