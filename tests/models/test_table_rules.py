"""Tables that PostgreSQL or a hypertable could not hold are refused at the class."""

import datetime
import subprocess
import sys
import uuid
from typing import Any

import pytest
from sqlalchemy import ForeignKey, Index, Integer, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from msm.base import MarketsBase
from msm.errors import ModelDefinitionError
from msm.models import Asset
from tests.models.defining import columns, define, time_indexed

DOC = {"__doc__": "One."}


def table_of(name: str, body: dict[str, Any]) -> Table:
    table = define(name, DOC | body).__table__
    assert isinstance(table, Table)
    return table


@pytest.mark.parametrize(
    ("key", "name", "names"),
    [
        (UniqueConstraint("venue"), "uq__acme__quotets__venue", "venue"),
        (Index("ix_venue", "venue", unique=True), "ix_venue", "venue"),
    ],
)
def test_a_unique_key_without_its_time_is_refused(key: Any, name: str, names: str) -> None:
    with pytest.raises(ModelDefinitionError) as error:
        quote(key)
    assert str(error.value) == (
        f"Model tests.models.defining.QuoteTS has {name}, which is unique over {names} without the "
        "time index time_index, and a hypertable cannot hold that; add time_index to it, or keep "
        "what is unique in a relational model."
    )


def test_a_unique_key_with_its_time_is_allowed() -> None:
    assert quote(UniqueConstraint("venue", "time_index")).__tablename__ == "acme__quotets"


def quote(key: Any) -> Any:
    return time_indexed(
        {"__table_args__": (key,)}, time_index=Mapped[datetime.datetime], venue=Mapped[str]
    )


@pytest.mark.parametrize("target", ["ms_markets__asset.uid", "acme__node.uid"])
def test_a_foreign_key_as_text_is_refused(target: str) -> None:
    body = columns(other_uid=Mapped[uuid.UUID])
    with pytest.raises(ModelDefinitionError) as error:
        define("Node", DOC | body | {"other_uid": mapped_column(ForeignKey(target))})
    assert str(error.value) == (
        f'Model tests.models.defining.Node refers from other_uid to "{target}" as text, and in '
        "another namespace that table has another name; write the attribute, such as "
        "ForeignKey(Asset.uid), or ForeignKey(uid) for a column of the class itself, which is then "
        "defined above it with mapped_column()."
    )


def test_a_class_can_refer_to_itself() -> None:
    uid: Any = mapped_column()
    body = columns(parent_uid=Mapped[uuid.UUID | None])
    parent = mapped_column(ForeignKey(uid))
    (key,) = table_of("Node", body | {"uid": uid, "parent_uid": parent}).foreign_keys
    assert (key.parent.name, key.target_fullname) == ("parent_uid", "acme__node.uid")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"c" * 64: mapped_column(Integer)}, "c" * 64),
        ({"é" * 32: mapped_column(Integer)}, "é" * 32),
        ({"__table_args__": (Index("i" * 64, "uid"),)}, "i" * 64),
    ],
    ids=["column", "bytes", "index"],
)
def test_a_name_over_63_bytes_is_refused(body: dict[str, Any], name: str) -> None:
    with pytest.raises(
        ModelDefinitionError, match=r"of 64 bytes, and PostgreSQL keeps 63"
    ) as error:
        define("Quote", DOC | columns() | body)
    assert f"has the name {name}," in str(error.value)
    assert not any(table.startswith("acme__") for table in MarketsBase.metadata.tables)


def test_more_than_1600_columns_are_refused() -> None:
    with pytest.raises(ModelDefinitionError) as error:
        define("Quote", DOC | columns() | numbers(1600))
    assert "has 1601 columns, and PostgreSQL allows 1600; split the table" in str(error.value)
    assert len(table_of("Wide", columns() | numbers(1599)).columns) == 1600


def numbers(count: int) -> dict[str, Any]:
    return {f"c{number}": mapped_column(Integer) for number in range(count)}


@pytest.mark.slow
def test_descriptions_survive_python_without_docstrings() -> None:
    code = (
        "import msm.models, msm_portfolio.models\nfrom msm.base import MarketsBase\n"
        "for model in MarketsBase.models():\n"
        "    print(model.__tablename__, repr(model.__metatable_description__))"
    )
    plain, bare = (
        subprocess.run(
            [sys.executable, *options, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        for options in ([], ["-OO"])
    )
    assert plain == bare
    table = MarketsBase.metadata.tables[Asset.__tablename__]
    assert f"{table.name} {table.comment!r}" in bare.splitlines()


def test_a_partitioned_model_has_its_time_in_the_table() -> None:
    table = partitioned(True).__table__
    assert isinstance(table, Table)
    assert table.kwargs["postgresql_partition_by"] == "RANGE (time_index)"


def test_a_model_is_in_one_piece_unless_it_says_so() -> None:
    options = quote(Index("ix_venue", "venue")).__table__.dialect_options
    assert options["postgresql"]["partition_by"] is None


@pytest.mark.parametrize(
    ("value", "settings", "said"),
    [
        ("month", {}, "sets __partitioned__ to 'month'; write True"),
        (
            True,
            {"__table_args__": (UniqueConstraint("venue"),)},
            "time_index, and a partitioned table cannot hold that; add time_index to it",
        ),
        (True, {"__concept__": "c" * 56}, "a name of 70 bytes, and PostgreSQL keeps 63; choose"),
    ],
    ids=["a text", "a key without its time", "a long name"],
)
def test_a_wrong_partitioned_model_is_refused(
    value: object, settings: dict[str, Any], said: str
) -> None:
    with pytest.raises(ModelDefinitionError) as error:
        partitioned(value, **settings)
    assert said in str(error.value)


def test_a_relational_model_is_not_partitioned() -> None:
    with pytest.raises(ModelDefinitionError, match="sets __partitioned__, which a table without"):
        define("Venue", DOC | columns() | {"__partitioned__": True})


def partitioned(value: object, **settings: Any) -> Any:
    return time_indexed(
        settings | {"__partitioned__": value},
        time_index=Mapped[datetime.datetime],
        venue=Mapped[str],
    )
