"""Instances of models: read detached, found by key, and written."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import (
    contains_eager,
    foreign,
    joinedload,
    load_only,
    relationship,
    selectinload,
    subqueryload,
)
from sqlalchemy.orm.exc import DetachedInstanceError

import msm
from msm.errors import InvalidRowsError, NoStableOrderError, StatementError
from msm.models import Asset, AssetType, Index, IndexValuesTS
from tests.core.operations.refusing import Refused, refused
from tests.core.rows.written import INDEX, NOON, values_at
from tests.support.forked import value_of

NAMES = ["a", "b", "c"]
MODELS = [Asset, AssetType, Index, IndexValuesTS]


@pytest.fixture(scope="module")
def environment(
    shared_database: Connection, shared_environment: Mapping[str, str]
) -> Mapping[str, str]:
    """A platform with three assets of one type."""
    shared_database.execute("INSERT INTO ms_markets__assettype (asset_type) VALUES ('bond')")
    shared_database.execute(
        "INSERT INTO ms_markets__asset (unique_identifier, asset_type)"
        " VALUES ('a', 'bond'), ('b', 'bond'), ('c', 'bond')"
    )
    return shared_environment


class AssetOut(BaseModel):
    """What a service would send of an asset."""

    model_config = ConfigDict(from_attributes=True)

    uid: UUID
    unique_identifier: str
    asset_type: str | None


def read_for_pydantic() -> list[dict[str, Any]]:
    runtime = msm.start_engine(MODELS)
    assets = runtime.scalars(select(Asset).order_by(Asset.unique_identifier))
    return [AssetOut.model_validate(asset).model_dump(exclude={"uid"}) for asset in assets]


def test_pydantic_takes_an_instance(environment: Mapping[str, str]) -> None:
    expected = [{"unique_identifier": name, "asset_type": "bond"} for name in NAMES]
    assert value_of(read_for_pydantic, environment=environment) == expected


def with_relationships() -> msm.MarketsRuntime:
    same = foreign(Asset.asset_type) == AssetType.asset_type
    Asset.kind = relationship(AssetType, primaryjoin=same, viewonly=True)
    AssetType.assets = relationship(Asset, primaryjoin=same, viewonly=True)
    return msm.start_engine(MODELS)


def load_relationships() -> list[Any]:
    runtime = with_relationships()
    asset = runtime.scalars(select(Asset).limit(1)).one()
    with pytest.raises(DetachedInstanceError, match="'kind' cannot proceed"):
        _ = asset.kind
    partly = runtime.scalars(select(Asset).options(load_only(Asset.uid)).limit(1)).one()
    with pytest.raises(DetachedInstanceError, match="unique_identifier"):
        _ = partly.unique_identifier
    joined = select(Asset).join(Asset.kind).options(contains_eager(Asset.kind))
    kinds = [one.kind for one in runtime.scalars(joined)]
    collected = select(AssetType).join(AssetType.assets).options(contains_eager(AssetType.assets))
    with pytest.raises(InvalidRequestError, match="unique"):
        runtime.scalars(collected).all()
    kind = runtime.scalars(collected).unique().one()
    with pytest.raises(NoStableOrderError, match="contains_eager"):
        runtime.iter_rows(joined)
    return [
        [one.asset_type for one in kinds],
        len({id(one) for one in kinds}),
        sorted(one.unique_identifier for one in kind.assets),
    ]


def test_a_relationship_is_loaded_by_the_statement_only(environment: Mapping[str, str]) -> None:
    found = value_of(load_relationships, environment=environment)
    assert found == [["bond"] * 3, 1, NAMES]


def ask_for_relationships() -> list[Any]:
    runtime = with_relationships()
    runtime.insert(AssetType, [{"asset_type": "unused"}])
    names, kinds = select(Asset.unique_identifier), select(AssetType.asset_type)
    is_a: Any = Asset.unique_identifier == "a"
    bond, any_a = Asset.kind.has(AssetType.asset_type == "bond"), AssetType.assets.any(is_a)
    found = [names.where(bond), names.where(~bond), kinds.where(any_a), kinds.where(~any_a)]
    return [sorted(runtime.scalars(statement)) for statement in found]


def test_rows_are_found_by_what_they_are_related_to(environment: Mapping[str, str]) -> None:
    found = value_of(ask_for_relationships, environment=environment)
    assert found == [NAMES, [], ["bond"], ["unused"]]


def load_eagerly() -> list[Refused]:
    runtime = with_relationships()
    kind: Any = Asset.kind
    return [
        refused(lambda option=option: runtime.scalars(select(Asset).options(option(kind))).all())
        for option in (joinedload, selectinload, subqueryload)
    ]


def test_eager_loading_is_refused_with_what_to_do(environment: Mapping[str, str]) -> None:
    joined, *others = value_of(load_eagerly, environment=environment)
    remedy = "join() them in the statement and add contains_eager(), or read them with a second"
    for error in (joined, *others):
        assert error.kind is StatementError
        assert remedy in error.message
    assert "joins of its own" in joined.message


def read_by_key() -> list[Any]:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(Index, [INDEX])
    runtime.upsert(IndexValuesTS, values_at(1.5))
    asset = runtime.get(Asset, {"unique_identifier": "b"})
    assert asset is not None
    same = runtime.get(Asset, asset.uid)
    value = runtime.get(IndexValuesTS, (NOON, "I"))
    named = runtime.get(IndexValuesTS, {"index_identifier": "I", "time_index": NOON})
    assert same is not None
    assert value is not None
    assert named is not None
    return [
        (same is asset, same.uid == asset.uid, same.unique_identifier),
        (value.value, named.value),
        (runtime.get(Asset, UUID(int=7)), runtime.get(Asset, {"unique_identifier": "z"})),
    ]


def test_get_finds_rows_by_any_unique_key(environment: Mapping[str, str]) -> None:
    found = value_of(read_by_key, environment=environment)
    assert found == [(False, True, "b"), (1.5, 1.5), (None, None)]


KEYS: list[tuple[Callable[[msm.MarketsRuntime], object], str]] = [
    (
        lambda runtime: runtime.get(IndexValuesTS, NOON),
        "The key of IndexValuesTS is time_index, index_identifier, and ",
    ),
    (lambda runtime: runtime.get(Asset, None), "The key of Asset is uid, and None is no value"),
    (
        lambda runtime: runtime.get(Asset, {"asset_type": "bond"}),
        "Asset has no unique key over asset_type; pass key= one of ['uid'] or",
    ),
]


def get_by_wrong_keys() -> list[Refused]:
    runtime = msm.start_engine(MODELS)
    return [refused(call, runtime) for call, _sentence in KEYS]


def test_get_says_which_key_it_takes(environment: Mapping[str, str]) -> None:
    errors = value_of(get_by_wrong_keys, environment=environment)
    for error, (_call, sentence) in zip(errors, KEYS, strict=True):
        assert error.kind is StatementError
        assert error.message.startswith(sentence)


def read_in_every_way() -> list[list[tuple[datetime.datetime, float]]]:
    runtime = msm.start_engine(MODELS)
    runtime.upsert(Index, [INDEX])
    runtime.upsert(IndexValuesTS, values_at(1.5, 2.5, 3.5))
    everything = select(IndexValuesTS)
    end = NOON + datetime.timedelta(days=1)
    ways: list[Iterable[IndexValuesTS]] = [
        runtime.between(IndexValuesTS, NOON, end).scalars(),
        [value for (value,) in runtime.iter_rows(everything, page_size=2)],
        [
            value
            for value, _time in runtime.iter_rows(
                everything.add_columns(IndexValuesTS.time_index), page_size=1
            )
        ],
        runtime.latest(IndexValuesTS).scalars(),
    ]
    return [[(value.time_index, value.value) for value in found] for found in ways]


def test_every_read_gives_instances(environment: Mapping[str, str]) -> None:
    *whole, latest = value_of(read_in_every_way, environment=environment)
    expected = [(row["time_index"], row["value"]) for row in values_at(1.5, 2.5, 3.5)]
    assert whole == [expected] * 3
    assert latest == expected[-1:]


def write_instances() -> list[Any]:
    runtime = msm.start_engine(MODELS)
    counts = [
        runtime.insert(AssetType, [AssetType(asset_type="new", display_name="New")]),
        # What is not set keeps its value, and None is NULL.
        runtime.upsert(AssetType, [AssetType(asset_type="new", description="x")]),
    ]
    kind = runtime.get(AssetType, {"asset_type": "new"})
    assert kind is not None
    found = [kind.display_name, kind.description]
    kind.display_name = None
    counts += [runtime.upsert(AssetType, [kind]), runtime.upsert(AssetType, [kind])]
    mixed: Any = [AssetType(asset_type="n1"), {"asset_type": "n2"}]
    counts += [runtime.upsert(AssetType, mixed), runtime.delete(AssetType, [kind, *mixed])]
    return [counts, found]


def test_instances_are_written_as_far_as_they_are_set(environment: Mapping[str, str]) -> None:
    counts, found = value_of(write_instances, environment=environment)
    assert counts == [1, 1, 1, 0, 2, 3]
    assert found == ["New", "x"]


def write_wrong_instances() -> list[Refused]:
    runtime = msm.start_engine(MODELS)
    wrong = Asset(unique_identifier=5)
    return [
        refused(runtime.upsert, Asset, [AssetType(asset_type="x")]),
        refused(runtime.upsert, Asset, [Asset(unique_identifier="ok"), wrong]),
    ]


def test_wrong_instances_are_refused_before_sending(environment: Mapping[str, str]) -> None:
    other, wrong = value_of(write_wrong_instances, environment=environment)
    assert other.message == (
        "Expected rows of ms_markets__asset, got an instance of AssetType; write the rows of each "
        "model with a call of its own."
    )
    assert wrong.kind is InvalidRowsError
    assert [(fault.row, fault.column) for fault in wrong.facts["faults"]] == [
        (1, "unique_identifier")
    ]
