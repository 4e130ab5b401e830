"""Reservation, filters and finalize: what the catalog knows about tables."""

import time
from typing import Any

import psycopg
import pytest

from msm_local.repositories.foreign_keys import INCOMING
from tests.local.conftest import Client

CROWD = """
INSERT INTO msm_local.meta_tables (data_source_uid, migration_package, migration_namespace,
    migration_provider_key, physical_schema, physical_table_name, table_kind, table_contract)
SELECT gen_random_uuid(), 'p', 'n', 'k', 'public', 't' || n, 'relational', '{}'
FROM generate_series(1, 3000) n
"""
TIME_INDEXED: dict[str, Any] = {
    "time_index_name": "time_index",
    "partition_strategy": "backend_default",
    "cadence": "1d",
}


def test_reserving_twice_returns_the_same_rows_in_order(client: Client) -> None:
    first = client.reserve("a", "b", "c")
    assert client.reserve("c", "a", "b") == [first[2], first[0], first[1]]


def test_reserving_an_active_table_leaves_it_active(client: Client) -> None:
    client.active("thing", "CREATE TABLE thing (uid uuid)")
    answer = client.http.post("/meta-tables/", json=[client.row("thing")])
    assert [row["provisioning_status"] for row in answer.json()] == ["active"]


def test_a_foreign_table_refuses_the_whole_reservation(client: Client) -> None:
    client.reserve("taken")
    rows = [client.row("free", key="other:markets"), client.row("taken", key="other:markets")]
    answer = client.http.post("/meta-tables/", json=rows)
    assert answer.status_code == 409
    body = answer.json()
    assert body["error"] == "ProviderConflictError"
    assert (body["owner"], body["asked"]) == ("example:markets", "other:markets")
    found = client.http.post("/meta-tables/filter/", json={"identifier": "free"})
    assert found.json()["results"] == []


def test_reservations_that_contradict_the_catalog_are_refused(client: Client) -> None:
    client.reserve("taken")
    cases = {
        "IdentifierTakenError": client.row("new", identifier="taken"),
        "ForeignDataSourceError": client.row(
            "new", data_source_uid="11111111-1111-4111-8111-111111111111"
        ),
    }
    for error, row in cases.items():
        answer = client.http.post("/meta-tables/", json=[row])
        assert (answer.status_code, answer.json()["error"]) == (409, error)
    kind = client.http.post("/time-index-meta-tables/", json=[client.row("taken", **TIME_INDEXED)])
    assert kind.json()["error"] == "TableKindConflictError"
    twice = client.http.post("/meta-tables/", json=[client.row("new"), client.row("new")])
    assert twice.status_code == 400


def make_parent_and_child(client: Client) -> tuple[str, str]:
    """Two finalized tables, one of which references the other."""
    parent, child = client.reserve("parent", "child")
    client.migrate(
        parent,
        "CREATE TABLE parent (uid uuid PRIMARY KEY DEFAULT gen_random_uuid(), code varchar(20))",
        "COMMENT ON COLUMN parent.code IS 'What it is called'",
        "CREATE TABLE child (uid uuid, parent_uid uuid NOT NULL, big bigint, small smallint,"
        " f double precision, n numeric(38, 18), b boolean, d date, t timestamptz, j json,"
        " jb jsonb, CONSTRAINT fk_child FOREIGN KEY (parent_uid) REFERENCES parent (uid)"
        " ON DELETE CASCADE)",
        "CREATE UNIQUE INDEX ix_child ON child (big, small) WHERE b",
        "CREATE INDEX ix_lower ON parent (lower(code))",
    )
    status, answer = client.finalize(parent, child)
    assert status == 200
    assert (answer["finalized_count"], answer["active_count"], answer["failed_count"]) == (2, 2, 0)
    return parent, child


def test_finalize_reads_columns_from_postgresql(client: Client) -> None:
    parent, child = make_parent_and_child(client)
    row = client.get(f"/meta-tables/{parent}/")
    uid, code = row["columns"]
    assert uid["primary_key"]
    assert uid["unique"]
    assert not uid["nullable"]
    assert uid["server_default"] == "gen_random_uuid()"
    assert uid["label"] == "Uid"
    assert (code["data_type"], code["backend_type"]) == ("string", "VARCHAR(20)")
    assert code["description"] == "What it is called"
    row = client.get(f"/meta-tables/{child}/")
    tokens = [column["data_type"] for column in row["columns"]]
    assert tokens == [
        *("uuid", "uuid", "int64", "int16", "float64", "numeric", "bool", "date"),
        *("timestamp with time zone", "json", "jsonb"),
    ]


def test_finalize_reads_indexes_and_foreign_keys(client: Client) -> None:
    parent, child = make_parent_and_child(client)
    row = client.get(f"/meta-tables/{parent}/")
    expressions = {index["name"]: index["expression"] for index in row["indexes_meta"]}
    assert expressions == {"ix_lower": "lower((code)::text)", "parent_pkey": None}
    row = client.get(f"/meta-tables/{child}/")
    [index] = row["indexes_meta"]
    assert (index["columns"], index["unique"], index["method"]) == (["big", "small"], True, "btree")
    assert index["contract_fragment"]["predicate"] == "b"
    [key] = row["foreign_keys"]
    assert key["target_table_uid"] == parent
    assert (key["source_columns"], key["target_columns"]) == (["parent_uid"], ["uid"])
    assert (key["name"], key["on_delete"]) == ("fk_child", "CASCADE")
    assert row["incoming_fks"] == []

    for row in (client.get(f"/meta-tables/{parent}/"), *client.get("/meta-tables/")["results"]):
        if row["uid"] == parent:
            [incoming] = row["incoming_fks"]
            source = incoming["contract_fragment"]
            assert source["source_table_uid"] == child
            assert source["source_table_physical_table_name"] == "child"
            assert incoming == {**key, "contract_fragment": source}


def test_incoming_foreign_keys_are_found_by_an_index(client: Client) -> None:
    with psycopg.connect(client.admin_url, autocommit=True) as admin:
        # So few rows as there are would be read from their start.
        admin.execute(CROWD)
        admin.execute("ANALYZE msm_local.meta_tables")
        plan = admin.execute(f"EXPLAIN {INCOMING}".encode(), {"uids": ["a", "b"]}).fetchall()
    assert "meta_tables_targets" in "".join(line for (line,) in plan)


def test_a_dropped_table_removes_its_incoming_foreign_keys(client: Client) -> None:
    thing = client.active("thing", "CREATE TABLE thing (uid uuid PRIMARY KEY, up uuid)")
    [other] = client.reserve("other")
    client.migrate(
        other,
        "CREATE TABLE other (uid uuid REFERENCES thing (uid))",
        "ALTER TABLE thing ADD CONSTRAINT fk_self FOREIGN KEY (up) REFERENCES thing (uid)",
    )
    client.finalize(thing, other)
    names = ["other_uid_fkey", "fk_self"]
    row = client.get(f"/meta-tables/{thing}/")
    assert [key["name"] for key in row["incoming_fks"]] == names
    client.migrate(other, "DROP TABLE other")
    client.finalize(other, revision="base")
    row = client.get(f"/meta-tables/{thing}/")
    assert [key["name"] for key in row["incoming_fks"]] == names[1:]


def test_a_missing_table_fails_only_at_head(client: Client) -> None:
    [uid] = client.reserve("later")
    status, answer = client.finalize(uid, revision="1001")
    assert (status, answer["ok"], answer["reserved_count"]) == (200, True, 1)
    assert answer["tables"][0]["error"] is None
    status, answer = client.finalize(uid, revision="head")
    assert (status, answer["ok"], answer["failed_count"]) == (409, False, 1)
    error = answer["tables"][0]["error"]
    assert error["error"] == "TableMissingError"
    assert "public.later" in error["detail"]


def test_a_dropped_table_returns_under_its_old_uid(client: Client) -> None:
    uid = client.active("thing", "CREATE TABLE thing (uid uuid)")
    client.migrate(uid, "DROP TABLE thing")
    status, answer = client.finalize(uid, revision="base")
    assert status == 200
    assert answer["tables"][0]["deleted"]
    assert client.http.get(f"/meta-tables/{uid}/").status_code == 404
    assert client.get("/meta-tables/")["count"] == 0

    assert client.reserve("thing") == [uid]
    row = client.get(f"/meta-tables/{uid}/")
    assert row["provisioning_status"] == "reserved"
    client.migrate(uid, "CREATE TABLE thing (uid uuid, extra text)")
    assert client.finalize(uid)[1]["finalized_count"] == 1
    assert len(client.get(f"/meta-tables/{uid}/")["columns"]) == 2


def test_a_dropped_table_fails_an_upgrade_to_head(client: Client) -> None:
    uid = client.active("thing", "CREATE TABLE thing (uid uuid)")
    client.migrate(uid, "DROP TABLE thing")
    assert client.finalize(uid, revision="heads")[0] == 409


def test_a_returning_table_makes_its_row_active(client: Client) -> None:
    uid = client.active("thing", "CREATE TABLE thing (uid uuid)")
    [other] = client.reserve("other")
    client.migrate(uid, "DROP TABLE thing")
    client.finalize(uid, revision="base")
    client.migrate(other, "CREATE TABLE thing (uid uuid)")
    assert client.finalize(uid)[1]["active_count"] == 1
    assert client.get(f"/meta-tables/{uid}/")["provisioning_status"] == "active"


def test_finalizing_again_reads_the_new_shape(client: Client) -> None:
    uid = client.active("thing", "CREATE TABLE thing (uid uuid)")
    client.migrate(uid, "ALTER TABLE thing ADD COLUMN extra text")
    answer = client.finalize(uid)[1]
    assert (answer["finalized_count"], answer["active_count"]) == (0, 1)
    assert len(client.get(f"/meta-tables/{uid}/")["columns"]) == 2


def test_a_table_with_another_owner_is_not_activated(client: Client) -> None:
    [uid] = client.reserve("alien")
    with psycopg.connect(client.admin_url) as admin:
        admin.execute("CREATE TABLE public.alien (uid uuid)")
    status, answer = client.finalize(uid)
    assert status == 409
    error = answer["tables"][0]["error"]
    assert error["error"] == "OwnerError"
    assert "msm_superuser" in error["detail"]
    assert answer["tables"][0]["provisioning_status"] == "reserved"


def test_finalize_refuses_foreign_rows_and_unknown_uids(client: Client) -> None:
    uid = client.active("thing", "CREATE TABLE thing (uid uuid)")
    status, answer = client.finalize(uid, migration_provider_key="other:markets")
    assert (status, answer["tables"][0]["error"]["error"]) == (409, "ProviderConflictError")
    unknown = "11111111-1111-4111-8111-111111111111"
    assert client.finalize(unknown)[1]["failed_count"] == 1


def test_a_naive_timestamp_is_refused_by_its_column(client: Client) -> None:
    [uid] = client.reserve("naive")
    client.migrate(uid, "CREATE TABLE naive (moment timestamp)")
    status, answer = client.finalize(uid)
    assert status == 409
    error = answer["tables"][0]["error"]
    assert error["error"] == "UnsupportedTypeError"
    assert "moment" in error["detail"]


def test_finalize_stores_the_revision_of_the_version_table(client: Client) -> None:
    contract = {
        "physical": {"schema": "public", "table_name": "version"},
        "columns": [{"name": "version_num", "data_type": "string"}],
        "authoring": {"owner": "alembic", "version_table": "version"},
    }
    [registry] = client.reserve("version", table_contract=contract)
    [uid] = client.reserve("thing")
    client.migrate(
        uid,
        "CREATE TABLE version (version_num varchar(32))",
        "INSERT INTO version VALUES ('1004')",
        "CREATE TABLE thing (uid uuid)",
    )
    client.finalize(registry, uid, alembic_version_meta_table_uid=registry)
    row = client.get(f"/meta-tables/{uid}/")
    assert row["alembic_revision"] == "1004"
    assert row["alembic_version_meta_table_uid"] == registry
    assert client.get(f"/meta-tables/{registry}/")["alembic_version_meta_table_uid"] is None
    answer = client.execute("update", "UPDATE version SET version_num = 'x'", [registry])
    assert (answer.status_code, answer.json()["error"]) == (400, "StatementRefusedError")
    assert "public.version" in answer.json()["detail"]


def test_sixty_tables_are_finalized_within_a_second(client: Client) -> None:
    names = [f"t{number}" for number in range(60)]
    uids = client.reserve(*names)
    client.migrate(uids[0], *(f"CREATE TABLE {n} (uid uuid PRIMARY KEY, a text)" for n in names))
    began = time.perf_counter()
    status, _answer = client.finalize(*uids)
    assert status == 200
    assert time.perf_counter() - began < 1


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({"identifier": "alpha"}, {"alpha"}),
    ({"identifier__in": ["alpha", "gamma", "none"]}, {"alpha", "gamma"}),
    ({"identifier__contains": "a"}, {"alpha", "beta", "gamma"}),
    ({"identifier__contains": "%"}, set()),
    ({"namespace__isnull": True}, {"gamma"}),
    ({"namespace__isnull": False}, {"alpha", "beta"}),
    ({"namespace": "one"}, {"alpha"}),
    ({"namespace__in": ["one", "two"]}, {"alpha", "beta"}),
    ({"namespace__contains": "w"}, {"beta"}),
    ({"physical_schema": "public"}, {"alpha", "beta", "gamma"}),
    ({"physical_schema__in": ["other"]}, set()),
    ({"physical_table_name": "beta"}, {"beta"}),
    ({"physical_table_name__in": ["beta"]}, {"beta"}),
    ({"physical_table_name__contains": "mm"}, {"gamma"}),
    ({"labels": "red"}, {"alpha", "beta"}),
    ({"labels__in": ["blue", "green"]}, {"beta"}),
    ({"labels__contains": "re"}, {"alpha", "beta"}),
    ({"management_mode": "platform_managed"}, {"alpha", "beta", "gamma"}),
    ({"management_mode__in": ["external_registered"]}, set()),
    ({"provisioning_status__in": ["reserved"]}, {"alpha", "beta", "gamma"}),
    ({"provisioning_status": "active"}, set()),
    ({"schema_management_mode": "alembic_managed"}, {"alpha", "beta", "gamma"}),
    ({"migration_provider_key__in": ["example:markets"]}, {"alpha", "beta", "gamma"}),
    ({"migration_provider_key": "other:x"}, set()),
    ({"uid__in": []}, set()),
    ({"identifier": None, "limit": 2}, {"alpha", "beta"}),
    ({"limit": 2, "offset": 2}, {"gamma"}),
]


def test_every_declared_filter_works_in_body_and_query(client: Client) -> None:
    client.reserve("alpha", namespace="one", labels=["red"])
    client.reserve("beta", namespace="two", labels=["red", "blue"])
    client.reserve("gamma", namespace=None, resource="time-index-meta-tables", **TIME_INDEXED)
    for body, expected in FILTERS:
        answer = client.http.post("/meta-tables/filter/", json=body)
        assert {row["identifier"] for row in answer.json()["results"]} == expected, body
        query = {
            name: ",".join(value) if isinstance(value, list) else value
            for name, value in body.items()
            if value is not None
        }
        found = client.get("/meta-tables/", **query)["results"]
        assert {row["identifier"] for row in found} == expected, query


def test_the_time_indexed_resource_has_no_relational_tables(client: Client) -> None:
    [relational] = client.reserve("plain")
    [uid] = client.reserve("series", resource="time-index-meta-tables", **TIME_INDEXED)
    found = client.http.post("/time-index-meta-tables/filter/", json={}).json()["results"]
    assert [row["uid"] for row in found] == [uid]
    assert client.http.get(f"/time-index-meta-tables/{relational}/").status_code == 404
    assert client.http.get(f"/meta-tables/{uid}/").status_code == 200


@pytest.mark.parametrize("resource", ["meta-tables", "time-index-meta-tables"])
def test_an_undeclared_filter_is_refused_by_name(shared_client: Client, resource: str) -> None:
    answer = shared_client.http.post(f"/{resource}/filter/", json={"colour": "red"})
    assert answer.status_code == 400
    assert answer.json()["filter_name"] == "colour"
    if resource == "time-index-meta-tables":
        body = {"provisioning_status": "active"}
        assert shared_client.http.post(f"/{resource}/filter/", json=body).status_code == 400


def test_a_list_is_paged_with_links(client: Client) -> None:
    client.reserve(*(f"t{number}" for number in range(5)))
    names: list[str] = []
    url: str | None = "/meta-tables/?limit=2"
    while url is not None:
        page = client.http.get(url).json()
        names += [row["identifier"] for row in page["results"]]
        url = page["next"]
        assert page["count"] == 5
    assert names == [f"t{number}" for number in range(5)]


def test_patch_changes_only_the_fields_it_names(client: Client) -> None:
    uid, other = client.reserve("thing", "other")
    answer = client.http.patch(f"/meta-tables/{uid}/", json={"labels": ["x"], "description": "d"})
    assert (answer.json()["labels"], answer.json()["description"]) == (["x"], "d")
    assert answer.json()["identifier"] == "thing"
    assert client.http.patch(f"/meta-tables/{uid}/", json={"columns": []}).status_code == 400
    taken = client.http.patch(f"/meta-tables/{other}/", json={"identifier": "thing"})
    assert taken.status_code == 409


def test_delete_refuses_protected_rows_and_tables_that_exist(client: Client) -> None:
    uid = client.active("thing", "CREATE TABLE thing (uid uuid)")
    assert client.http.delete(f"/meta-tables/{uid}/").status_code == 409
    [free] = client.reserve("free", protect_from_deletion=True)
    assert client.http.delete(f"/meta-tables/{free}/").status_code == 409
    path = f"/meta-tables/{free}/"
    assert client.http.delete(path, params={"override_protection": True}).status_code == 204
    assert client.http.get(path).status_code == 404
