"""The scope that is sent holds the tables that PostgreSQL touches, and no others."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from psycopg import Connection
from sqlalchemy import (
    CTE,
    cast,
    delete,
    exists,
    extract,
    func,
    insert,
    lateral,
    literal,
    literal_column,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import aliased

from msm.errors import StatementError
from msm.models import (
    Asset,
    AssetCategory,
    AssetCategoryMembership,
    AssetSnapshotsTS,
    AssetType,
    Index,
    IndexValuesTS,
)
from msm.operations.attached import Attached
from msm.operations.compile import Statement, compile_operation
from msm.sdk import MetaTable

MODELS = (
    *(Asset, AssetCategory, AssetCategoryMembership, AssetSnapshotsTS, AssetType),
    *(Index, IndexValuesTS),
)
TABLES = [model.__tablename__ for model in MODELS]
ATTACHED = Attached({name: MetaTable.model_construct(uid=name) for name in TABLES})
OTHER = aliased(Asset)
LATEST = (
    select(func.max(IndexValuesTS.time_index))
    .where(IndexValuesTS.index_identifier == Index.unique_identifier)
    .scalar_subquery()
)
NAMED = select(AssetType.asset_type).where(AssetType.display_name.is_not(None))


def recursive() -> CTE:
    first = select(Asset.unique_identifier.label("name"), literal(1).label("depth"))
    steps = first.cte("steps", recursive=True)
    again = select(AssetSnapshotsTS.asset_identifier, steps.c.depth + 1).join(
        steps, steps.c.name == AssetSnapshotsTS.asset_identifier
    )
    return steps.union_all(again.where(steps.c.depth < 3))


def upsert() -> Statement:
    given = select(Asset.asset_type).where(Asset.asset_type.is_not(None)).distinct()
    statement = postgresql.insert(AssetType).from_select(["asset_type"], given)
    return statement.on_conflict_do_update(
        index_elements=["asset_type"],
        set_={"display_name": select(func.min(Index.display_name)).scalar_subquery()},
        where=exists().where(AssetCategory.unique_identifier == AssetType.asset_type),
    )


STATEMENTS: dict[str, Statement] = {
    "join": select(Asset, AssetType).join(AssetType, AssetType.asset_type == Asset.asset_type),
    "outer join": select(Asset.uid, AssetSnapshotsTS).outerjoin(
        AssetSnapshotsTS, AssetSnapshotsTS.asset_identifier == Asset.unique_identifier
    ),
    "self join": select(Asset.uid, OTHER.uid).join(OTHER, OTHER.asset_type == Asset.asset_type),
    "implicit join": select(Asset.uid).where(Asset.asset_type == AssetType.asset_type),
    "in a subquery": select(Asset.uid).where(Asset.asset_type.in_(NAMED)),
    "exists": select(Asset.uid).where(
        ~exists().where(AssetCategoryMembership.asset_uid == Asset.uid)
    ),
    "scalar subquery": select(Index.uid, LATEST.label("latest")),
    "subquery as a source": select(NAMED.subquery().c.asset_type),
    "lateral": select(Index.uid, lateral(select(LATEST.label("latest"))).c.latest),
    "cte": select(NAMED.cte("named").c.asset_type),
    "cte of a cte": select(select(NAMED.cte("named").c.asset_type).cte("again").c.asset_type),
    "recursive cte": select(recursive().c.name),
    "union": union_all(select(Asset.asset_type), NAMED, select(AssetCategory.display_name)),
    "insert from select": insert(AssetType).from_select(
        ["asset_type"], select(Asset.asset_type).where(Asset.asset_type.not_in(NAMED))
    ),
    "insert of values": insert(Asset).values(
        unique_identifier="a", asset_type=select(func.min(AssetType.asset_type)).scalar_subquery()
    ),
    "upsert": upsert(),
    "update": update(Asset)
    .where(Asset.asset_type == AssetType.asset_type, exists(select(AssetCategory.uid)))
    .values(asset_type=AssetType.display_name),
    "update from a subquery": update(Index).values(description=LATEST.cast(Index.description.type)),
    "delete": delete(AssetCategoryMembership).where(
        AssetCategoryMembership.asset_uid == Asset.uid, Asset.asset_type.not_in(NAMED)
    ),
    "returning": delete(AssetType).returning(
        select(func.count()).select_from(AssetCategory).scalar_subquery()
    ),
}


def relations(plan: Any) -> Iterator[str]:
    if isinstance(plan, dict):
        if "Relation Name" in plan:
            yield plan["Relation Name"]
        for value in plan.values():
            yield from relations(value)
    elif isinstance(plan, list | tuple):
        for value in plan:
            yield from relations(value)


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_scope_is_what_postgresql_touches(shared_database: Connection, name: str) -> None:
    compiled = compile_operation(STATEMENTS[name], ATTACHED)
    operation, scope = compiled.operation, set(compiled.access)
    sql = operation.statement.sql
    explained = shared_database.execute(
        f"EXPLAIN (FORMAT JSON) {sql}".encode(), operation.statement.parameters
    ).fetchone()
    touched = set(relations(explained))
    assert touched
    assert touched <= scope
    assert scope == set(re.findall(r"\bms_markets__\w+", sql)) & set(TABLES)


@pytest.mark.parametrize("name", STATEMENTS)
def test_only_the_written_table_has_write_access(name: str) -> None:
    compiled = compile_operation(STATEMENTS[name], ATTACHED)
    written = {table for table, access in compiled.access.items() if access == "write"}
    assert written == ({compiled.target} if compiled.target else set())


HIDDEN: list[tuple[Any, str]] = [
    (
        select(Asset.uid).where(text("uid IN (SELECT uid FROM secret)")),
        (
            "text('uid IN (SELECT uid FROM secret)') hides which tables it uses; write it with "
            "models, columns and functions, so that the scope of the operation can be derived."
        ),
    ),
    *(
        (
            statement,
            (
                f"{hidden} hides which tables it uses; write it with models, columns and "
                "functions, so that the scope of the operation can be derived."
            ),
        )
        for statement, hidden in (
            (
                select(Asset.uid, literal_column("(SELECT 1 FROM secret)")),
                "literal_column('(SELECT 1 FROM secret)')",
            ),
            (select(Asset.uid).prefix_with(text("x,")), "prefix_with()"),
            (insert(Asset).values(asset_type="x").prefix_with("x"), "prefix_with()"),
            (select(select(Asset.uid).cte().suffix_with("x").c.uid), "suffix_with()"),
            (select(Asset.uid).suffix_with("FOR UPDATE"), "suffix_with()"),
            (select(Asset.uid).with_statement_hint("; DROP"), "with_statement_hint()"),
            (select(Asset.uid).with_hint(Asset, "ONLY"), "with_hint()"),
            (delete(Asset).with_hint("ONLY"), "with_hint()"),
            (select(Asset.uid).where(Asset.uid.op("; drop")(1)), "op('; drop')"),
            (select(extract("epoch FROM x", func.now()), Asset.uid), "extract('epoch FROM x')"),
            (select(Asset.uid).where(Asset.uid.op("--")(1)), "op('--')"),
            (select(Asset.uid).where(Asset.uid.op("=/*")(1)), "op('=/*')"),
            (
                postgresql.insert(AssetType)
                .values(asset_type="x")
                .on_conflict_do_update(
                    index_elements=["asset_type"], set_={"display_name": text("(SELECT 1)")}
                ),
                "text('(SELECT 1)')",
            ),
        )
    ),
    (
        [select(Asset.uid), select(Index.uid)],
        (
            "list cannot be executed; pass a SQLAlchemy select, insert, update, delete or "
            "PostgreSQL upsert over attached models."
        ),
    ),
    (
        text("SELECT 1; DROP TABLE ms_markets__asset"),
        (
            "TextClause cannot be executed; pass a SQLAlchemy select, insert, update, delete or "
            "PostgreSQL upsert over attached models."
        ),
    ),
]


@pytest.mark.parametrize(("statement", "sentence"), HIDDEN)
def test_a_scope_error_says_what_to_write_instead(statement: Any, sentence: str) -> None:
    with pytest.raises(StatementError) as caught:
        compile_operation(statement, ATTACHED)
    assert str(caught.value) == sentence


def test_a_partial_index_condition_may_be_text() -> None:
    statement = postgresql.insert(AssetType).values(asset_type="x")
    statement = statement.on_conflict_do_nothing(
        index_elements=["asset_type"], index_where=text("asset_type <> ''")
    )
    assert compile_operation(statement, ATTACHED).operation.operation == "upsert"


def test_operators_of_postgresql_are_allowed() -> None:
    details = cast(AssetType.metadata_json, postgresql.JSONB)
    statement = select(
        details["a"].astext,
        details.contains({"a": 1}),
        AssetType.asset_type.op("||")("x"),
        AssetType.asset_type.op("~*")("x"),
        AssetType.asset_type.bool_op("%%")("x"),
        func.count(),
    )
    assert compile_operation(statement, ATTACHED).operation.operation == "select"
