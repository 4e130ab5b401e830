"""What generation 2's API makes of requests that it does not know, or that are not for it."""

from typing import Any

import httpx
import pytest

from tests.local.api.metatables.client import Tables

UNKNOWN = "11111111-1111-4111-8111-111111111111"


def test_the_local_token_is_enough(shared_tables: Tables) -> None:
    platform = shared_tables.client.platform
    root = f"{platform.endpoint}/metatables"
    bearer = {"Authorization": f"Bearer {platform.token}"}
    assert httpx.get(f"{root}/runtime-context/", headers=bearer).status_code == 200
    for headers in ({}, {"X-MetaTables-Local-Token": "wrong"}, {"Authorization": "Bearer wrong"}):
        answer = httpx.get(f"{root}/runtime-context/", headers=headers)
        assert answer.status_code == 401
        assert list(answer.json()) == ["detail"]
    local = {"X-MetaTables-Local-Token": platform.token}
    answer = httpx.get(f"{platform.endpoint}/api/v1/health/", headers=local)
    assert answer.status_code == 401


def test_another_host_is_refused_in_the_same_form(shared_tables: Tables) -> None:
    answer = shared_tables.http.get("/runtime-context/", headers={"Host": "evil.example"})
    assert (answer.status_code, list(answer.json())) == (403, ["detail"])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nope/", 404),
        ("GET", "/users/me/", 404),
        ("GET", f"/meta-tables/{UNKNOWN}/nope/", 404),
        ("POST", f"/meta-tables/{UNKNOWN}/add-label/", 404),
        ("PUT", "/meta-tables/", 405),
        ("DELETE", "/runtime-context/", 405),
        ("GET", "/meta-tables/no-uid/", 422),
    ],
)
def test_an_unknown_path_or_verb_is_named(
    shared_tables: Tables, method: str, path: str, status: int
) -> None:
    answer = shared_tables.http.request(method, path)
    assert answer.status_code == status
    if status != 422:
        assert f"{method} /metatables{path}" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/meta-tables/search/?q=x", "MetaTable.search"),
        ("GET", "/time-index-meta-tables/search/?q=x", "TimeIndexMetaTable.search"),
        ("GET", "/meta-tables/column-search/", "MetaTable.column_search"),
        ("POST", "/meta-tables/register/", "MetaTable.register"),
        ("POST", f"/meta-tables/{UNKNOWN}/read/", "MetaTable.read_rows"),
        ("PUT", f"/meta-tables/{UNKNOWN}/timescale-policies/", "set_timescale_policies"),
        ("GET", f"/time-index-meta-tables/{UNKNOWN}/get-stats/", "get_data_updates"),
        ("POST", "/data-sources/", "DataSource.create"),
        ("POST", "/time-index-table-updates/get-or-create/", "POST /metatables/time-index-table"),
        ("GET", "/table-update-runs/", "GET /metatables/table-update-runs/"),
        ("GET", "/namespaces/", "GET /metatables/namespaces/"),
    ],
)
def test_an_absent_endpoint_is_named(
    shared_tables: Tables, method: str, path: str, name: str
) -> None:
    answer = shared_tables.http.request(method, path)
    assert answer.status_code == 400
    assert name in answer.json()["detail"]


def operation(**changes: Any) -> dict[str, Any]:
    return {"operation": "select", "statement": {"sql": "SELECT 1"}, "data_source_uid": UNKNOWN,
            **changes}  # fmt: skip


MALFORMED: list[tuple[str, dict[str, Any], list[str]]] = [
    ("execute-operation", operation(scope={"tables": []}), ["body", "scope"]),
    ("execute-operation", operation(orm_class="X"), ["body", "orm_class"]),
    ("execute-operation", operation(statement={"sql": ""}), ["body", "statement", "sql"]),
    ("execute-operation", operation(dialect="mysql"), ["body", "dialect"]),
    ("run-query", {"sql": "SELECT 1"}, ["body", "data_source_uid"]),
    ("finalize-managed", {"meta_table_uids": []}, ["body", "meta_table_uids"]),
    ("finalize-managed", {"meta_table_uids": [UNKNOWN], "x": 1}, ["body", "x"]),
    (f"{UNKNOWN}/migration-connection", {"ttl_seconds": 1}, ["body", "ttl_seconds"]),
    (f"{UNKNOWN}/migration-connection", {"x": 1}, ["body", "x"]),
]


@pytest.mark.parametrize(("action", "body", "place"), MALFORMED)
def test_a_malformed_body_is_answered_as_fastapi_does(
    shared_tables: Tables, action: str, body: dict[str, Any], place: list[str]
) -> None:
    answer = shared_tables.http.post(f"/meta-tables/{action}/", json=body)
    assert answer.status_code == 422
    assert [problem["loc"] for problem in answer.json()["detail"]] == [place]


def test_unknown_limits_are_ignored(shared_tables: Tables) -> None:
    body = operation(data_source_uid=shared_tables.source, limits={"orm_class": "X"})
    answer = shared_tables.http.post("/meta-tables/execute-operation/", json=body)
    assert answer.status_code == 200


def test_a_path_without_its_slash_is_redirected(shared_tables: Tables) -> None:
    answer = shared_tables.http.get("/meta-tables")
    assert answer.status_code == 307
    assert answer.headers["Location"].endswith("/metatables/meta-tables/")


def test_the_context_names_the_one_data_source(shared_tables: Tables) -> None:
    context = shared_tables.http.get("/runtime-context/").json()
    source = shared_tables.http.get(f"/data-sources/{shared_tables.source}/").json()
    assert context["data_source"]["uid"] == source["uid"] == shared_tables.source
    assert (context["dialect"], context["paramstyle"]) == ("postgresql", "pyformat")
    assert context["default_schema"] == "public"
    assert context["api_endpoint"] == f"{shared_tables.client.platform.endpoint}/metatables"
    assert "password" not in str(source)
    for search, count in (("", 1), ("local postgresql", 1), ("elsewhere", 0)):
        page = shared_tables.http.get("/data-sources/", params={"search": search}).json()
        assert (page["count"], len(page["results"])) == (count, count)
    assert shared_tables.http.get(f"/data-sources/{UNKNOWN}/").status_code == 404
    answer = shared_tables.http.get("/runtime-context/", params={"transfer_contract": "x"})
    assert answer.status_code == 422


def test_a_request_for_another_runtime_is_refused(shared_tables: Tables) -> None:
    instance = shared_tables.http.get("/runtime-context/").json()["runtime_instance_id"]
    for given, status in ((instance, 200), ("another", 409)):
        headers = {"X-MetaTables-Runtime-Instance": given}
        assert shared_tables.http.get("/meta-tables/", headers=headers).status_code == status


def test_the_description_needs_the_token(shared_tables: Tables) -> None:
    platform = shared_tables.client.platform
    root = f"{platform.endpoint}/metatables"
    described = httpx.get(f"{root}/openapi.json", auth=("anybody", platform.token)).json()
    page = httpx.get(f"{root}/docs/", auth=("anybody", platform.token))
    for path in described["paths"]:
        assert path in page.text
    assert "/meta-tables/execute-operation/" in described["paths"]
    answer = httpx.get(f"{root}/docs/")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
