"""Types of a caller, made with TypeDecorator: their conversions run wherever values pass."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    Column,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    any_,
    bindparam,
    cast,
    literal,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.types import TypeDecorator

import msm
from msm.errors import StatementError
from msm.models import AssetType
from msm.rows.input import given_rows
from msm.rows.validate import Expected, check_rows
from tests.core.rows.written import checked
from tests.support.forked import value_of


class Side(Enum):
    BUY = 1
    SELL = 2


class Lowercase(TypeDecorator[Side]):
    """A member as its name in small letters; NULL is read as a purchase."""

    impl = String(16)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:  # noqa: ARG002 - SQLAlchemy's
        return value.name.lower()

    def process_result_value(self, value: Any, dialect: Any) -> Any:  # noqa: ARG002 - SQLAlchemy's
        return Side.BUY if value is None else Side[value.upper()]


class Cents(TypeDecorator[int]):
    """Hundredths, which PostgreSQL has as NUMERIC."""

    impl = Numeric(20, 2)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:  # noqa: ARG002 - SQLAlchemy's
        return None if value is None else Decimal(value).scaleb(-2)

    def process_result_value(self, value: Any, dialect: Any) -> Any:  # noqa: ARG002 - SQLAlchemy's
        return None if value is None else int(value * 100)


class Bare(TypeDecorator[Any]):
    """One without conversions."""

    impl = JSON(none_as_null=True)
    cache_ok = True


BAG = Table(
    "bag",
    MetaData(),
    Column("id", Integer),
    Column("side", Lowercase),
    Column("price", Cents),
    Column("sides", ARRAY(Lowercase())),
    Column("extra", Bare),
)


def read_all() -> dict[str, Any]:
    runtime = msm.start_engine([AssetType])
    rows = [{"asset_type": "buy"}, {"asset_type": "sell"}]
    runtime.upsert(AssetType, rows)
    side = type_coerce(AssetType.asset_type, Lowercase())
    bound = select(
        side.label("side"),
        type_coerce(AssetType.display_name, Lowercase()).label("of null"),
        cast(literal(1234, Cents()), Numeric).label("price"),
        literal(1234, Cents()).label("cents"),
        literal([Side.SELL, Side.BUY], ARRAY(Lowercase())).label("sides"),
        literal({"a": 1}, Bare()).label("bare"),
    ).where(side == Side.SELL)
    among = select(AssetType.asset_type).where(
        side == any_(literal([Side.BUY], ARRAY(Lowercase()))), side.in_([Side.BUY, Side.SELL])
    )
    sell = bindparam("the side", Side.SELL, Lowercase())
    named = select(AssetType.asset_type).where(side == sell)
    tuples = [(Side.SELL, "sell"), (Side.BUY, "sell")]
    statements = {
        "named": named,
        "named among": named.where(AssetType.asset_type.in_(["buy", "sell"])),
        "tuples": select(AssetType.asset_type).where(
            tuple_(side, AssetType.asset_type).in_(tuples),
        ),
    }
    result = runtime.execute(bound)
    with pytest.raises(StatementError, match="is refused by Lowercase: 'str' object has no"):
        runtime.execute(bound.where(side == "sell"))
    frame = result.frame()
    return {
        "row": dict(result.mappings().one()),
        "among": runtime.scalars(among).all(),
        "sell": {name: runtime.scalars(one).all() for name, one in statements.items()},
        "frame": (frame["side"][0], frame["cents"][0], frame["of null"][0]),
    }


def test_conversions_run_in_statements_and_results(shared_environment: Mapping[str, str]) -> None:
    found = value_of(read_all, environment=shared_environment)
    assert found["row"] == {
        "side": Side.SELL,
        "of null": Side.BUY,
        "price": Decimal("12.34"),
        "cents": 1234,
        "sides": [Side.SELL, Side.BUY],
        "bare": {"a": 1},
    }
    assert found["among"] == ["buy"]
    assert found["sell"] == {name: ["sell"] for name in ("named", "named among", "tuples")}
    assert found["frame"] == (Side.SELL, 1234, Side.BUY)


def test_conversions_run_in_rows() -> None:
    row = {"id": 1, "side": Side.BUY, "price": 5, "sides": [Side.SELL], "extra": {"a": 1}}
    (batch,) = checked(BAG, [row, dict.fromkeys(row)])
    assert batch.literals == {
        "id": "{1,NULL}",
        "side": '{"buy",NULL}',
        "price": "{0.05,NULL}",
        "sides": r'{"{\"sell\"}",NULL}',
        "extra": r'{"{\"a\": 1}",NULL}',
    }


def test_a_value_that_a_conversion_refuses_is_a_fault() -> None:
    rows = given_rows(BAG, [{"side": "buy"}])
    expected = Expected(None, frozenset(), [], ())
    _parts, faults = check_rows(BAG, rows, expected, lambda _rows: None)
    assert [str(fault) for fault in faults] == [
        "row 0, side = 'buy': is refused by Lowercase: 'str' object has no attribute 'name'"
    ]
