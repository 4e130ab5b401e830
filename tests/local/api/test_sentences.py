"""The golden tests of the API's messages: whole sentences, a few for each family.

Other tests assert the class of an error and its facts, so that a rewording changes only this file.
"""

from typing import Any

import httpx
import psycopg
import pytest

from msm_local.contract.filters import parse_query
from msm_local.contract.json_values import check_json
from msm_local.errors import InvalidRequestError, StatementRefusedError
from msm_local.services.failures import failure
from msm_local.sql.parser import parse
from tests.local.conftest import Client

UNKNOWN = "11111111-1111-4111-8111-111111111111"


@pytest.fixture(scope="module")
def thing(shared_client: Client) -> str:
    return shared_client.active("thing", "CREATE TABLE thing (id bigint PRIMARY KEY, raw bytea)")


def detail(answer: httpx.Response) -> str:
    return str(answer.json()["detail"])


def test_sentences_of_the_gate(shared_client: Client) -> None:
    url = f"{shared_client.platform.endpoint}/api/v1/health/"
    name = "a platform inside another process"
    remedy = "run `msm-local env` there, which prints it."
    wrong = {"Authorization": "Bearer x"}
    assert detail(httpx.get(url)) == f"The request has no token for {name}; {remedy}"
    assert detail(httpx.get(url, headers=wrong)) == (
        f"The request has a wrong token for {name}; {remedy}"
    )
    assert detail(httpx.get(url, headers={"Host": "evil.example"})) == (
        "The Host 'evil.example' is not this platform; use the endpoint that `msm-local status` "
        "prints."
    )
    assert detail(httpx.get(url, headers={"Origin": "https://evil.example"})) == (
        "Pages of the Origin 'https://evil.example' may not call this platform."
    )


def test_sentences_of_absent_endpoints(shared_client: Client) -> None:
    assert detail(shared_client.http.get("/jobs/")) == (
        "msm-local does not implement GET /api/v1/jobs/; the hosted platform may."
    )
    assert detail(shared_client.http.post("/meta-tables/register/")) == (
        "msm-local does not implement MetaTable.register; the hosted platform does, and "
        "docs/parity.md lists what msm-local answers."
    )


def test_sentences_of_reservations(shared_client: Client) -> None:
    shared_client.reserve("taken")

    def reserve(**changes: Any) -> str:
        row = shared_client.row("new") | changes
        return detail(shared_client.http.post("/meta-tables/", json=[row]))

    assert reserve(physical_table_name="taken", migration_provider_key="other:markets") == (
        "The table public.taken belongs to the provider 'example:markets', and 'other:markets' "
        "requested it; choose another table name or namespace."
    )
    assert reserve(identifier="taken") == (
        "The identifier 'taken' belongs to public.taken; choose another."
    )
    assert reserve(data_source_uid=UNKNOWN) == (
        f"public.new names the data source {UNKNOWN}; this platform has only "
        f"{shared_client.data_source_uid}."
    )
    assert reserve(physical_schema="other") == (
        "other.new is outside schema public, the only schema of this platform."
    )


def test_sentences_of_the_catalog(shared_client: Client, thing: str) -> None:
    path = f"/meta-tables/{thing}/"
    assert detail(shared_client.http.get(f"/meta-tables/{UNKNOWN}/")) == (
        f"meta-tables has no row with uid {UNKNOWN}."
    )
    assert detail(shared_client.http.get("/meta-tables/no-uid/")) == (
        "The path /api/v1/meta-tables/no-uid/ contains no uid."
    )
    assert detail(shared_client.http.delete(path)) == (
        "The table public.thing exists; drop it with `mainsequence migrations downgrade`."
    )
    assert detail(shared_client.http.patch(path, json={"columns": []})) == (
        "The request is not valid: body.columns: Extra inputs are not permitted."
    )


def test_sentences_of_finalize(shared_client: Client) -> None:
    [late, naive, foreign] = shared_client.reserve("late", "naive", "foreign_owner")
    shared_client.migrate(naive, "CREATE TABLE naive (moment timestamp)")
    with psycopg.connect(shared_client.admin_url) as admin:
        admin.execute("CREATE TABLE public.foreign_owner (uid uuid)")
    _status, answer = shared_client.finalize(late, naive, foreign)
    owner = shared_client.credential(late)["owner_role_name"]
    assert [table["error"]["detail"] for table in answer["tables"]] == [
        (
            "The table public.late does not exist after the upgrade to head; add a revision that "
            "creates it, or remove its model from the provider; if it was dropped by hand, "
            "`python -m migrations.check` prints the SQL that creates it."
        ),
        (
            "The table public.naive has timestamps without time zone (moment), which the SDK "
            "refuses; use DateTime(timezone=True)."
        ),
        (
            "The table public.foreign_owner belongs to the role 'msm_superuser', not to "
            f"'{owner}'; run `ALTER TABLE public.foreign_owner OWNER TO \"{owner}\"` as an "
            "administrator."
        ),
    ]


def test_sentences_of_scopes(shared_client: Client, thing: str) -> None:
    [reserved] = shared_client.reserve("reserved")
    assert detail(shared_client.execute("select", "SELECT * FROM other", [thing])) == (
        "The statement uses public.other, which its scope does not declare."
    )
    delete = shared_client.execute("delete", "DELETE FROM thing", [thing], access="read")
    assert detail(delete) == (
        "The statement writes or locks public.thing, which its scope declares as read."
    )
    assert detail(shared_client.execute("select", "SELECT 1", [reserved])) == (
        "Tables of the scope are not active yet: public.reserved; run `mainsequence migrations "
        "upgrade` first."
    )
    assert detail(shared_client.execute("insert", "SELECT 1", [thing])) == (
        "The operation is declared as 'insert', but its statement is of the kind 'select'."
    )


def test_sentences_of_parameters_and_results(shared_client: Client, thing: str) -> None:
    sql = "SELECT id FROM thing WHERE id = %(id)s"
    assert detail(shared_client.execute("select", sql, [thing])) == (
        "The parameters have no value for id."
    )
    no_date = shared_client.execute("select", sql, [thing], {"id": "x"}, types={"id": "date"})
    assert detail(no_date) == "The parameter 'id' is not a date in ISO 8601: 'x'."
    assert detail(shared_client.execute("select", "SELECT raw FROM thing", [thing])) == (
        "The result column 'raw' is bytea, which JSON cannot carry; cast it to another type in the "
        "statement."
    )
    assert detail(shared_client.execute("select", "SELECT 1 AS a, 2 AS a", [thing])) == (
        "Two result columns are named 'a'; rename one of them with AS."
    )


STATEMENTS = {
    "SELECT 1; SELECT 2": "An operation is one statement; this text contains 2.",
    "DROP TABLE thing": ("An operation is a SELECT, INSERT, UPDATE or DELETE, not a DropStmt."),
    "SELECT FROM WHERE": 'The statement is not valid SQL: syntax error at or near "WHERE".',
    "SELECT %s": "Write placeholders as %(name)s, and a percent sign as %%, not '%s'.",
    "SELECT pg_sleep(1)": (
        "Operations may not call pg_sleep; compute the value in Python, or use a function of the "
        "allow-list."
    ),
    "SELECT NULL::regclass": (
        "Operations may not use the type regclass; it gives access to more than rows of tables."
    ),
    "SELECT current_user": (
        "Operations may not use CURRENT_USER; the platform chooses their role and database."
    ),
    "SELECT * FROM pg_authid": (
        "Operations use the tables of schema public; pg_authid is not one of them."
    ),
    "WITH a AS (DELETE FROM thing) SELECT 1": (
        "The CTE 'a' writes; send the write as a separate operation."
    ),
}


@pytest.mark.parametrize(("sql", "sentence"), STATEMENTS.items(), ids=list(STATEMENTS))
def test_sentences_of_refused_statements(sql: str, sentence: str) -> None:
    with pytest.raises(StatementRefusedError) as refusal:
        parse(sql)
    assert str(refusal.value) == sentence


FILTERS = {
    "colour": (
        "time-index-meta-tables has no filter 'colour'; it has data_source__uid, "
        "data_source__uid__in, identifier, identifier__contains, identifier__in, labels, "
        "labels__contains, labels__in, namespace, namespace__contains, namespace__in, "
        "namespace__isnull, organization_environment_uid, physical_schema, physical_schema__in, "
        "physical_table_name, physical_table_name__contains, physical_table_name__in, uid, uid__in."
    ),
    "namespace__isnull": "The filter 'namespace__isnull' takes true or false, not 'x'.",
    "limit": "The parameter 'limit' takes a number from 1 to 2147483647, not 'x'.",
}


@pytest.mark.parametrize(("name", "sentence"), FILTERS.items(), ids=list(FILTERS))
def test_sentences_of_filters(name: str, sentence: str) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        parse_query("time-index-meta-tables", {name: "x"}, 100)
    assert str(refusal.value) == sentence


def test_sentences_of_json_values() -> None:
    for value, reason in (
        ("a\x00b", "a text contains a NUL, which PostgreSQL cannot store"),
        ("\ud800", "a text contains an unpaired surrogate"),
        (float("nan"), "a number is not finite; send NaN and infinities as text"),
    ):
        with pytest.raises(ValueError, match=reason):
            check_json(value)


def test_sentences_of_postgresql(shared_client: Client) -> None:
    with (
        psycopg.connect(shared_client.admin_url) as admin,
        pytest.raises(psycopg.errors.DivisionByZero) as refusal,
    ):
        admin.execute("SELECT 1 / 0")
    assert str(failure(refusal.value)) == "PostgreSQL refused the statement: division by zero."
