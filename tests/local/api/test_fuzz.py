"""Requests generated from the OpenAPI description: no failure, and no undescribed answer."""

import re
from random import Random
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from msm_local.api.app import endpoints
from msm_local.api.metatables.app import create_metatables_app
from msm_local.api.openapi import operations
from msm_local.contract.paths import METATABLES_ROOT
from tests.local.conftest import Client

pytestmark = pytest.mark.slow

EXAMPLES = 20
WORDS = re.compile(r"\b")
CHECKS = [
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
# The description of each generation, by what stands before its paths.
APPS = {
    "": endpoints(),
    METATABLES_ROOT: create_metatables_app(),
}
OPERATIONS = [
    (root, f"{verb.upper()} {path}")
    for root, app in APPS.items()
    for path, verb, _operation in operations(app.openapi())
]
STATEMENTS = {
    "select": "SELECT * FROM plain WHERE s = %(s)s",
    "insert": "INSERT INTO plain (id, s) VALUES (%(id)s, %(s)s) RETURNING *",
    "update": "UPDATE plain SET s = %(s)s WHERE id = %(id)s",
    "delete": "DELETE FROM plain WHERE id = %(id)s",
    "upsert": "INSERT INTO plain (id, s) VALUES (%(id)s, %(s)s) ON CONFLICT (id) DO NOTHING",
}
# Parts that break statements: ends of literals, comments, second statements, other tables. Half of
# a surrogate pair is not here, because schemathesis cannot look at it; test_limits.py has it.
HOSTILE = (
    *("'", '"', "$$", "\\'", "E'\\'", "U&'\\0000'", "'\\x0", "--", "/*", "*/", ";", "(", ")"),
    *("%", "%(", "%s", "%(s)b", "$1", "$0", "\x00", "ﬀ", "SELECT", "::regclass"),
    *("; DROP TABLE plain", "(TABLE pg_authid)", "OR EXISTS (SELECT FROM later)", "FOR UPDATE"),
    *("pg_read_file('/etc/passwd')", "set_config('role', 'postgres', false)", "NULL::later"),
    *("(WITH a AS (DELETE FROM plain RETURNING *) TABLE a)", "CAST(NULL AS x)", "1e999999"),
)


@pytest.fixture(scope="module")
def uids(shared_client: Client) -> list[str]:
    """An active and a reserved table of either kind."""
    indexed = {"time_index_name": "t", "partition_strategy": "backend_default"}
    series = "time-index-meta-tables"
    return [
        shared_client.active("plain", "CREATE TABLE plain (id int PRIMARY KEY, s text)"),
        *shared_client.reserve("series", "later_series", resource=series, **indexed),
        *shared_client.reserve("later"),
    ]


@pytest.fixture(scope="module")
def schemas(shared_client: Client) -> dict[str, Any]:
    described = {
        "": shared_client.get("/openapi.json"),
        METATABLES_ROOT: shared_client.get(
            f"{shared_client.platform.endpoint}/metatables/openapi.json"
        ),
    }
    return {root: schemathesis.openapi.from_dict(text) for root, text in described.items()}


def aimed(chance: Random, body: Any, uids: list[str], source: str) -> Any:
    """The body, mostly with values that the catalog knows, so that it gets past the first check."""
    if isinstance(body, list):
        return [aimed(chance, item, uids, source) for item in body]
    if not isinstance(body, dict) or chance.random() < 0.3:
        return body
    body = {name: aimed(chance, value, uids, source) for name, value in body.items()}
    if "data_source_uid" in body:
        body["data_source_uid"] = source
    for name in ("meta_table_uid", "alembic_version_meta_table_uid"):
        if name in body:
            body[name] = chance.choice(uids)
    if "meta_table_uids" in body:
        body["meta_table_uids"] = uids
    if "physical_schema" in body:
        body["physical_schema"] = "public"
    if "sql" in body and "limits" in body and chance.random() < 0.7:
        body["sql"] = spoiled(chance, STATEMENTS[chance.choice(list(STATEMENTS))])
    if isinstance(body.get("statement"), dict):
        sql = STATEMENTS.get(str(body.get("operation")), "SELECT 1")
        body["statement"]["sql"] = spoiled(chance, sql)
        parameters = body["statement"].get("parameters")
        values = list(parameters.values()) if isinstance(parameters, dict) else []
        body["statement"]["parameters"] = dict(zip(("id", "s"), [*values, 1, "x"], strict=False))
    return body


def spoiled(chance: Random, sql: str) -> str:
    """The statement; half of the time something hostile is in it."""
    for _ in range(chance.choice((0, 0, 1, 2))):
        edges = [match.start() for match in WORDS.finditer(sql)]
        at = chance.choice([chance.randrange(len(sql) + 1), *edges])
        sql = f"{sql[:at]}{chance.choice(HOSTILE)} {sql[at:]}"
    return sql


@pytest.mark.filterwarnings("ignore:Do not use the .random. module inside strategies")
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("root", "name"), OPERATIONS)
def test_no_request_is_answered_outside_the_description(
    root: str,
    name: str,
    mode: GenerationMode,
    schemas: dict[str, Any],
    uids: list[str],
    shared_client: Client,
) -> None:
    verb, path = name.split()
    headers = dict(shared_client.http.headers)
    source = shared_client.data_source_uid

    @given(
        case=schemas[root][path][verb].as_strategy(generation_mode=mode),
        chance=strategies.randoms(use_true_random=False),
    )
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def fuzz(case: Any, chance: Random) -> None:
        if "uid" in case.path_parameters and chance.random() < 0.6:
            case.path_parameters["uid"] = chance.choice([*uids, source])
        if not root and path.endswith("run-query/") and chance.random() < 0.7:
            case.body = spoiled(chance, STATEMENTS[chance.choice(list(STATEMENTS))])
        if isinstance(case.body, dict | list):
            case.body = aimed(chance, case.body, uids, source)
        endpoint = f"{shared_client.platform.endpoint}{root}"
        response = case.call(base_url=endpoint, headers=headers)
        assert response.status_code != 500, response.text
        case.validate_response(response, checks=CHECKS)

    fuzz()
