"""What follows from a model class, and what a wrong class is told."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsBase, MarketsMetaTable, MarketsModel, MarketsTimeIndexMetaTable
from msm.errors import ModelDefinitionError
from msm.models import Asset
from msm.types import Str64, UuidKey

PUBLIC = "public.ms_markets__asset.uid"


class AcmeMetaTable(MarketsMetaTable):
    __abstract__ = True
    __application__ = "acme"


def define(
    name: str, body: dict[str, Any], base: type[MarketsModel] = AcmeMetaTable
) -> type[MarketsModel]:
    """Create a model class as a class statement in this module would."""
    return type(name, (base,), {"__module__": __name__, "__qualname__": name} | body)


def columns(**more: Any) -> dict[str, Any]:
    annotations: dict[str, Any] = {"uid": Mapped[UuidKey]} | more
    return {"__annotations__": annotations}


@pytest.fixture(autouse=True)
def _leave_no_models() -> Any:
    """A class defined in a test does not stay on the shared base."""
    yield
    for model in MarketsBase.models():
        if model.__module__ == __name__:
            MarketsBase.metadata.remove(MarketsBase.metadata.tables[model.__tablename__])
    registry = MarketsBase.registry
    for manager in list(registry._managers):
        if manager.class_.__module__ == __name__:
            registry._dispose_manager_and_mapper(manager)
            registry._managers.pop(manager)


def test_names_namespace_description_and_labels_follow_from_the_class() -> None:
    model = define("DailyQuote", {"__doc__": "One quote.\n\n    Mid of the day."} | columns())
    assert model.__tablename__ == "acme__dailyquote"
    assert model.__metatable_identifier__ == "DailyQuote"
    assert model.__metatable_namespace__ == "mainsequence.markets"
    assert model.__metatable_description__ == "One quote.\n\nMid of the day."
    assert Asset.__metatable_labels__ == ["msm", "assets"]
    assert Asset.__tablename__ == "ms_markets__asset"


def test_a_class_may_name_its_concept() -> None:
    model = define("Quote", {"__doc__": "One.", "__concept__": "daily_quote"} | columns())
    assert model.__tablename__ == "acme__daily_quote"


def test_a_comment_is_written_once_and_reaches_the_contract() -> None:
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


def test_a_foreign_key_names_the_class_it_points_to() -> None:
    model = define(
        "Quote",
        {"__doc__": "One.", "asset_uid": mapped_column(ForeignKey(Asset.uid, ondelete="CASCADE"))}
        | columns(asset_uid=Mapped[uuid.UUID]),
    )
    (key,) = model.__table__.c.asset_uid.foreign_keys
    assert key.column is Asset.__table__.c.uid


def test_a_model_without_docstring_is_refused() -> None:
    with pytest.raises(ModelDefinitionError, match=r"Quote has no docstring; say in one sentence"):
        define("Quote", columns())


def test_a_misspelt_dunder_is_refused_with_the_right_name() -> None:
    with pytest.raises(
        ModelDefinitionError, match=r"Quote sets __tableargs__, .* did you mean __table_args__\?"
    ):
        define("Quote", {"__doc__": "One.", "__tableargs__": ()} | columns())


def test_a_table_named_by_hand_is_refused() -> None:
    with pytest.raises(ModelDefinitionError, match="names its table by hand"):
        define("Quote", {"__doc__": "One.", "__tablename__": "quotes"} | columns())


def test_a_model_without_primary_key_is_refused() -> None:
    with pytest.raises(ModelDefinitionError, match="Quote has no primary key"):
        define("Quote", {"__doc__": "One.", "__annotations__": {"bid": Mapped[float]}})


@pytest.mark.filterwarnings("ignore:This declarative base already contains a class")
def test_a_refused_class_can_be_defined_again_when_mended() -> None:
    with pytest.raises(ModelDefinitionError) as caught:
        define("QuoteTS", {"__doc__": "One.", "__annotations__": {}}, AcmeTimeIndex)
    assert caught.value.model.endswith(".QuoteTS")
    mended = time_indexed({}, time_index=Mapped[datetime.datetime])
    assert mended in MarketsBase.models()


def test_the_public_schema_is_refused() -> None:
    body = {"__doc__": "One.", "__table_args__": {"schema": "public"}} | columns()
    with pytest.raises(ModelDefinitionError, match=r'Quote sets schema="public"; remove it'):
        define("Quote", body)


def test_a_check_without_a_name_is_refused() -> None:
    check = (CheckConstraint("uid IS NOT NULL"),)
    body = {"__doc__": "One.", "__table_args__": check} | columns()
    with pytest.raises(ModelDefinitionError, match=r"Quote has a CHECK without a name; give it a"):
        define("Quote", body)


def test_another_schema_is_refused() -> None:
    body = {"__doc__": "One.", "__table_args__": {"schema": "acme"}} | columns()
    with pytest.raises(ModelDefinitionError, match=r'Quote sets schema="acme"; remove it'):
        define("Quote", body)


@pytest.mark.parametrize(
    "part",
    [
        {"asset_uid": mapped_column(ForeignKey(PUBLIC))},
        {"__table_args__": (ForeignKeyConstraint(["asset_uid"], [PUBLIC]),)},
    ],
    ids=["column", "constraint"],
)
def test_a_foreign_key_that_names_a_schema_is_refused(part: dict[str, Any]) -> None:
    with pytest.raises(
        ModelDefinitionError,
        match=r'Quote refers from asset_uid to "public\..*uid"; remove `public\.`, as in "ms_m',
    ):
        define("Quote", {"__doc__": "One."} | columns(asset_uid=Mapped[uuid.UUID]) | part)


def test_a_foreign_key_that_names_no_column_is_refused() -> None:
    body = {"__doc__": "One.", "asset_uid": mapped_column(ForeignKey("ms_markets__asset"))}
    with pytest.raises(
        ModelDefinitionError, match=r'from asset_uid to "ms_markets__asset", .* such as Asset\.uid'
    ):
        define("Quote", body | columns(asset_uid=Mapped[uuid.UUID]))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            lambda: (CheckConstraint("bid > 0", name="x"), CheckConstraint("bid < 9", name="x")),
            r"ck__acme__quote__x to CHECK \(bid < 9\) and to CHECK \(bid > 0\); rename one",
        ),
        (
            lambda: (UniqueConstraint("bid"), UniqueConstraint("bid")),
            r"uq__acme__quote__bid to UniqueConstraint \(bid\) and to UniqueConstraint \(bid\)",
        ),
        (
            lambda: (Index("ix_q", "bid"), Index("ix_q", "uid")),
            r"ix_q to Index \(bid\) and to Index \(uid\)",
        ),
    ],
    ids=["checks", "uniques", "indexes"],
)
@pytest.mark.filterwarnings("ignore:This declarative base already contains a class")
def test_two_of_one_name_are_refused_naming_both(
    arguments: Callable[[], tuple[Any, ...]], said: str
) -> None:
    body = {"__doc__": "One."} | columns(bid=Mapped[int])
    with pytest.raises(ModelDefinitionError, match=rf"Quote gives the name {said}"):
        define("Quote", body | {"__table_args__": arguments()})
    assert define("Quote", body | {"__table_args__": arguments()[:1]}) in MarketsBase.models()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"__annotations__": {"uid": Mapped[UuidKey], "bid": int}},
            r'Type annotation for "Quote.bid" .*; annotate a column as Mapped\[\.\.\.\] of a plain',
        ),
        (
            {"__annotations__": {"uid": Mapped[UuidKey], "bid": Mapped[object]}},
            r".* the 'bid' attribute; .*; annotate a column as Mapped\[\.\.\.\] of a plain type",
        ),
        (
            columns() | {"__table_args__": (UniqueConstraint("ask"),)},
            r"Can't create UniqueConstraint on table 'acme__quote': no column named 'ask' is pr",
        ),
    ],
    ids=["no-mapped", "unknown-type", "no-column"],
)
def test_what_sqlalchemy_cannot_map_is_refused_naming_the_class(
    body: dict[str, Any], said: str
) -> None:
    with pytest.raises(ModelDefinitionError, match=rf"\.Quote cannot be mapped: {said}") as caught:
        define("Quote", {"__doc__": "One."} | body)
    assert "\n" not in str(caught.value)
    assert "sqlalche.me" not in str(caught.value)


def test_a_taken_table_name_is_refused_naming_both_classes() -> None:
    define("Quote", {"__doc__": "One."} | columns())
    with pytest.raises(
        ModelDefinitionError,
        match=r"QUOTE would have the table acme__quote, which belongs to .*\.Quote",
    ):
        define("QUOTE", {"__doc__": "One."} | columns())


class AcmeTimeIndex(MarketsTimeIndexMetaTable):
    __abstract__ = True
    __application__ = "acme"


def time_indexed(settings: dict[str, Any], **annotations: Any) -> type[MarketsModel]:
    body = {"__doc__": "One.", "__annotations__": annotations} | settings
    return define("QuoteTS", body, AcmeTimeIndex)


def test_the_grain_is_the_time_index_and_its_dimensions() -> None:
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


def test_dimensions_that_are_a_text_are_refused() -> None:
    with pytest.raises(
        ModelDefinitionError, match=r"the text 'venue'; write a tuple, \('venue',\)"
    ):
        time_indexed({"__identity_dimensions__": "venue"}, venue=Mapped[Str64])


def test_a_setting_of_time_is_refused_where_there_is_no_time_index() -> None:
    body = {"__doc__": "One.", "__identity_dimensions__": ("uid",)} | columns()
    with pytest.raises(
        ModelDefinitionError, match=r"Quote sets __identity_dimensions__, .* MarketsTimeIndexMetaT"
    ):
        define("Quote", body)


def test_an_unknown_time_index_is_refused() -> None:
    with pytest.raises(ModelDefinitionError, match=r"QuoteTS is indexed by 'time_index', but"):
        time_indexed({}, quoted_at=Mapped[datetime.datetime])


@pytest.mark.parametrize(
    ("annotations", "fault"),
    [
        ({"time_index": Mapped[Str64]}, "must reference a temporal column"),
        ({"time_index": Mapped[datetime.datetime | None]}, "must be non-nullable"),
    ],
)
def test_a_time_index_that_cannot_order_rows_is_refused(
    annotations: dict[str, Any], fault: str
) -> None:
    with pytest.raises(ModelDefinitionError, match=rf"QuoteTS has no usable time index: .*{fault}"):
        time_indexed({}, **annotations)
