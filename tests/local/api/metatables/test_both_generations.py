"""One catalog for both generations, and the record of which of them has used it."""

import time
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import pytest

from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from msm_local.repositories import generations
from msm_local.services import usage
from tests.local.api.metatables.client import Tables
from tests.local.conftest import Client, next_name
from tests.support.janitor import new_database


def used(client: Client) -> dict[str, Any]:
    return dict(client.get("/health/")["generations"])


def test_a_table_of_generation_1_is_used_by_generation_2(tables: Tables) -> None:
    client = tables.client
    uid = client.active("thing", "CREATE TABLE thing (n numeric)")
    row = tables.get(uid)
    assert (row["identifier"], row["provisioning_status"]) == ("thing", "active")
    # A reservation finds the table by its name: it keeps uid and identifier.
    assert tables.reserve("thing", identifier="Thing") == [uid]
    assert tables.get(uid)["identifier"] == "thing"
    sql = "INSERT INTO thing VALUES (12345678901234567890.12) RETURNING n"
    assert tables.execute("insert", sql).json()["rows"] == [{"n": 1.2345678901234567e19}]
    [exact] = client.execute("select", "TABLE thing", [uid]).json()["rows"]
    assert exact == {"n": "12345678901234567890.12"}


def test_a_table_of_generation_2_is_used_by_generation_1(tables: Tables) -> None:
    client = tables.client
    uid = tables.active("thing", "CREATE TABLE thing (id bigint)", identifier="Thing")
    row = client.get(f"/meta-tables/{uid}/")
    assert (row["identifier"], row["physical_table_name"]) == ("Thing", "thing")
    assert client.reserve("thing") == [uid]
    assert client.execute("insert", "INSERT INTO thing VALUES (1)", [uid]).status_code == 200
    assert tables.rows("TABLE thing") == [{"id": 1}]
    client.migrate(uid, "DROP TABLE thing")
    assert client.finalize(uid, revision="base")[0] == 200
    assert tables.http.get(f"/meta-tables/{uid}/").status_code == 404
    # The next reservation is that of generation 1, with its identifier.
    assert client.reserve("thing") == [uid]
    assert tables.get(uid)["identifier"] == "thing"


def test_health_says_when_each_generation_was_seen(tables: Tables) -> None:
    client = tables.client
    assert used(client) == {"mainsequence8": None, "metatables": None}
    tables.http.get("/runtime-context/")
    # Generation 2 asks for the Git context of the first API too.
    client.get("/users/me/")
    seen = used(client)
    assert seen["mainsequence8"] is None
    assert datetime.fromisoformat(seen["metatables"]).tzinfo is not None
    client.get("/meta-tables/")
    assert used(client)["mainsequence8"] > seen["metatables"]
    tables.http.get("/runtime-context/")
    assert used(client)["metatables"] > seen["metatables"]


def test_a_refused_request_is_no_use(tables: Tables) -> None:
    headers = {"X-MetaTables-Local-Token": "wrong"}
    assert tables.http.get("/runtime-context/", headers=headers).status_code == 401
    assert used(tables.client)["metatables"] is None


def test_the_catalog_is_not_written_at_each_use(
    tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[object] = []
    record = generations.record

    def counted(connection: Any, used_at: Any) -> None:
        writes.append(used_at)
        record(connection, used_at)

    monkeypatch.setattr(generations, "record", counted)
    for _ in range(5):
        tables.http.get("/runtime-context/")
    assert len(writes) == 1
    monkeypatch.setattr(usage, "INTERVAL", timedelta())
    time.sleep(0.001)
    tables.http.get("/runtime-context/")
    assert len(writes) == 2


def test_a_use_outlives_the_platform_and_not_a_copy(cluster: Cluster) -> None:
    password = "of both platforms"  # noqa: S105 - databases of this test alone
    with new_database(cluster, next_name()) as name:
        url = cluster.platform_url(name)
        for expected in (False, True):
            with LocalPlatform(url, runtime_password=password) as platform:
                client = Client(platform, url, "")
                with closing(client.http), closing(Tables(client).http) as http:
                    assert (used(client)["metatables"] is not None) is expected
                    http.get("/runtime-context/")
        with new_database(cluster, f"{name}_copy", template=name) as copy:
            url = cluster.platform_url(copy)
            with LocalPlatform(url, runtime_password=password) as platform:
                client = Client(platform, url, "")
                with closing(client.http):
                    assert used(client) == {"mainsequence8": None, "metatables": None}
