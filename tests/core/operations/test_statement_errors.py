"""What the error of a statement that cannot be sent says."""

import datetime
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    Table,
    bindparam,
    column,
    delete,
    func,
    insert,
    select,
    table,
    text,
    update,
)
from sqlalchemy.schema import CreateTable

from msm.errors import StatementError
from msm.models import (
    Asset,
    AssetSnapshotsTS,
    AssetType,
    FutureAssetDetails,
    IndexValuesTS,
    TradesTS,
)
from msm.operations.attached import Attached
from msm.operations.compile import compile_operation
from msm.sdk import MetaTable

MODELS = (Asset, AssetType, AssetSnapshotsTS)
ATTACHED = {
    model.__tablename__: MetaTable.model_construct(uid=model.__tablename__) for model in MODELS
}
PYTHON_DEFAULT = Table(
    "own", MetaData(), Column("x", Integer, default=lambda: 1), Column("y", Integer)
)
SNAPSHOT = insert(IndexValuesTS).values
AWARE = "pass an aware datetime, such as datetime.now(datetime.UTC)"
NAIVE = datetime.datetime(2025, 1, 1)  # noqa: DTZ001 - the point of the tests
NANO = pd.Timestamp("2025-01-01T00:00:00.123456789Z")
UNFIT: dict[str, tuple[Any, str]] = {
    "naive": (
        SNAPSHOT(source_as_of=NAIVE),
        f"source_as_of: {NAIVE!r} has no time zone; {AWARE}.",
    ),
    "naive in a second row": (
        SNAPSHOT([{"source_as_of": None}, {"source_as_of": NAIVE}]),
        f"source_as_of: {NAIVE!r} has no time zone; {AWARE}.",
    ),
    "naive in a condition": (
        select(IndexValuesTS.value).where(IndexValuesTS.source_as_of > NAIVE),
        f"source_as_of: {NAIVE!r} has no time zone; {AWARE}.",
    ),
    "naive in a list": (
        select(IndexValuesTS.value).where(IndexValuesTS.source_as_of.in_([NAIVE, NAIVE])),
        f"source_as_of: {NAIVE!r} has no time zone; {AWARE}.",
    ),
    "naive beside a function": (
        select(IndexValuesTS.value).where(func.now() > NAIVE),
        f"now: {NAIVE!r} has no time zone; {AWARE}.",
    ),
    "naive in an update": (
        update(IndexValuesTS).values(source_as_of=NAIVE),
        f"source_as_of: {NAIVE!r} has no time zone; {AWARE}.",
    ),
    "nanoseconds": (
        SNAPSHOT(source_as_of=NANO),
        (f"source_as_of: {NANO!r} has nanoseconds, where PostgreSQL keeps microseconds; round it."),
    ),
    "NaT": (
        SNAPSHOT(source_as_of=pd.NaT),
        "source_as_of: NaT is a missing value of pandas only; pass None for NULL.",
    ),
    "NA": (
        SNAPSHOT(metadata_json=pd.NA),
        "metadata_json: <NA> is a missing value of pandas only; pass None for NULL.",
    ),
    "interval": (
        SNAPSHOT(source_as_of=datetime.timedelta(days=1)),
        (
            "source_as_of: a timedelta cannot be sent in a compiled-sql.v1 operation; add it to a "
            "datetime in Python, or make it with func.make_interval()."
        ),
    ),
    "bytes": (
        SNAPSHOT(observation_status=b"x"),
        (
            "observation_status: a bytes cannot be sent in a compiled-sql.v1 operation; send it as "
            "text, such as base64."
        ),
    ),
    "set": (
        SNAPSHOT(observation_status={1}),
        (
            "observation_status: a set cannot be sent in a compiled-sql.v1 operation; pass a str, "
            "a number, a bool, a date, a time, a UUID, a list or a dict."
        ),
    ),
    "no JSON": (
        SNAPSHOT(metadata_json={"a": {1}}),
        "metadata_json: the value is not JSON: Object of type set is not JSON serializable.",
    ),
    "NaN in JSON": (
        SNAPSHOT(metadata_json={"a": float("nan")}),
        (
            "metadata_json: the value is not JSON: Out of range float values are not JSON "
            "compliant: nan."
        ),
    ),
    "bindparam": (
        select(IndexValuesTS.value).where(IndexValuesTS.index_identifier == bindparam("who")),
        (
            "No value was given for who; pass it with values(), or with params() for your own "
            "bindparam()."
        ),
    ),
    "insert of nothing": (
        insert(AssetType),
        (
            "No value was given for uid, asset_type, display_name, description, metadata_json; "
            "pass it with values(), or with params() for your own bindparam()."
        ),
    ),
    "two columns of one name": (
        select(Asset.uid.label("x"), Asset.asset_type.label("x")),
        (
            "x: 2 result columns have this name, and rows are keyed by name; give each a different "
            "label()."
        ),
    ),
    "lock": (
        select(select(Asset.uid).with_for_update().subquery().c.uid),
        (
            "with_for_update() locks rows until the transaction ends, which is the end of the "
            "operation; leave it out, and write with a condition on what was read."
        ),
    ),
    "write inside a select": (
        select(insert(AssetType).values(asset_type="x").returning(AssetType.uid).cte().c.uid),
        (
            "The insert of ms_markets__assettype is inside another statement; execute it alone, "
            "because an operation is one write."
        ),
    ),
    "delete of a CTE": (
        delete(select(Asset.uid).cte()),
        "A CTE cannot be written; write to one attached model.",
    ),
    "a table without a model": (
        select(table("t", column("a")).c.a),
        "table('t') is not the table of a model; use the model instead.",
    ),
    "a column that is not there": (
        insert(Asset).values(nothing=1),
        "The insert does not compile: Unconsumed column names: nothing",
    ),
    "a default in Python": (
        insert(PYTHON_DEFAULT).values(y=1),
        (
            "own.x: the default is a Python function, which cannot be sent; give the column a "
            "server_default, or pass the value."
        ),
    ),
    "no table": (
        select(func.now()),
        "The statement uses no table of a model; an operation needs at least one.",
    ),
    "text": (
        text("SELECT 1"),
        (
            "TextClause cannot be executed; pass a SQLAlchemy select, insert, update, delete or "
            "PostgreSQL upsert over attached models."
        ),
    ),
    "model": (
        Asset,
        (
            "Asset cannot be executed; pass a SQLAlchemy select, insert, update, delete or "
            "PostgreSQL upsert over attached models."
        ),
    ),
    "DDL": (
        CreateTable(PYTHON_DEFAULT),
        (
            "CreateTable cannot be executed; pass a SQLAlchemy select, insert, update, delete or "
            "PostgreSQL upsert over attached models."
        ),
    ),
    "not attached": (
        select(FutureAssetDetails.kind, TradesTS.price),
        (
            "The statement uses ms_markets__futureassetdetails, ms_markets__tradests, which this "
            "runtime has not attached; call msm.start_engine([FutureAssetDetails, TradesTS, ...]) "
            "with every model the statement uses."
        ),
    ),
    "not attached and without a model": (
        select(Table("ms_markets__own", MetaData(), Column("x", Integer))),
        (
            "The statement uses ms_markets__own, which this runtime has not attached; call "
            "msm.start_engine([ms_markets__own, ...]) with every model the statement uses."
        ),
    ),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_statement_error_says_what_to_change(name: str) -> None:
    statement, sentence = UNFIT[name]
    own = {"own": MetaTable.model_construct(uid="own")}
    own[IndexValuesTS.__tablename__] = MetaTable.model_construct(uid="x")
    with pytest.raises(StatementError) as caught:
        compile_operation(statement, Attached(ATTACHED | own))
    assert str(caught.value) == sentence
