"""Reservation, filters and finalize by the rules of generation 2."""

from typing import Any

import psycopg
import pytest

from tests.local.api.metatables.client import DIMENSIONS, UNKNOWN, Tables, series

# Reservation.


def test_reserving_twice_returns_the_same_rows_in_order(tables: Tables) -> None:
    first = tables.reserve("a", "b", "c")
    assert tables.reserve("c", "a", "b") == [first[2], first[0], first[1]]


def test_a_namespace_is_stored_in_small_letters(tables: Tables) -> None:
    [uid] = tables.reserve("thing", namespace=" Acme.Research ")
    assert tables.get(uid)["namespace"] == "acme.research"


@pytest.mark.parametrize("resource", ["meta-tables", "time-index-meta-tables"])
def test_a_row_says_itself_whether_it_is_time_indexed(tables: Tables, resource: str) -> None:
    rows = [tables.row("plain"), series(tables, "series", DIMENSIONS)]
    answer = tables.http.post(f"/{resource}/", json=rows).json()
    assert [row["time_indexed"] for row in answer] == [False, True]
    assert "time_indexed_profile" not in answer[0]


def test_reservations_that_contradict_the_catalog_are_refused(tables: Tables) -> None:
    tables.reserve("taken")
    foreign = {"migration_provider_key": "other:markets", "migration_package": "other"}
    cases = [
        (tables.row("new", identifier="taken"), 409, "taken"),
        (tables.row("taken", **foreign), 409, "example:markets"),
        (tables.row("new", data_source_uid=UNKNOWN), 409, UNKNOWN),
        (tables.row("new", alembic_version_meta_table_uid=UNKNOWN), 404, UNKNOWN),
        (tables.row("new", physical_schema="other"), 422, "other.new"),
        (series(tables, "taken", DIMENSIONS), 409, "public.taken"),
    ]
    for row, status, part in cases:
        answer = tables.http.post("/meta-tables/", json=[tables.row("free"), row])
        assert (answer.status_code, list(answer.json())) == (status, ["detail"])
        assert part in answer.json()["detail"]
    assert tables.http.get("/meta-tables/", params={"identifier": "free"}).json()["count"] == 0


def test_a_reservation_has_from_one_to_200_rows(tables: Tables) -> None:
    for rows in ([], [tables.row(f"t{number}") for number in range(201)]):
        assert tables.http.post("/meta-tables/", json=rows).status_code == 422


def test_a_layout_is_derived_where_none_is_given(tables: Tables) -> None:
    [row] = tables.http.post("/meta-tables/", json=[series(tables, "s", DIMENSIONS)]).json()
    profile = row["time_indexed_profile"]
    assert (profile["time_index_name"], profile["index_names"]) == ("at", ["at", *DIMENSIONS])
    assert profile["storage_layout"] == {
        "version": 1,
        "time_index": {"name": "at"},
        "identity_dimensions": DIMENSIONS,
        "index_progress": {"grain": DIMENSIONS},
        "uniqueness": {"columns": ["at", *DIMENSIONS]},
        "tail_delete": {"scope_dimensions": DIMENSIONS},
        "partitioning": {"strategy": "backend_default"},
        "secondary_indexes": [
            {"name": "_".join(DIMENSIONS), "columns": DIMENSIONS, "kind": "lookup"}
        ],
        "backend_hints": {
            "postgresql": {
                "time_index_method": "brin",
                "secondary_index_method": "btree",
                "uniqueness_method": "btree",
            }
        },
    }


def test_a_secondary_index_needs_a_name_of_postgresql(tables: Tables) -> None:
    long = ["x" * 40, "y" * 40]
    answer = tables.http.post("/meta-tables/", json=[series(tables, "s", long)])
    assert answer.status_code == 422
    assert "public.s (81 characters)" in answer.json()["detail"]
    for name, status in (("no name", 422), ("by_both", 201)):
        indexes = [{"name": name, "columns": long, "kind": "lookup"}]
        layout = {"storage_layout": {"secondary_indexes": indexes}}
        answer = tables.http.post("/meta-tables/", json=[series(tables, "s", long, **layout)])
        assert answer.status_code == status
    [row] = answer.json()
    assert row["time_indexed_profile"]["storage_layout"]["secondary_indexes"] == indexes


# Change and delete.


def test_a_patch_changes_only_what_it_names(tables: Tables) -> None:
    uid, other = tables.reserve("thing", "other", labels=["old"], description="before")
    changes = {"labels": ["b", "a"], "namespace": "Acme", "protect_from_deletion": False}
    row = tables.http.patch(f"/meta-tables/{uid}/", json=changes).json()
    assert (row["labels"], row["namespace"], row["description"]) == (["a", "b"], "acme", "before")
    assert row["protect_from_deletion"] is True
    row = tables.http.patch(f"/meta-tables/{uid}/", json={"identifier": "", "labels": None}).json()
    assert (row["identifier"], row["labels"]) == (None, [])
    taken = tables.http.patch(f"/meta-tables/{other}/", json={"identifier": "other"})
    assert taken.status_code == 200
    taken = tables.http.patch(f"/meta-tables/{uid}/", json={"identifier": "other"})
    assert (taken.status_code, "public.other" in taken.json()["detail"]) == (409, True)
    assert tables.http.patch(f"/meta-tables/{uid}/", json={"x": 1}).status_code == 422


def test_a_migrated_table_is_never_deleted_by_hand(tables: Tables) -> None:
    [uid] = tables.reserve("thing")
    for parameters in ({}, {"override_protection": True, "full_delete_selected": True}):
        answer = tables.http.delete(f"/meta-tables/{uid}/", params=parameters)
        assert (answer.status_code, "public.thing" in answer.json()["detail"]) == (409, True)
    assert tables.http.delete(f"/meta-tables/{UNKNOWN}/").status_code == 404


# Finalize.


def test_a_batch_becomes_active_by_itself(tables: Tables) -> None:
    root = tables.registry()
    uids = tables.reserve("parent", "child", alembic_version_meta_table_uid=root)
    tables.migrate(
        root,
        "CREATE TABLE versions (version_num varchar(32))",
        "CREATE TABLE parent (uid uuid PRIMARY KEY)",
        "CREATE TABLE child (uid uuid REFERENCES parent)",
    )
    more = {"alembic_version_meta_table_uid": root, "alembic_revision": "1004"}
    status, answer = tables.finalize(root, uids[1], **more)
    assert (status, answer["finalized_count"], answer["active_count"]) == (200, 2, 2)
    child = tables.get(uids[1])
    assert child["foreign_keys"][0]["target_table_uid"] == uids[0]
    assert (child["alembic_revision"], child["provisioning_status"]) == ("1004", "active")
    assert tables.get(uids[0])["provisioning_status"] == "reserved"
    status, answer = tables.finalize(uids[0], **more)
    assert (status, answer["ok"], answer["deleted_count"]) == (200, True, 0)
    assert answer["tables"][0]["alembic_version_meta_table_uid"] == root
    status, answer = tables.finalize(uids[0], **more)
    assert (answer["finalized_count"], answer["active_count"]) == (0, 1)


def test_only_a_table_named_as_removed_may_be_missing(tables: Tables) -> None:
    root = tables.registry()
    uid = tables.active("thing", "CREATE TABLE thing (uid uuid)")
    [later] = tables.reserve("later")
    tables.migrate(uid, "DROP TABLE thing")
    status, answer = tables.finalize(uid, later, removed_meta_table_uids=[later, root])
    missing, removed = answer["tables"]
    assert (status, answer["ok"]) == (409, False)
    assert (answer["failed_count"], answer["deleted_count"]) == (1, 1)
    assert missing["error"]["code"] == "physical_table_missing"
    assert "public.thing" in missing["error"]["detail"]
    assert (missing["provisioning_status"], missing["deleted"]) == ("active", False)
    assert (removed["provisioning_status"], removed["deleted"]) == ("deleted", True)
    assert (removed["finalized"], removed["error"]) == (True, None)
    assert tables.http.get(f"/meta-tables/{later}/").status_code == 404
    assert tables.finalize(uid, removed_meta_table_uids=[uid])[0] == 200
    # The table returns under its old uid.
    assert tables.reserve("thing") == [uid]


def test_a_version_table_is_never_removed(tables: Tables) -> None:
    root = tables.registry()
    named = {"alembic_version_meta_table_uid": root, "removed_meta_table_uids": [root]}
    status, answer = tables.finalize(root, **named)
    assert (status, answer["tables"][0]["error"]["code"]) == (409, "physical_table_missing")


def test_finalize_refuses_strangers_by_code(tables: Tables) -> None:
    uid = tables.active("thing", "CREATE TABLE thing (uid uuid)")
    cases = [
        ((UNKNOWN,), {}, "meta_table_not_found"),
        ((uid,), {"migration_provider_key": "other:markets"}, "provider_mismatch"),
        ((uid,), {"migration_package": "o", "migration_namespace": "m"}, "provider_mismatch"),
    ]
    for uids, more, code in cases:
        status, answer = tables.finalize(*uids, **more)
        assert (status, answer["tables"][0]["error"]["code"]) == (409, code)
    [child] = tables.reserve("child", alembic_version_meta_table_uid=tables.registry())
    for root in (UNKNOWN, child):
        status, answer = tables.finalize(uid, alembic_version_meta_table_uid=root)
        assert (status, root in answer["detail"]) == (404, True)
    status, answer = tables.finalize(uid, authored_metadata={UNKNOWN: {}})
    assert (status, "authored_metadata" in answer["detail"]) == (422, True)


def test_a_table_that_cannot_be_used_is_not_activated(tables: Tables) -> None:
    alien, naive, bound = tables.reserve("alien", "naive", "bound")
    tables.migrate(
        naive,
        "CREATE TABLE naive (at timestamp)",
        "CREATE TABLE stranger (uid uuid PRIMARY KEY)",
        "CREATE TABLE bound (uid uuid REFERENCES stranger)",
    )
    with psycopg.connect(tables.client.admin_url) as admin:
        admin.execute("CREATE TABLE public.alien (uid uuid)")
    status, answer = tables.finalize(alien, naive, bound)
    assert (status, answer["reserved_count"], answer["failed_count"]) == (409, 3, 3)
    errors = [table["error"] for table in answer["tables"]]
    assert [error["code"] for error in errors] == [
        "physical_table_inaccessible",
        "physical_contract_reconciliation_failed",
        "physical_contract_reconciliation_failed",
    ]
    for error, part in zip(errors, ("msm_superuser", "(at)", "public.stranger"), strict=True):
        assert part in error["detail"]


def test_texts_of_the_models_reach_the_catalog(tables: Tables) -> None:
    columns = [
        {"name": "uid", "data_type": "uuid", "label": "Old", "encryption": {"secret": "s"}},
        {"name": "s", "data_type": "string", "description": "kept"},
    ]
    contract = {"physical": {"schema": "public", "table_name": "thing"}, "columns": columns}
    [uid] = tables.reserve("thing", table_contract=contract, labels=["old"], description="kept")
    tables.migrate(uid, "CREATE TABLE thing (uid uuid, s text, later int)")
    texts = {
        "labels": ["new  one", " "],
        "description": "",
        "columns": [
            {"name": "uid", "label": "New", "encryption": None},
            {"name": "gone"},
            {"name": "later", "description": "of a revision"},
        ],
    }
    assert tables.finalize(uid, authored_metadata={uid: texts})[0] == 200
    row = tables.get(uid)
    assert (row["labels"], row["description"]) == (["new one"], "kept")
    found = [(column["label"], column["description"]) for column in row["columns"]]
    assert found == [("New", ""), ("", "kept"), ("", "of a revision")]
    assert row["columns"][0]["encryption"] is None
    assert row["table_contract"]["columns"][0] == {
        "name": "uid", "logical_name": None, "data_type": "uuid", "backend_type": "UUID",
        "nullable": True, "primary_key": False, "unique": False, "ordinal_position": 1,
        "description": "", "label": "New",
    }  # fmt: skip


# Filters.

FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"alpha", "beta", "gamma"}),
    ({"identifier": "alpha"}, {"alpha"}),
    ({"identifier__in": ["alpha", "gamma", "none"]}, {"alpha", "gamma"}),
    ({"identifiers": ["beta"]}, {"beta"}),
    ({"identifier__contains": "a%"}, set()),
    ({"namespace": "one"}, {"alpha"}),
    ({"namespace__isnull": True}, {"gamma"}),
    ({"namespace__empty": False}, {"alpha", "beta"}),
    ({"namespaces": ["one", "two"]}, {"alpha", "beta"}),
    ({"physical_schema__in": ["other"]}, set()),
    ({"physical_table_name__contains": "mm"}, {"gamma"}),
    ({"labels": "blue, green"}, {"beta"}),
    ({"labels__in": ["red"]}, {"alpha", "beta"}),
    ({"labels__contains": "RE"}, {"alpha", "beta"}),
    ({"management_mode": "external_registered"}, set()),
    ({"provisioning_statuses": ["reserved"]}, {"alpha", "beta", "gamma"}),
    ({"migration_provider_key": "example:markets"}, {"alpha", "beta", "gamma"}),
    ({"time_indexed": True}, {"gamma"}),
    ({"q": "AMM"}, {"gamma"}),
    ({"q": "none"}, set()),
    ({"time_indexed": False, "limit": 1}, {"alpha"}),
    ({"limit": 2, "offset": 2}, {"gamma"}),
]


def test_every_filter_works_in_body_and_query(tables: Tables) -> None:
    tables.reserve("alpha", namespace="one", labels=["red"])
    tables.reserve("beta", namespace="two", labels=["red", "blue"])
    row = series(tables, "gamma", DIMENSIONS) | {"namespace": None}
    assert tables.http.post("/time-index-meta-tables/", json=[row]).status_code == 201
    for body, expected in FILTERS:
        answer = tables.http.post("/meta-tables/filter/", json=body)
        assert {row["identifier"] for row in answer.json()["results"]} == expected, body
        answer = tables.http.get("/meta-tables/", params=body)
        assert {row["identifier"] for row in answer.json()["results"]} == expected, body
    for body in ({}, {"time_indexed": False}):
        found = tables.http.post("/time-index-meta-tables/filter/", json=body).json()
        assert [row["identifier"] for row in found["results"]] == ["gamma"]


@pytest.mark.parametrize(
    "body",
    [{"colour": "red"}, {"uid": "x"}, {"uid__in": []}, {"identifier": 1}, {"identifier": ""},
     {"time_indexed": "yes"}, {"namespace__isnull": "yes"}, {"offset": -1}, {"labels__in": "x"}],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_named(
    shared_tables: Tables, body: dict[str, object]
) -> None:
    answer = shared_tables.http.post("/meta-tables/filter/", json=body)
    assert answer.status_code == 422
    assert next(iter(body)) in answer.json()["detail"]


def test_a_list_is_paged_with_links_both_ways(tables: Tables) -> None:
    tables.reserve(*(f"t{number}" for number in range(5)))
    url: str | None = "/meta-tables/?limit=2"
    names: list[str] = []
    for number in range(3):
        assert url is not None
        page = tables.http.get(url).json()
        names += [row["identifier"] for row in page["results"]]
        assert (page["count"], page["previous"] is None) == (5, number == 0)
        url = page["next"]
    assert url is None
    assert names == [f"t{number}" for number in range(5)]
    page = tables.http.get(page["previous"]).json()
    assert [row["identifier"] for row in page["results"]] == ["t2", "t3"]
