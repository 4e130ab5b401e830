"""Four tables with every kind of column and constraint, made with the calls of a migration."""

from typing import Any

import httpx
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from tests.conformance.engines import Engine

__all__ = ["REGISTRY", "create_table", "make_tables", "migrate", "reservation"]

PROVIDER = {
    "migration_package": "cmpprov",
    "migration_namespace": "cmp",
    "migration_provider_key": "cmpprov:cmp",
}
REGISTRY = "alembic_version"
DDL = {
    REGISTRY: "version_num varchar(32) PRIMARY KEY",
    "parent": (
        "uid uuid DEFAULT gen_random_uuid() PRIMARY KEY, code varchar(8) NOT NULL,"
        " qty int DEFAULT 0 NOT NULL, note text,"
        " CONSTRAINT ck__cmp__parent__qty CHECK (qty >= 0),"
        " CONSTRAINT uq__cmp__parent__code UNIQUE (code)"
    ),
    "child": (
        "id bigint PRIMARY KEY, parent_uid uuid NOT NULL"
        " CONSTRAINT fk__cmp__child__parent_uid REFERENCES cmp__parent (uid) ON DELETE RESTRICT,"
        " amount numeric(20, 4) NOT NULL"
    ),
    "kinds": (
        "id int PRIMARY KEY, n numeric(38, 10), f double precision, b bigint, s smallint,"
        " flag boolean, d date, ts timestamptz, u uuid, j jsonb, t text"
    ),
    "obs": (
        "time_index timestamptz NOT NULL, code varchar(8) NOT NULL"
        " CONSTRAINT fk__cmp__obs__code REFERENCES cmp__parent (code) ON DELETE CASCADE,"
        " value double precision NOT NULL"
    ),
}
INDEXES = (
    "CREATE INDEX ix__cmp__child__amount ON cmp__child (amount)",
    "CREATE UNIQUE INDEX uix__cmp__obs__time_index__code ON cmp__obs (time_index, code)",
    "INSERT INTO cmp__alembic_version VALUES ('0001')",
)
TOKENS = {
    "varchar": "string", "text": "string", "int": "int64", "bigint": "int64", "smallint": "int16",
    "numeric": "numeric", "double": "float64", "boolean": "bool", "uuid": "uuid", "date": "date",
    "timestamptz": "timestamp with time zone", "jsonb": "jsonb",
}  # fmt: skip


def make_tables(engine: Engine) -> dict[str, str]:
    """Reserve the tables, create and finalize them; the uids that requests may name.

    The uids are those of the tables by their name, and ``ds`` of the data source.
    """
    found = {"ds": source_of(engine)}
    for name in DDL:
        resource = "time-index-meta-tables" if name == "obs" else "meta-tables"
        [row] = _json(engine.http.post(f"/{resource}/", json=[reservation(name, found)]))
        found[name] = row["uid"]
    statements = [f"CREATE TABLE cmp__{name} ({columns})" for name, columns in DDL.items()]
    uids = [found[name] for name in DDL]
    assert _json(migrate(engine, found[REGISTRY], uids, [*statements, *INDEXES]))["ok"]
    return found


def create_table(engine: Engine, name: str, ddl: str) -> None:
    """Reserve, create and finalize a table of any name, beside the version table of its own."""
    found = {"ds": source_of(engine)}
    provider = {key: f"{value}_{name}"[:120] for key, value in PROVIDER.items()}
    provider["migration_provider_key"] = ":".join(list(provider.values())[:2])
    registry = reservation(REGISTRY, found, **provider, identifier=f"{name}.versions")
    registry |= {"physical_table_name": f"v_{name}"[:63]}
    registry["table_contract"]["physical"]["table_name"] = registry["physical_table_name"]
    [row] = _json(engine.http.post("/meta-tables/", json=[registry]))
    found[REGISTRY] = row["uid"]
    table = reservation("kinds", found, **provider, identifier=name, physical_table_name=name)
    table["table_contract"]["physical"]["table_name"] = name
    [made] = _json(engine.http.post("/meta-tables/", json=[table]))
    version = f"CREATE TABLE {registry['physical_table_name']} ({DDL[REGISTRY]})"
    uids = [row["uid"], made["uid"]]
    assert _json(migrate(engine, row["uid"], uids, [version, ddl], **provider))["ok"]


def source_of(engine: Engine) -> str:
    """The uid of the data source."""
    return str(_json(engine.http.get("/runtime-context/"))["data_source"]["uid"])


def migrate(
    engine: Engine, registry: str, uids: list[str], statements: list[str], **provider: str
) -> httpx.Response:
    """Run DDL with a migration connection, and finalize the tables; the answer to that."""
    http = engine.http
    connection = _json(http.post(f"/meta-tables/{registry}/migration-connection/", json={}))
    made = create_engine(make_url(connection["uri"]), poolclass=NullPool)
    with made.begin() as transaction:
        for statement in statements:
            transaction.exec_driver_sql(statement)
    body = {
        **PROVIDER,
        **provider,
        "meta_table_uids": uids,
        "alembic_version_meta_table_uid": registry,
        "alembic_revision": "0001",
    }
    finalized = http.post("/meta-tables/finalize-managed/", json=body)
    lease = connection["runtime_lease_uid"]
    assert http.post(f"/runtime-migrations/{lease}/release/").status_code == 200
    return finalized


def reservation(name: str, found: dict[str, str], **changes: Any) -> dict[str, Any]:
    """The row that reserves a table: one of ``DDL``, or one with a column ``id`` and a name."""
    ddl = DDL.get(name, "id bigint PRIMARY KEY, name varchar(20)")
    contract: dict[str, Any] = {
        "version": "relational-table.v1",
        "physical": {"schema": "public", "table_name": f"cmp__{name}"},
        "columns": _columns(ddl),
        "authoring": {"table_model": {"kind": "sqlalchemy", "module": "m", "qualname": "X"}},
    }
    row: dict[str, Any] = {
        **PROVIDER,
        "data_source_uid": found["ds"],
        "identifier": f"cmp.{name}",
        "namespace": "cmp",
        "description": name.title(),
        "labels": [],
        "management_mode": "platform_managed",
        "provisioning_status": "reserved",
        "is_alembic_managed": True,
        "alembic_version_meta_table_uid": found.get(REGISTRY),
        "physical_schema": "public",
        "physical_table_name": f"cmp__{name}",
        "table_contract": contract,
    }
    if name == REGISTRY:
        contract["authoring"] = {"owner": "alembic", "version_table": f"cmp__{name}"}
    if name == "obs":
        names = {"time_index_name": "time_index", "cadence": "1d"}
        contract["authoring"]["time_indexed"] = {**names, "index_names": ["time_index", "code"]}
        row |= names
    return row | changes


def _columns(ddl: str) -> list[dict[str, Any]]:
    parts = [part.split() for part in ddl.replace("(20, 4)", "").replace("(38, 10)", "").split(",")]
    return [
        {
            "name": words[0],
            "data_type": TOKENS[words[1].partition("(")[0]],
            "nullable": "NULL" not in words and "KEY" not in words,
            "primary_key": "PRIMARY" in words,
        }
        for words in parts
        if words[0] != "CONSTRAINT"
    ]


def _json(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()
