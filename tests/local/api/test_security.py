"""Who may call the platform, and what its roles may do."""

import inspect
import logging
from contextlib import closing

import httpx
import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from msm_local.contract import responses
from msm_local.errors import RequestError
from msm_local.platform import LocalPlatform
from msm_local.postgres.cluster import Cluster
from tests.local.conftest import Client
from tests.support.janitor import new_database
from tests.support.waiting import soon


@pytest.mark.parametrize("token", [None, "Bearer wrong", "Token x", "Bearer"])
def test_a_request_without_the_token_is_refused(shared_client: Client, token: str | None) -> None:
    platform = shared_client.platform
    headers = {} if token is None else {"Authorization": token}
    answer = httpx.get(f"{platform.endpoint}/api/v1/health/", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"] == "UnauthorizedError"
    assert platform.token not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", "evil.example:{port}", ""])
def test_another_host_is_refused_even_with_the_token(shared_client: Client, host: str) -> None:
    name = host.format(port=shared_client.platform.port)
    assert shared_client.http.get("/health/", headers={"Host": name}).status_code == 403


def test_every_loopback_host_is_accepted(shared_client: Client) -> None:
    for name in ("127.0.0.1", "localhost", "[::1]"):
        host = f"{name}:{shared_client.platform.port}"
        assert shared_client.http.get("/health/", headers={"Host": host}).status_code == 200


def test_only_our_own_pages_may_call(shared_client: Client) -> None:
    own = shared_client.platform.endpoint
    assert shared_client.http.get("/health/", headers={"Origin": own}).status_code == 200
    for origin in ("https://evil.example", "null", own.replace("http", "https"), "http://[bad"):
        assert shared_client.http.get("/health/", headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("path", ["/api/v1/meta-tables/%0A/", "/%0A", "/ui/%0A", "/ui"])
def test_a_path_that_no_route_matches_has_an_answer_of_the_api(
    shared_client: Client, path: str
) -> None:
    url = f"{shared_client.platform.endpoint}{path}"
    answer = shared_client.http.get(url, follow_redirects=False)
    assert answer.status_code in {404, 501}
    assert {"error", "detail"} <= answer.json().keys()


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/jobs/", "GET /api/v1/jobs/"),
        ("PUT", "/meta-tables/", "PUT /api/v1/meta-tables/"),
        ("POST", "/meta-tables/register/", "MetaTable.register"),
        ("GET", "/meta-tables/column-search/", "MetaTable.column_search"),
        ("GET", "/time-index-meta-tables/description-search/", "TimeIndexMetaTable.desc"),
        ("POST", "/data-sources/get-or-create-duck-db/", "DataSource.get_or_create_duck_db"),
    ],
)
def test_an_absent_endpoint_answers_501_by_name(
    shared_client: Client, method: str, path: str, name: str
) -> None:
    answer = shared_client.http.request(method, path)
    assert (answer.status_code, answer.json()["error"]) == (501, "NotImplementedHereError")
    assert name in answer.json()["detail"]


def test_the_description_needs_the_token(shared_client: Client) -> None:
    described = shared_client.get("/openapi.json")
    assert described["info"]["title"] == "msm-local"
    page = shared_client.http.get("/docs/")
    assert page.headers["Content-Type"].startswith("text/html")
    for path in described["paths"]:
        assert path in page.text
    for path in ("/openapi.json", "/docs/"):
        answer = httpx.get(f"{shared_client.platform.endpoint}/api/v1{path}")
        assert (answer.status_code, answer.json()["error"]) == (401, "UnauthorizedError")
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")


def test_the_token_is_the_password_of_the_description(
    shared_client: Client,
) -> None:
    platform = shared_client.platform
    root = f"{platform.endpoint}/api/v1"
    assert httpx.get(f"{root}/docs/", auth=("anybody", platform.token)).status_code == 200
    assert httpx.get(f"{root}/docs/", auth=("anybody", "wrong")).status_code == 401
    headers = {"Authorization": "Basic %%%"}
    assert httpx.get(f"{root}/docs/", headers=headers).status_code == 401
    assert httpx.get(f"{root}/health/", auth=("anybody", platform.token)).status_code == 401


def test_every_fact_of_an_error_is_described() -> None:
    described = set(responses.Error.__annotations__)
    for error in subclasses(RequestError):
        facts = set(inspect.signature(error.__init__).parameters)
        assert facts - {"self", "message", "args", "kwargs"} <= described, error


def subclasses(parent: type[RequestError]) -> list[type[RequestError]]:
    return [found for child in parent.__subclasses__() for found in (child, *subclasses(child))]


def test_a_migration_login_creates_tables_of_the_owner(client: Client) -> None:
    [uid] = client.reserve("thing")
    issued = client.credential(uid)
    with psycopg.connect(issued["uri"]) as connection:
        connection.execute("CREATE TABLE thing (uid uuid)")
        owner = connection.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'thing'")
        assert owner.fetchone() == (issued["owner_role_name"],)
        connection.commit()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM msm_local.settings")
        connection.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE ROLE other")


def test_an_expired_login_loses_session_and_role(client: Client) -> None:
    [uid] = client.reserve("thing")
    issued = client.credential(uid, ttl_seconds=60)
    with psycopg.connect(issued["uri"], autocommit=True) as session:
        with psycopg.connect(client.database_url, autocommit=True) as platform:
            past = "UPDATE msm_local.migration_credentials SET expires_at = now()"
            platform.execute(past + " WHERE role_name = %s", [issued["role_name"]])
        # A new credential wakes the reaper.
        client.credential(uid)
        assert soon(lambda: not _answers(session))
    with psycopg.connect(client.admin_url, autocommit=True) as admin:
        query = "SELECT 1 FROM pg_roles WHERE rolname = %s"
        assert soon(lambda: admin.execute(query, [issued["role_name"]]).fetchone() is None)


def test_dropping_an_expired_login_keeps_its_tables(client: Client) -> None:
    """And a role that cannot be dropped does not keep the others."""
    [uid] = client.reserve("thing")
    first, *others = sorted(client.credential(uid)["role_name"] for _ in range(3))
    owner = client.credential(uid)["owner_role_name"]
    with psycopg.connect(client.admin_url, autocommit=True) as admin:
        # PostgreSQL does not drop a role that owns something in another database.
        with psycopg.connect(
            admin.info.dsn, password=admin.info.password, dbname="postgres"
        ) as other:
            other.execute(f"CREATE SCHEMA kept AUTHORIZATION {first}".encode())
        admin.execute("CREATE TABLE precious (id bigint)")
        admin.execute(f"ALTER TABLE precious OWNER TO {others[0]}".encode())
        admin.execute("CREATE TABLE foreign_one (id bigint)")
        admin.execute(f'ALTER TABLE foreign_one OWNER TO "{owner}"'.encode())
        admin.execute(f"GRANT SELECT ON foreign_one TO {others[1]}".encode())
        admin.execute("UPDATE msm_local.migration_credentials SET expires_at = now()")
        client.credential(uid)
        query = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)"
        names = [first, *others]
        assert soon(lambda: admin.execute(query, [names]).fetchall() == [(first,)])
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        assert admin.execute(tables).fetchall() == [("foreign_one",), ("precious",)]
        with psycopg.connect(
            admin.info.dsn, password=admin.info.password, dbname="postgres"
        ) as other:
            other.execute("DROP SCHEMA kept")


def test_an_expired_login_opens_no_session(client: Client) -> None:
    [uid] = client.reserve("thing")
    issued = client.credential(uid)
    psycopg.connect(issued["uri"]).close()
    with psycopg.connect(client.admin_url, autocommit=True) as admin:
        statement = f"ALTER ROLE {issued['role_name']} VALID UNTIL 'yesterday'"
        admin.execute(statement.encode())
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(issued["uri"])


def test_a_migration_login_has_only_the_owner_role(client: Client) -> None:
    [uid] = client.reserve("thing")
    issued = client.credential(uid)
    with psycopg.connect(client.admin_url) as admin:
        granted = admin.execute(
            "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole",
            [issued["role_name"]],
        ).fetchall()
    assert granted == [(issued["owner_role_name"],)]


def test_no_secret_reaches_a_log(
    client: Client, cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    uid = client.active("thing", "CREATE TABLE thing (s text UNIQUE)")
    issued = client.credential(uid)
    password = conninfo_to_dict(issued["uri"])["password"]
    insert = "INSERT INTO thing VALUES (%(s)s)"
    for _ in range(2):
        client.execute("insert", insert, [uid], {"s": "a secret of the user"})
    with psycopg.connect(issued["uri"]) as connection, pytest.raises(psycopg.Error):
        connection.execute("ALTER ROLE CURRENT_USER PASSWORD 'another secret' SUPERUSER")
    httpx.get(f"{client.platform.endpoint}/api/v1/health/", headers={"Authorization": "Bearer x"})
    written = cluster.log_path.read_text(encoding="utf-8") + caplog.text
    assert "permission denied" in written or "unique" in written
    for secret in (
        *(client.platform.token, str(password), "SCRAM-SHA-256$"),
        *("a secret of the user", "another secret"),
    ):
        assert secret not in written


def _answers(session: psycopg.Connection[tuple[object, ...]]) -> bool:
    try:
        session.execute("SELECT 1")
    except psycopg.OperationalError:
        return False
    return True


def test_postgresql_knows_when_a_login_expires(client: Client) -> None:
    [uid] = client.reserve("thing")
    issued = client.credential(uid, ttl_seconds=60)
    with psycopg.connect(client.admin_url) as admin:
        row = admin.execute(
            "SELECT extract(epoch FROM rolvaliduntil - now()) FROM pg_roles WHERE rolname = %s",
            [issued["role_name"]],
        ).fetchone()
    assert row is not None
    assert 50 < row[0] <= 60


def test_a_copied_database_keeps_roles_and_catalog(cluster: Cluster, database: str) -> None:
    password = "shared by both"  # noqa: S105 - databases of this test alone
    with LocalPlatform(cluster.platform_url(database), runtime_password=password) as platform:
        made = Client(platform, cluster.platform_url(database), cluster.admin_url(database))
        with closing(made.http):
            uid = made.active("thing", "CREATE TABLE thing (uid uuid)")
    with (
        new_database(cluster, f"{database}_copy", template=database) as copy,
        LocalPlatform(cluster.platform_url(database), runtime_password=password) as first,
        LocalPlatform(cluster.platform_url(copy), runtime_password=password) as second,
    ):
        original = Client(first, cluster.platform_url(database), "")
        copied = Client(second, cluster.platform_url(copy), "")
        statement = "INSERT INTO thing VALUES (gen_random_uuid())"
        assert copied.execute("insert", statement, [uid]).json()["row_count"] == 1
        count = "SELECT count(*) AS n FROM thing"
        assert original.execute("select", count, [uid]).json()["rows"] == [{"n": 0}]
        assert copied.execute("select", count, [uid]).json()["rows"] == [{"n": 1}]
        original.http.close()
        copied.http.close()
