"""What the error of a wrong model class says; it is raised while the class is created."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from msm.errors import ModelDefinitionError
from msm.types import Str64, UuidKey
from tests.models.defining import columns, define, time_indexed

# A class that SQLAlchemy has refused stays in its registry until it is collected.
pytestmark = pytest.mark.filterwarnings("ignore:This declarative base already contains a class")

PUBLIC = "public.ms_markets__asset.uid"
DOC = {"__doc__": "One."}
ASSET_UID = DOC | columns(asset_uid=Mapped[uuid.UUID])
BID = DOC | columns(bid=Mapped[int])
SCHEMA = (
    "remove it: every table is in public, and with a schema name Alembic drops and recreates "
    "unchanged foreign keys."
)
ANNOTATE = "; annotate a column as Mapped[...] of a plain type, or of one of msm.types."


def with_args(*arguments: Any) -> dict[str, Any]:
    return BID | {"__table_args__": arguments}


def define_twice() -> None:
    define("Quote", DOC | columns())
    define("QUOTE", DOC | columns())


ERRORS: dict[str, tuple[Callable[[], object], str]] = {
    "no docstring": (
        lambda: define("Quote", columns()),
        "has no docstring; say in one sentence what a row is: it becomes the table's comment.",
    ),
    "misspelt setting": (
        lambda: define("Quote", DOC | {"__tableargs__": ()} | columns()),
        "sets __tableargs__, which is not a known setting; did you mean __table_args__?",
    ),
    "table named by hand": (
        lambda: define("Quote", DOC | {"__tablename__": "quotes"} | columns()),
        "names its table by hand; remove __tablename__, or set __concept__.",
    ),
    "time setting without a time index": (
        lambda: define("Quote", DOC | {"__identity_dimensions__": ("uid",)} | columns()),
        (
            "sets __identity_dimensions__, which a table without a time index does not have; "
            "remove it, or derive the class from MarketsTimeIndexMetaTable."
        ),
    ),
    "no primary key": (
        lambda: define("Quote", DOC | {"__annotations__": {"bid": Mapped[float]}}),
        ("has no primary key; add `uid: Mapped[UuidKey]`, or mark a column as primary_key."),
    ),
    "schema public": (
        lambda: define("Quote", DOC | {"__table_args__": {"schema": "public"}} | columns()),
        f'sets schema="public"; {SCHEMA}',
    ),
    "another schema": (
        lambda: define("Quote", DOC | {"__table_args__": {"schema": "acme"}} | columns()),
        f'sets schema="acme"; {SCHEMA}',
    ),
    "check without a name": (
        lambda: define("Quote", with_args(CheckConstraint("bid > 0"))),
        (
            'has a CHECK without a name; give it a short token, such as name="mic_length": the '
            "full name is made of it."
        ),
    ),
    "foreign key with a schema": (
        lambda: define("Quote", ASSET_UID | {"asset_uid": mapped_column(ForeignKey(PUBLIC))}),
        (
            f'refers from asset_uid to "{PUBLIC}"; remove `public.`, as in '
            '"ms_markets__asset.uid": tables are named without a schema.'
        ),
    ),
    "foreign key constraint with a schema": (
        lambda: define(
            "Quote",
            ASSET_UID | {"__table_args__": (ForeignKeyConstraint(["asset_uid"], [PUBLIC]),)},
        ),
        (
            f'refers from asset_uid to "{PUBLIC}"; remove `public.`, as in '
            '"ms_markets__asset.uid": tables are named without a schema.'
        ),
    ),
    "foreign key without a column": (
        lambda: define(
            "Quote", ASSET_UID | {"asset_uid": mapped_column(ForeignKey("ms_markets__asset"))}
        ),
        (
            'refers from asset_uid to "ms_markets__asset", which does not name a table and a '
            'column; write both, such as "ms_markets__asset.uid", or the attribute, such as '
            "Asset.uid."
        ),
    ),
    "two checks of one name": (
        lambda: define(
            "Quote",
            with_args(CheckConstraint("bid > 0", name="x"), CheckConstraint("bid < 9", name="x")),
        ),
        (
            "gives the name ck__acme__quote__x to CHECK (bid < 9) and to CHECK (bid > 0); rename "
            "one, or remove it if both are the same."
        ),
    ),
    "two unique constraints of one name": (
        lambda: define("Quote", with_args(UniqueConstraint("bid"), UniqueConstraint("bid"))),
        (
            "gives the name uq__acme__quote__bid to UniqueConstraint (bid) and to UniqueConstraint "
            "(bid); rename one, or remove it if both are the same."
        ),
    ),
    "two indexes of one name": (
        lambda: define("Quote", with_args(Index("ix_q", "bid"), Index("ix_q", "uid"))),
        (
            "gives the name ix_q to Index (bid) and to Index (uid); rename one, or remove it if "
            "both are the same."
        ),
    ),
    "constraint over no column": (
        lambda: define("Quote", with_args(UniqueConstraint("ask"))),
        (
            "cannot be mapped: Can't create UniqueConstraint on table 'acme__quote': no column "
            "named 'ask' is present."
        ),
    ),
    "table name of another model": (
        define_twice,
        (
            "would have the table acme__quote, which belongs to tests.models.defining.Quote; "
            "rename the class, or set __concept__ or __application__."
        ),
    ),
    "dimensions as a text": (
        lambda: time_indexed({"__identity_dimensions__": "venue"}, venue=Mapped[Str64]),
        "sets __identity_dimensions__ to the text 'venue'; write a tuple, ('venue',).",
    ),
    "dimensions with too long a name together": (
        lambda: time_indexed(
            {"__identity_dimensions__": ("a" * 32, "b" * 31)},
            time_index=Mapped[datetime.datetime],
            **{"a" * 32: Mapped[Str64], "b" * 31: Mapped[Str64]},
        ),
        (
            f"has the index {'a' * 32}_{'b' * 31} in its storage layout, a name of 64 characters "
            "that is made of the identity dimensions, and 63 are allowed; set __storage_layout__ = "
            '{"secondary_indexes": [{"name": "a_shorter_name", "columns": '
            "[*__identity_dimensions__]}]}."
        ),
    ),
    "storage layout without a time index": (
        lambda: define("Quote", DOC | {"__storage_layout__": {}} | columns()),
        (
            "sets __storage_layout__, which a table without a time index does not have; remove it, "
            "or derive the class from MarketsTimeIndexMetaTable."
        ),
    ),
    "no time index": (
        lambda: time_indexed({}, quoted_at=Mapped[datetime.datetime]),
        (
            "is indexed by 'time_index', but has no such column; add the column, or correct "
            "__time_index_name__ or __identity_dimensions__."
        ),
    ),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_definition_error_says_what_to_change(name: str) -> None:
    call, sentence = ERRORS[name]
    with pytest.raises(ModelDefinitionError) as caught:
        call()
    assert str(caught.value) == f"Model {caught.value.model} {sentence}"
    assert caught.value.model.startswith("tests.models.defining.")


# These repeat what SQLAlchemy or the SDK say, in words that are theirs.
@pytest.mark.parametrize(
    ("annotations", "said"),
    [
        ({"uid": Mapped[UuidKey], "bid": int}, 'Type annotation for "Quote.bid"'),
        ({"uid": Mapped[UuidKey], "bid": Mapped[object]}, "the 'bid' attribute"),
    ],
)
def test_an_annotation_error_names_the_attribute(annotations: dict[str, Any], said: str) -> None:
    with pytest.raises(ModelDefinitionError) as caught:
        define("Quote", DOC | {"__annotations__": annotations})
    words = str(caught.value)
    assert words.startswith("Model tests.models.defining.Quote cannot be mapped: ")
    assert said in words
    assert words.endswith(ANNOTATE)
    # SQLAlchemy adds its background, and a link.
    assert "\n" not in words
    assert "sqlalche.me" not in words


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        (Mapped[Str64], "must reference a temporal column"),
        (Mapped[datetime.datetime | None], "must be non-nullable"),
    ],
)
def test_a_time_index_must_order_rows(annotation: Any, said: str) -> None:
    with pytest.raises(ModelDefinitionError, match=said) as caught:
        time_indexed({}, time_index=annotation)
    assert str(caught.value).startswith(
        "Model tests.models.defining.QuoteTS has no usable time index: "
    )
