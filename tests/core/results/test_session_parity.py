"""The rows of a runtime are those that a Session of SQLAlchemy reads from the same database."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from psycopg import Connection
from sqlalchemy import (
    Engine,
    Executable,
    cast,
    create_engine,
    delete,
    exists,
    func,
    insert,
    inspect,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import InvalidRequestError, NoResultFound, SADeprecationWarning
from sqlalchemy.orm import Bundle, Session, aliased, defer, load_only
from sqlalchemy.types import String

import msm
from msm.base import MarketsModel
from msm.models import Asset, AssetType
from msm.rows.keys import table_of
from tests.support.forked import value_of

OTHER = aliased(Asset, name="other")
INSIDE = select(Asset).where(Asset.unique_identifier != "c").subquery()
FROM_SUBQUERY = aliased(Asset, INSIDE)
BY_TYPE = AssetType.asset_type == Asset.asset_type
NAME = Asset.unique_identifier
GIVEN = postgresql.insert(AssetType).values(asset_type="bond", display_name="B")

READS: dict[str, Any] = {
    "columns": select(Asset.uid, NAME).order_by(NAME),
    "column twice": select(NAME, NAME, Asset.asset_type).order_by(NAME),
    "labels": select(NAME.label("name"), (NAME + "x").label("more")).order_by(NAME),
    "unlabelled": select(func.count(Asset.uid), func.max(NAME), literal(1), NAME + "x")
    .group_by(NAME)
    .order_by(NAME),
    "table": select(Asset.__table__).order_by(NAME),
    "model": select(Asset).order_by(NAME),
    "no row": select(Asset).where(NAME == "z"),
    "alias": select(OTHER).order_by(OTHER.unique_identifier),
    "alias of a subquery": select(FROM_SUBQUERY, FROM_SUBQUERY.uid).order_by(
        FROM_SUBQUERY.unique_identifier
    ),
    "model and columns": select(Asset, NAME.label("name"), Asset.uid).order_by(NAME),
    "columns and model": select(Asset.asset_type, func.length(NAME), Asset).order_by(NAME),
    "two models": select(Asset, AssetType).join(AssetType, BY_TYPE).order_by(NAME),
    "outer join": select(Asset, AssetType).outerjoin(AssetType, BY_TYPE).order_by(NAME),
    "model twice": select(Asset, OTHER)
    .join(OTHER, OTHER.asset_type == Asset.asset_type)
    .order_by(NAME, OTHER.unique_identifier),
    "other columns": select(Asset)
    .with_only_columns(Asset.uid, AssetType.display_name)
    .join(AssetType, BY_TYPE)
    .order_by(NAME),
    "more columns": select(Asset).add_columns(func.upper(NAME).label("upper")).order_by(NAME),
    "bundle": select(Bundle("pair", Asset.uid, NAME), Asset.asset_type).order_by(NAME),
    "load_only": select(Asset).options(load_only(Asset.unique_identifier)).order_by(NAME),
    "defer": select(Asset).options(defer(Asset.asset_type)).order_by(NAME),
    "union": union_all(select(NAME), select(AssetType.asset_type)).order_by("unique_identifier"),
    "models of a union": select(aliased(Asset, union_all(select(Asset), select(Asset)).subquery())),
    "cte": select(Asset).join(
        select(AssetType.asset_type).where(AssetType.asset_type == "bond").cte("bonds"),
        literal(value=True),
    ),
    "exists": select(Asset.uid, exists().where(BY_TYPE).label("known")).order_by(NAME),
    "distinct": select(Asset.asset_type).distinct().order_by(Asset.asset_type),
    "cast": select(cast(Asset.uid, String)).order_by(NAME),
}
WRITES: dict[str, Any] = {
    "insert of a model": insert(AssetType).values(asset_type="x").returning(AssetType.asset_type),
    "insert and model": insert(AssetType)
    .values(asset_type="y", uid="00000000-0000-4000-8000-000000000001")
    .returning(AssetType, AssetType.asset_type.label("kind")),
    "upsert": GIVEN.on_conflict_do_update(
        index_elements=["asset_type"], set_={"display_name": GIVEN.excluded.display_name}
    ).returning(AssetType),
    "update": update(Asset).where(NAME == "a").values(asset_type="x").returning(Asset),
    "update of columns": update(Asset).where(NAME == "a").values(asset_type="x").returning(NAME),
    "delete": delete(Asset).where(NAME == "c").returning(Asset.uid, Asset),
    "insert of a table": insert(table_of(AssetType))
    .values(asset_type="t")
    .returning(AssetType.__table__.c.asset_type),
}


def shown(value: Any) -> Any:
    """An instance as its loaded values, and other values as they are."""
    if isinstance(value, MarketsModel):
        state = {name: loaded for name, loaded in vars(value).items() if name[0] != "_"}
        return type(value).__name__, state
    return tuple(value) if isinstance(value, tuple) else value


def described(result: Any) -> tuple[list[str], list[tuple[Any, ...]], list[int]]:
    """The keys of a result, its rows, and which of its values are one object."""
    keys = list(result.keys())
    rows = result.all()
    found: dict[int, int] = {}
    same = [
        found.setdefault(id(value), len(found))
        for row in rows
        for value in row
        if isinstance(value, MarketsModel)
    ]
    return keys, [tuple(map(shown, row)) for row in rows], same


type Described = dict[str, tuple[list[str], list[tuple[Any, ...]], list[int]]]


METHODS: dict[str, Callable[[Any], Any]] = {
    "iteration": list,
    "all": lambda result: result.all(),
    "first": lambda result: result.first(),
    "fetchone": lambda result: [result.fetchone(), result.fetchone()],
    "fetchmany": lambda result: [result.fetchmany(2), result.fetchmany(2), result.fetchmany(2)],
    "one of several": lambda result: raised(result.one),
    "one_or_none of several": lambda result: raised(result.one_or_none),
    "scalar": lambda result: result.scalar(),
    "scalars": lambda result: result.scalars().all(),
    "scalars of a column": lambda result: result.scalars("asset_type").all(),
    "scalars one by one": lambda result: [result.scalars().first()],
    "mappings": lambda result: [dict(row) for row in result.mappings()],
    "tuples": lambda result: tuples_of(result).all(),
    "columns": lambda result: result.columns("asset_type", 0).all(),
    "partitions": lambda result: list(result.partitions(2)),
    "yield_per": lambda result: list(result.yield_per(2).partitions()),
    "unique": lambda result: result.unique(lambda row: row.asset_type).all(),
    "unique scalars": lambda result: result.scalars("asset_type").unique().all(),
    "names": lambda result: [(row.unique_identifier, row._fields) for row in result],
    "read twice": lambda result: [len(result.all()), result.all()],
    "closed": lambda result: [result.close(), raised(result.all)],
    "frozen": lambda result: [again().all() for again in [result.freeze()] for _ in range(2)],
    "merged": lambda result: result.merge().all(),
}
THREE = select(NAME, Asset.asset_type).order_by(NAME)


def tuples_of(result: Any) -> Any:
    with warnings.catch_warnings():
        # A Row is a tuple to type checkers since 2.1, and needs no other name.
        warnings.simplefilter("ignore", SADeprecationWarning)
        return result.tuples()


def raised(call: Callable[[], Any]) -> type[BaseException]:
    with pytest.raises((InvalidRequestError, NoResultFound)) as caught:
        call()
    return caught.type


def call_all(execute: Callable[[Any], Any]) -> dict[str, Any]:
    found = {name: call(execute(THREE)) for name, call in METHODS.items()}
    none = THREE.where(NAME == "z")
    for name in ("first", "one_or_none", "scalar"):
        found[f"{name} of none"] = METHODS.get(name, lambda it: it.one_or_none())(execute(none))
    return found


def call_ours() -> dict[str, Any]:
    runtime = msm.start_engine([Asset, AssetType])
    found = call_all(runtime.execute)
    asset = runtime.scalars(select(Asset).limit(1)).one()
    return pickled(found) | {"state": inspect(asset).detached}


def pickled(found: Mapping[str, Any]) -> dict[str, Any]:
    """The same with plain tuples, which leave a process without their result."""
    return {name: plain(value) for name, value in found.items()}


def plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        made = [plain(item) for item in value]
        return made if isinstance(value, list) else tuple(made)
    return value


def test_a_result_has_the_methods_of_a_session(
    filled: Connection, shared_environment: Mapping[str, str]
) -> None:
    engine = engine_of(filled)
    with Session(engine) as session:
        theirs = pickled(call_all(session.execute))
    engine.dispose()
    ours = value_of(call_ours, environment=shared_environment)
    assert ours.pop("state")
    assert ours == theirs


def read_all() -> Described:
    runtime = msm.start_engine([Asset, AssetType])
    return {name: described(runtime.execute(statement)) for name, statement in READS.items()}


def write(name: str) -> tuple[list[str], list[tuple[Any, ...]], list[int]]:
    return described(msm.start_engine([Asset, AssetType]).execute(WRITES[name]))


def engine_of(connection: Connection) -> Engine:
    url = f"postgresql+psycopg://{connection.info.host}"
    return create_engine(
        url,
        creator=lambda: type(connection).connect(
            f"{connection.info.dsn} password={connection.info.password}"
        ),
    )


def in_session(
    connection: Connection, statements: Mapping[str, Executable], *, undo: bool
) -> Described:
    engine = engine_of(connection)
    found = {}
    for name, statement in statements.items():
        with Session(engine) as session:
            found[name] = described(session.execute(statement))
            if undo:
                session.rollback()
    engine.dispose()
    return found


@pytest.fixture(scope="module")
def filled(shared_database: Connection) -> Connection:
    shared_database.execute("INSERT INTO ms_markets__assettype (asset_type) VALUES ('bond')")
    shared_database.execute(
        "INSERT INTO ms_markets__asset (unique_identifier, asset_type)"
        " VALUES ('a', 'bond'), ('b', 'bond'), ('c', NULL)"
    )
    return shared_database


@pytest.fixture(scope="module")
def ours(filled: Connection, shared_environment: Mapping[str, str]) -> Described:  # noqa: ARG001 - has the rows
    return dict(value_of(read_all, environment=shared_environment))


@pytest.fixture(scope="module")
def theirs(filled: Connection) -> Described:
    return in_session(filled, READS, undo=False)


@pytest.mark.parametrize("name", READS)
def test_a_read_gives_what_a_session_gives(ours: Described, theirs: Described, name: str) -> None:
    assert ours[name] == theirs[name]


@pytest.mark.parametrize("name", WRITES)
def test_a_write_returns_what_a_session_returns(
    filled: Connection, shared_environment: Mapping[str, str], name: str
) -> None:
    session = in_session(filled, {name: WRITES[name]}, undo=True)[name]
    runtime = value_of(write, name, environment=shared_environment)

    assert runtime[0] == session[0]
    assert runtime == session
