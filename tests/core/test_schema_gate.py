"""Attach refuses tables that lack what their models have, or that are at an older revision."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import pytest
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    TypeDecorator,
)
from sqlalchemy.types import TypeEngine

import msm
from msm.contract import column_faults, is_behind
from msm.errors import AttachError
from msm.models import Asset, AssetSnapshotsTS, AssetType
from msm.rows.keys import table_of
from tests.support.forked import value_of
from tests.support.generation import PROGRAM
from tests.support.history import HEAD, MODELS, NEXT, REVISIONS
from tests.support.migrating import migrate
from tests.support.wire import Wire

UPGRADE = f"{PROGRAM} migrations upgrade --provider migrations:migration head"

TABLE = table_of(Asset)


def add_a_column() -> None:
    TABLE.append_column(Column("rating", String(3)))


def change_a_type() -> None:
    TABLE.c.asset_type.type = Integer()


def require_a_value() -> None:
    TABLE.c.asset_type.nullable = False


def allow_null() -> None:
    TABLE.c.unique_identifier.nullable = True


def remove_a_column() -> None:
    TABLE._columns.remove(TABLE.c.asset_type)


def attach_changed(change: Callable[[], None]) -> list[tuple[str, str, str]]:
    change()
    with Wire() as wire, suppress(AttachError):
        msm.start_engine([Asset, AssetType, AssetSnapshotsTS])
        assert len(wire.requests) <= 3
        return []
    with pytest.raises(AttachError) as caught:
        msm.start_engine([Asset, AssetType, AssetSnapshotsTS])
    assert UPGRADE in str(caught.value)
    assert Asset.get_meta_table() is None
    return [(item.model, item.reason, item.detail) for item in caught.value.problems]


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        (add_a_column, "it has no column rating"),
        (change_a_type, "its column asset_type is string, not int64"),
        (require_a_value, "its column asset_type may be NULL, and that of the model not"),
    ],
)
def test_a_table_that_lacks_something_is_refused(
    shared_environment: Mapping[str, str], change: Callable[[], None], detail: str
) -> None:
    problems = value_of(attach_changed, change, environment=shared_environment)
    assert problems == [("Asset", "columns", detail)]


@pytest.mark.parametrize("change", [allow_null, remove_a_column])
def test_a_table_that_has_more_is_attached(
    shared_environment: Mapping[str, str], change: Callable[[], None]
) -> None:
    assert value_of(attach_changed, change, environment=shared_environment) == []


def attach_at(
    enough: Sequence[str], newer: Sequence[str]
) -> tuple[str | None, list[tuple[str, str]]]:
    with Wire() as wire:
        runtime = msm.start_engine(MODELS)
    assert len(wire.requests) == 3
    for revision in enough:
        msm.start_engine([Asset], at_least=revision)
    told: list[tuple[str, str]] = []
    for revision in newer:
        with pytest.raises(AttachError) as caught:
            msm.start_engine([Asset, AssetSnapshotsTS], at_least=revision)
        assert UPGRADE in str(caught.value)
        told += [(item.reason, item.detail) for item in caught.value.problems]
    return runtime.revision, told


def test_an_older_revision_is_refused(shared_environment: Mapping[str, str]) -> None:
    revision, told = value_of(
        attach_at, ["1001", HEAD], [NEXT, "acme0001"], environment=shared_environment
    )
    assert revision == HEAD
    needed = "or a later one of its history is needed"
    assert told == [
        ("revision", f"at revision {HEAD}, and {wanted} {needed}")
        for wanted in (NEXT, NEXT, "acme0001", "acme0001")
    ]


def test_the_revision_follows_a_downgrade(
    environment: Mapping[str, str],
) -> None:
    before = REVISIONS[-2]
    assert migrate("downgrade", before, environment=environment).exit_code == 0
    revision, told = value_of(attach_at, [before], [HEAD], environment=environment)
    assert revision == before
    assert [reason for reason, _ in told] == ["revision", "revision"]


@pytest.mark.parametrize(
    ("recorded", "wanted", "behind"),
    [
        ("1007", "1007", False),
        ("1008", "1007", False),
        ("1006", "1007", True),
        ("999", "1007", True),
        ("1007,acme0002", "acme0002", False),
        ("1007,acme0002", "acme0010", True),
        ("1007", "acme0002", None),
        ("3f9a0c", "3f9a0c", False),
        ("3f9a0c", "77bb0e", None),
        (None, "1007", None),
    ],
)
def test_revisions_are_compared_by_their_number(
    recorded: str | None, wanted: str, behind: bool | None
) -> None:
    assert is_behind(recorded, wanted) is behind


def test_a_lookup_without_columns_says_nothing() -> None:
    assert column_faults(TABLE, []) == []


class Cents(TypeDecorator[float]):
    impl = Integer
    cache_ok = True


@dataclass(slots=True)
class Listed:
    name: str
    data_type: str
    nullable: bool


@pytest.mark.parametrize(
    ("kind", "listed", "fits"),
    [
        (Integer(), "int64", True),
        (Integer(), "int32", True),
        (Integer(), "int16", False),
        (BigInteger(), "int32", False),
        (SmallInteger(), "int64", False),
        (ARRAY(Cents()), "int64[]", True),
        (ARRAY(Cents()), "float64[]", False),
        (ARRAY(BigInteger()), "int32[]", False),
    ],
)
def test_the_width_of_an_integer_counts(kind: TypeEngine[object], listed: str, fits: bool) -> None:
    table = Table("t", MetaData(), Column("number", kind))
    assert (column_faults(table, [Listed("number", listed, True)]) == []) is fits
