"""Migration connections of generation 2: a login that acts as the owner, and its lease."""

import psycopg
import pytest

from tests.local.api.metatables.client import REGISTRY, Tables
from tests.support.waiting import soon

UNKNOWN = "11111111-1111-4111-8111-111111111111"


def session(connection: dict[str, str]) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(connection["uri"].replace("+psycopg2", ""), autocommit=True)


def test_a_session_acts_as_the_owner_in_public_alone(tables: Tables) -> None:
    [uid] = tables.reserve("thing")
    issued = tables.connection(uid)
    assert issued["uri"].startswith("postgresql+psycopg2://")
    assert (issued["owner_role_name"], issued["default_schema"]) == (None, "public")
    with session(issued) as connection:
        row = connection.execute("SELECT session_user, current_schemas(false)").fetchone()
        assert row == (issued["role_name"], ["public"])
        connection.execute("CREATE TABLE thing (uid uuid)")
        owner = "SELECT tableowner = current_user, tableowner FROM pg_tables WHERE tablename = %s"
        same, name = connection.execute(owner, ["thing"]).fetchone() or (None, "")
        assert (same, str(name).endswith("_owner")) == (True, True)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM msm_local.settings")


def test_a_role_with_another_search_path_still_sees_public(tables: Tables) -> None:
    [uid] = tables.reserve("thing")
    with psycopg.connect(tables.client.admin_url) as admin:
        name = f'"{admin.info.dbname}"'
        admin.execute(f"ALTER DATABASE {name} SET search_path = pg_catalog".encode())
    with session(tables.connection(uid)) as connection:
        row = connection.execute("SELECT current_schemas(false)").fetchone()
    assert row == (["public"],)


def test_a_released_lease_ends_session_and_role(tables: Tables) -> None:
    [uid] = tables.reserve("thing")
    issued, kept = tables.connection(uid), tables.connection(uid)
    path = f"/runtime-migrations/{issued['runtime_lease_uid']}/release/"
    headers = {"X-MetaTables-Runtime-Instance": issued["runtime_instance_id"]}
    with session(issued) as connection, session(kept) as other:
        assert tables.http.post(path, json={}, headers=headers).json() == {"ok": True}
        assert soon(lambda: not answers(connection))
        assert answers(other)
    with psycopg.connect(tables.client.admin_url, autocommit=True) as admin:
        query = "SELECT 1 FROM pg_roles WHERE rolname = %s"
        assert soon(lambda: admin.execute(query, [issued["role_name"]]).fetchone() is None)
        assert admin.execute(query, [kept["role_name"]]).fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError):
        session(issued)
    # Released again, or never issued: nothing is wrong.
    for lease in (issued["runtime_lease_uid"], UNKNOWN):
        answer = tables.http.post(f"/runtime-migrations/{lease}/release/", json={})
        assert (answer.status_code, answer.json()) == (200, {"ok": True})
    headers = {"X-MetaTables-Runtime-Instance": "another"}
    assert tables.http.post(path, json={}, headers=headers).status_code == 409
    assert tables.http.post("/runtime-migrations/x/release/", json={}).status_code == 422


def test_a_connection_lists_the_tables_of_its_provider(tables: Tables) -> None:
    root = tables.registry()
    uids = tables.reserve("a", "b", alembic_version_meta_table_uid=root)
    tables.reserve("elsewhere")
    for uid in (root, uids[0]):
        assert tables.connection(uid)["meta_table_uids"] == uids
    tables.finalize(uids[0], removed_meta_table_uids=[uids[0]])
    assert tables.connection(root)["meta_table_uids"] == [uids[1]]


@pytest.mark.parametrize("name", ["package", "migration_namespace", "migration_provider_key"])
def test_another_provider_gets_no_connection(tables: Tables, name: str) -> None:
    [uid] = tables.reserve("thing")
    path = f"/meta-tables/{uid}/migration-connection/"
    answer = tables.http.post(path, json={name: "other"})
    assert (answer.status_code, "public.thing" in answer.json()["detail"]) == (409, True)
    missing = f"/meta-tables/{UNKNOWN}/migration-connection/"
    assert tables.http.post(missing, json={}).status_code == 404


def test_tables_of_another_role_stop_the_migration(tables: Tables) -> None:
    root = tables.registry()
    tables.reserve("thing", alembic_version_meta_table_uid=root)
    with psycopg.connect(tables.client.admin_url) as admin:
        admin.execute("CREATE TABLE thing (uid uuid)")
    path = f"/meta-tables/{root}/migration-connection/"
    answer = tables.http.post(path, json={})
    detail = answer.json()["detail"]
    assert (answer.status_code, detail["code"]) == (409, "provider_tables_owner_unreachable")
    assert detail["tables"] == ["public.thing"]
    sql = detail["detail"].partition("`")[2].partition("`")[0]
    with psycopg.connect(tables.client.admin_url) as admin:
        # That of the sentence would take the whole server along, which belongs to this superuser.
        assert sql.startswith('REASSIGN OWNED BY "msm_superuser" TO ')
        admin.execute(f"ALTER TABLE thing OWNER TO {sql.rpartition(' ')[2]}".encode())
    assert tables.http.post(path, json={}).status_code == 200
    assert REGISTRY not in detail["detail"]


def answers(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    try:
        connection.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True
