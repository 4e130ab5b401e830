"""What a statement becomes before it is sent: its kind, its scope, its parameters."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, exists, func, insert, select, text, union, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased
from sqlalchemy.schema import CreateTable

from msm.errors import NotAttachedError, StatementError
from msm.models import Asset, AssetSnapshotsTS, AssetType, FutureAssetDetails, IndexValuesTS
from msm.sdk import MetaTable
from msm.statements import compile_operation

MODELS = (Asset, AssetType, AssetSnapshotsTS)
ATTACHED = {
    model.__tablename__: MetaTable.model_construct(uid=model.__tablename__) for model in MODELS
}
ASSET, TYPE, SNAPSHOTS = (model.__tablename__ for model in MODELS)


def scope(statement: Any) -> dict[str, str]:
    operation = compile_operation(statement, ATTACHED).operation
    return {table.meta_table_uid: table.access for table in operation.scope.tables}


def test_a_select_reads_every_table_of_its_join() -> None:
    statement = select(Asset).join(AssetType, AssetType.asset_type == Asset.asset_type)
    assert scope(statement) == {ASSET: "read", TYPE: "read"}


def test_an_alias_is_its_table() -> None:
    assert scope(select(aliased(Asset).uid)) == {ASSET: "read"}


def test_a_subquery_in_exists_is_in_scope() -> None:
    inner = exists().where(AssetSnapshotsTS.asset_identifier == Asset.unique_identifier)
    assert scope(select(Asset.uid).where(inner)) == {ASSET: "read", SNAPSHOTS: "read"}


def test_a_cte_is_the_tables_it_reads() -> None:
    names = select(AssetSnapshotsTS.asset_identifier).cte("names")
    assert scope(select(names.c.asset_identifier)) == {SNAPSHOTS: "read"}


def test_a_union_reads_both_sides() -> None:
    assert scope(union(select(Asset.asset_type), select(AssetType.asset_type))) == {
        ASSET: "read",
        TYPE: "read",
    }


def test_an_insert_from_a_select_writes_one_table_and_reads_the_other() -> None:
    statement = insert(AssetType).from_select(["asset_type"], select(Asset.asset_type))
    assert scope(statement) == {ASSET: "read", TYPE: "write"}


def test_a_write_inside_a_cte_is_a_write() -> None:
    written = insert(AssetType).values(asset_type="x").returning(AssetType.asset_type).cte()
    assert scope(select(written.c.asset_type)) == {TYPE: "write"}


def test_an_update_that_reads_another_table_says_so() -> None:
    known = select(AssetType.asset_type)
    statement = update(Asset).where(Asset.asset_type.not_in(known)).values(asset_type=None)
    assert scope(statement) == {ASSET: "write", TYPE: "read"}


def test_an_insert_with_on_conflict_is_an_upsert() -> None:
    plain = postgresql.insert(AssetType).values(asset_type="x")
    assert compile_operation(plain, ATTACHED).operation.operation == "insert"
    upsert = plain.on_conflict_do_nothing(index_elements=["asset_type"])
    assert compile_operation(upsert, ATTACHED).operation.operation == "upsert"


def test_a_plain_insert_returns_nothing_that_was_not_asked_for() -> None:
    operation = compile_operation(insert(AssetType).values(asset_type="x"), ATTACHED).operation
    assert "RETURNING" not in operation.statement.sql


def test_a_table_that_is_not_attached_is_named_with_the_call_that_attaches_it() -> None:
    with pytest.raises(
        NotAttachedError, match=r"ms_markets__indexvaluests, .*start_engine\(\[IndexValuesTS, "
    ) as caught:
        scope(select(IndexValuesTS.value))
    assert caught.value.tables == ("ms_markets__indexvaluests",)


@pytest.mark.parametrize("statement", [text("SELECT 1"), CreateTable(Table("t", MetaData()))])
def test_text_and_ddl_are_refused(statement: Any) -> None:
    with pytest.raises(StatementError, match="pass a SQLAlchemy select, insert, update"):
        compile_operation(statement, ATTACHED)


def test_a_statement_without_a_table_is_refused() -> None:
    with pytest.raises(StatementError, match="uses no table"):
        scope(select(func.now()))


def parameters(statement: Any, *models: Any) -> dict[str, Any]:
    attached = ATTACHED | {
        model.__tablename__: MetaTable.model_construct(uid="x") for model in models
    }
    payload = compile_operation(statement, attached).operation.statement
    assert isinstance(payload.parameters, dict)
    return payload.parameters


def test_values_travel_as_json_carries_them() -> None:
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
def test_a_float_that_json_lacks_travels_as_text(value: float, sent: Any) -> None:
    assert parameters(insert(IndexValuesTS).values(value=value), IndexValuesTS) == {"value": sent}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (datetime.datetime(2025, 1, 1), "has no time zone"),  # noqa: DTZ001 - the point of the test
        (datetime.timedelta(days=1), "a timedelta cannot travel"),
        (b"x", "a bytes cannot travel"),
    ],
)
def test_a_value_that_cannot_travel_is_refused_by_column(value: Any, words: str) -> None:
    statement = insert(IndexValuesTS).values(source_as_of=value)
    with pytest.raises(StatementError, match=rf"source_as_of: .*{words}"):
        parameters(statement, IndexValuesTS)
