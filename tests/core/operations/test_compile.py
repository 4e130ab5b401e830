"""Compiling a statement: its kind, its scope and its parameters."""

import datetime
import math
import uuid
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Date,
    Float,
    String,
    bindparam,
    exists,
    func,
    insert,
    literal,
    select,
    union,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased
from sqlalchemy.types import NullType

from msm.errors import NotAttachedError, StatementValueError
from msm.models import (
    Asset,
    AssetSnapshotsTS,
    AssetType,
    FutureAssetDetails,
    IndexValuesTS,
)
from msm.operations.attached import Attached
from msm.operations.compile import compile_operation
from msm.sdk import MetaTable
from tests.support.generation import only_mainsequence8, only_metatables

MODELS = (Asset, AssetType, AssetSnapshotsTS)
ATTACHED = {
    model.__tablename__: MetaTable.model_construct(uid=model.__tablename__) for model in MODELS
}
ASSET, TYPE, SNAPSHOTS = (model.__tablename__ for model in MODELS)


def scope(statement: Any) -> dict[str, str]:
    return dict(compile_operation(statement, Attached(ATTACHED)).access)


def test_a_select_reads_every_table_of_its_join() -> None:
    statement = select(Asset).join(AssetType, AssetType.asset_type == Asset.asset_type)
    assert scope(statement) == {ASSET: "read", TYPE: "read"}


def test_an_alias_reads_its_table() -> None:
    assert scope(select(aliased(Asset).uid)) == {ASSET: "read"}


def test_a_subquery_in_exists_is_in_scope() -> None:
    inner = exists().where(AssetSnapshotsTS.asset_identifier == Asset.unique_identifier)
    assert scope(select(Asset.uid).where(inner)) == {ASSET: "read", SNAPSHOTS: "read"}


def test_a_cte_reads_its_tables() -> None:
    names = select(AssetSnapshotsTS.asset_identifier).cte("names")
    assert scope(select(names.c.asset_identifier)) == {SNAPSHOTS: "read"}


def test_a_union_reads_both_sides() -> None:
    assert scope(union(select(Asset.asset_type), select(AssetType.asset_type))) == {
        ASSET: "read",
        TYPE: "read",
    }


def test_an_insert_from_a_select_writes_and_reads() -> None:
    statement = insert(AssetType).from_select(["asset_type"], select(Asset.asset_type))
    assert scope(statement) == {ASSET: "read", TYPE: "write"}


def test_an_update_reads_the_tables_of_subqueries() -> None:
    known = select(AssetType.asset_type)
    statement = update(Asset).where(Asset.asset_type.not_in(known)).values(asset_type=None)
    assert scope(statement) == {ASSET: "write", TYPE: "read"}


def test_an_insert_with_on_conflict_is_an_upsert() -> None:
    plain = postgresql.insert(AssetType).values(asset_type="x")
    assert compile_operation(plain, Attached(ATTACHED)).operation.operation == "insert"
    upsert = plain.on_conflict_do_nothing(index_elements=["asset_type"])
    assert compile_operation(upsert, Attached(ATTACHED)).operation.operation == "upsert"


def test_a_plain_insert_has_no_returning() -> None:
    compiled = compile_operation(insert(AssetType).values(asset_type="x"), Attached(ATTACHED))
    assert "RETURNING" not in compiled.operation.statement.sql


@only_mainsequence8
def test_the_scope_is_sent() -> None:
    statement = insert(AssetType).from_select(["asset_type"], select(Asset.asset_type))
    compiled = compile_operation(statement, Attached(ATTACHED))
    sent = {table.meta_table_uid: table.access for table in compiled.operation.scope.tables}
    assert sent == compiled.access == {ASSET: "read", TYPE: "write"}


@only_metatables
def test_the_data_source_is_sent() -> None:
    tables = {ASSET: MetaTable.model_construct(uid=ASSET, data_source_uid="here")}
    operation = compile_operation(select(Asset.uid), Attached(tables)).operation
    assert operation.data_source_uid == "here"


def test_an_error_names_tables_that_are_not_attached() -> None:
    with pytest.raises(NotAttachedError) as caught:
        scope(select(IndexValuesTS.value))
    assert caught.value.tables == ("ms_markets__indexvaluests",)


def parameters(statement: Any, *models: Any) -> dict[str, Any]:
    attached = Attached(
        ATTACHED | {model.__tablename__: MetaTable.model_construct(uid="x") for model in models}
    )
    payload = compile_operation(statement, attached).operation.statement
    assert isinstance(payload.parameters, dict)
    return payload.parameters


def test_values_are_sent_as_json() -> None:
    key = uuid.uuid4()
    noon = datetime.datetime(2025, 1, 2, 12, 0, 0, 123456, tzinfo=datetime.UTC)
    sent = parameters(
        insert(FutureAssetDetails).values(
            asset_uid=key, contract_size=Decimal("0.1"), expires_at=noon, metadata={"a": [1]}
        ),
        FutureAssetDetails,
    )
    assert sent == {
        "asset_uid": str(key),
        "contract_size": "0.1",
        "expires_at": "2025-01-02T12:00:00.123456Z",
        "metadata": '{"a": [1]}',
    }


@pytest.mark.parametrize(
    ("value", "sent"),
    [(float("nan"), "NaN"), (float("inf"), "Infinity"), (float("-inf"), "-Infinity"), (1.5, 1.5)],
)
def test_nan_and_infinity_are_sent_as_text(value: float, sent: Any) -> None:
    assert parameters(insert(IndexValuesTS).values(value=value), IndexValuesTS) == {"value": sent}


def test_numpy_values_and_tuples_are_converted() -> None:
    assert parameters(
        select(IndexValuesTS.value).where(
            literal(np.bool_(1), Boolean),
            IndexValuesTS.value > np.float32(0.5),
            IndexValuesTS.index_identifier == literal(("a", 1), JSON),
            IndexValuesTS.index_identifier == literal(("a", 1), NullType()),
            literal((1.5, math.nan), ARRAY(Float)) == func.array_agg(IndexValuesTS.value),
        ),
        IndexValuesTS,
    ) == {
        "param_1": True,
        "value_1": 0.5,
        "param_2": '["a", 1]',
        "param_3": '["a", 1]',
        "param_4": '{"1.5","NaN"}',
    }


def test_values_of_placeholders_with_other_names_have_their_types() -> None:
    """SQLAlchemy replaces what a placeholder cannot have in the name of a column."""
    midnight = datetime.datetime(2025, 1, 2, tzinfo=datetime.UTC)
    statement = select(Asset.uid).where(
        bindparam("raw.data", "5", postgresql.JSONB()) == bindparam("raw_data", "5", String()),
        bindparam("the tags", ["a"], ARRAY(String())) == func.array_agg(Asset.asset_type),
        bindparam("the day", midnight, Date()) == func.current_date(),
    )
    sent = {
        "raw_data": '"5"',
        "raw_data__1": "5",
        "the_tags": '{"a"}',
        "the_day": "2025-01-02",
    }
    assert parameters(statement) == sent
    among = statement.where(Asset.asset_type.in_(["b"]))
    assert parameters(among) == sent | {"asset_type_1_1": "b"}
    with pytest.raises(StatementValueError, match=r"^the day: the value is .* not midnight"):
        parameters(among.params({"the day": midnight.replace(hour=5)}))
