"""What is derived from a model class."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, ForeignKey, Index, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsBase, MarketsMetaTable, MarketsTimeIndexMetaTable
from msm.errors import ModelDefinitionError
from msm.models import Asset, AssetSnapshotsTS
from msm.types import Str64
from msm_portfolio.models import PortfolioEventLedgerTS
from tests.models.defining import AcmeTimeIndex, columns, define, time_indexed
from tests.support.history import MODELS


def test_names_and_description_follow_from_the_class() -> None:
    model = define("DailyQuote", {"__doc__": "One quote.\n\n    Mid of the day."} | columns())
    assert model.__tablename__ == "acme__dailyquote"
    assert model.__metatable_identifier__ == "DailyQuote"
    assert model.__metatable_namespace__ == "mainsequence.markets"
    assert model.__metatable_description__ == "One quote.\n\nMid of the day."
    assert Asset.__metatable_labels__ == ["msm", "assets"]
    assert Asset.__tablename__ == "ms_markets__asset"


def test_the_catalog_has_a_table_under_its_own_name() -> None:
    """Another project, or another namespace, may have a class of the same name."""
    for model in (Asset, AssetSnapshotsTS):
        assert model.__metatable_identifier__ == model.__name__
        request = model.build_registration_request(data_source_uid="x", identifier="y")
        assert request.identifier == model.__tablename__


class FeedMetaTable(MarketsMetaTable):
    __abstract__ = True
    __application__ = "acme"
    __explicit_names__ = True
    __metatable_namespace__ = "acme-feed"


def test_a_table_from_before_msm_keeps_its_names() -> None:
    stated = {"__tablename__": "feed_quotes", "__metatable_identifier__": "acme.FeedQuotes"}
    model = define("Quote", {"__doc__": "One."} | stated | columns(), FeedMetaTable)
    assert model.__tablename__ == "feed_quotes"
    assert model.__metatable_identifier__ == "acme.FeedQuotes"
    request = model.build_registration_request(data_source_uid="x", identifier="y")
    assert (request.identifier, request.namespace) == ("acme.FeedQuotes", "acme-feed")


def test_a_new_table_beside_those_gets_derived_names() -> None:
    model = define("Quote", {"__doc__": "One."} | columns(), FeedMetaTable)
    assert model.__tablename__ == "acme__quote"
    request = model.build_registration_request(data_source_uid="x")
    assert (request.identifier, request.namespace) == ("acme__quote", "acme-feed")


@pytest.mark.parametrize("name", ["__metatable_identifier__", "__metatable_namespace__"])
def test_other_models_may_not_state_names(name: str) -> None:
    with pytest.raises(ModelDefinitionError, match=f"sets {name}, which is not a known setting"):
        define("Quote", {"__doc__": "One.", name: "acme"} | columns())


def test_a_class_may_name_its_concept() -> None:
    model = define("Quote", {"__doc__": "One.", "__concept__": "daily_quote"} | columns())
    assert model.__tablename__ == "acme__daily_quote"


def test_a_comment_reaches_the_contract() -> None:
    body = columns(bid=Mapped[float | None])
    model = define(
        "Quote", {"__doc__": "One.", "bid": mapped_column(comment="In basis points.")} | body
    )
    contract = model.build_registration_request(data_source_uid="x").table_contract
    bid = next(column for column in contract.columns if column.name == "bid")
    assert bid.description == "In basis points."
    assert bid.label == "Bid"
    table = model.__table__
    assert isinstance(table, Table)
    assert table.comment == "One."


def test_a_foreign_key_may_name_an_attribute() -> None:
    model = define(
        "Quote",
        {"__doc__": "One.", "asset_uid": mapped_column(ForeignKey(Asset.uid, ondelete="CASCADE"))}
        | columns(asset_uid=Mapped[uuid.UUID]),
    )
    (key,) = model.__table__.c.asset_uid.foreign_keys
    assert key.column is Asset.__table__.c.uid


@pytest.mark.filterwarnings("ignore:This declarative base already contains a class")
def test_a_refused_class_can_be_defined_again() -> None:
    with pytest.raises(ModelDefinitionError) as caught:
        define("QuoteTS", {"__doc__": "One.", "__annotations__": {}}, AcmeTimeIndex)
    assert caught.value.model.endswith(".QuoteTS")
    fixed = time_indexed({}, time_index=Mapped[datetime.datetime])
    assert fixed in MarketsBase.models()


@pytest.mark.filterwarnings("ignore:This declarative base already contains a class")
@pytest.mark.parametrize(
    "make",
    [
        lambda: CheckConstraint("bid > 0", name="x"),
        lambda: UniqueConstraint("bid"),
        lambda: Index("ix_q", "bid"),
    ],
    ids=["check", "unique", "index"],
)
def test_two_parts_of_one_name_can_be_fixed(make: Callable[[], Any]) -> None:
    body = {"__doc__": "One."} | columns(bid=Mapped[int])
    with pytest.raises(ModelDefinitionError):
        define("Quote", body | {"__table_args__": (make(), make())})
    assert define("Quote", body | {"__table_args__": (make(),)}) in MarketsBase.models()


def test_time_index_and_dimensions_are_unique() -> None:
    model = time_indexed(
        {"__identity_dimensions__": ("venue",), "__time_index_name__": "quoted_at"},
        quoted_at=Mapped[datetime.datetime],
        venue=Mapped[Str64],
    )
    table = model.__table__
    assert isinstance(table, Table)
    assert [(index.name, index.unique) for index in table.indexes] == [
        ("uix__acme__quotets__quoted_at__venue", True)
    ]
    assert not table.primary_key.columns


def test_a_storage_layout_is_completed() -> None:
    """The platform takes a whole one only."""
    dimensions = ("a" * 32, "b" * 31)
    secondary = [{"name": "identity", "columns": [*dimensions]}]
    model = time_indexed(
        {
            "__identity_dimensions__": dimensions,
            "__storage_layout__": {"secondary_indexes": secondary},
        },
        time_index=Mapped[datetime.datetime],
        **dict.fromkeys(dimensions, Mapped[Str64]),
    )
    contract = model.build_registration_request(data_source_uid="x").table_contract
    assert contract["authoring"]["time_indexed"]["storage_layout"] == {
        "version": 1,
        "time_index": {"name": "time_index"},
        "identity_dimensions": [*dimensions],
        "index_progress": {"grain": [*dimensions]},
        "uniqueness": {"columns": ["time_index", *dimensions]},
        "tail_delete": {"scope_dimensions": [*dimensions]},
        "secondary_indexes": secondary,
    }


@pytest.mark.parametrize(
    "model",
    [model for model in MODELS if issubclass(model, MarketsTimeIndexMetaTable)],
    ids=lambda model: model.__name__,
)
def test_storage_layout_names_the_index_by_identity(model: type[MarketsTimeIndexMetaTable]) -> None:
    by_identity = [*model.__identity_dimensions__, model.__time_index_name__]
    contract = model.build_registration_request(data_source_uid="x").table_contract
    [index] = contract["authoring"]["time_indexed"]["storage_layout"]["secondary_indexes"]
    assert index["columns"] == by_identity
    table = model.__table__
    assert isinstance(table, Table)
    assert by_identity in [[column.name for column in item.columns] for item in table.indexes]


def test_a_name_of_63_characters_is_short_enough() -> None:
    dimensions = ("a" * 31, "b" * 31)
    model = time_indexed(
        {"__identity_dimensions__": dimensions},
        time_index=Mapped[datetime.datetime],
        **dict.fromkeys(dimensions, Mapped[Str64]),
    )
    contract = model.build_registration_request(data_source_uid="x").table_contract
    assert "storage_layout" not in contract["authoring"]["time_indexed"]


def test_no_layout_of_ours_changes_the_table() -> None:
    """The index of a storage layout is the platform's; Alembic must not see it."""
    indexes = MarketsBase.metadata.tables[PortfolioEventLedgerTS.__tablename__].indexes
    assert {str(index.name).partition("__")[0] for index in indexes} == {"ix", "uix"}
