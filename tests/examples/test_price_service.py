"""The service of examples/price_service: by its page, under each server, and by schemathesis."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from tests.conftest import ROOT
from tests.support.forked import value_of
from tests.support.history import HEAD
from tests.support.ports import own_port
from tests.support.waiting import soon

APP = "examples.price_service.app:app"
SERVERS = {
    "uvicorn": ("uvicorn", APP, "--port"),
    "gunicorn": (
        "gunicorn",
        "--preload",
        "--workers",
        "2",
        "--worker-class",
        "asgi",
        APP,
        "--bind",
    ),
}
CLIENTS, REQUESTS = 16, 2000
EXAMPLES = 30
PROBLEM = "application/problem+json"
OPERATIONS = (
    "GET /ready",
    "POST /assets",
    "GET /assets/{identifier}",
    "DELETE /assets/{identifier}",
    "PUT /prices",
    "GET /prices/{identifier}",
    "GET /prices/{identifier}/latest",
)
DAY = "2025-01-02T00:00:00Z"


def answering(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ready").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(params=SERVERS)
def service(
    request: pytest.FixtureRequest, tmp_path: Path, environment: Mapping[str, str]
) -> Iterator[str]:
    """The URL of the service, under a server."""
    port = own_port()
    address = str(port) if request.param == "uvicorn" else f"127.0.0.1:{port}"
    url = f"http://127.0.0.1:{port}"
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *SERVERS[request.param], address],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=log,
            stderr=log,
        )
        try:
            # It imports the SDK, and attaches, before it listens.
            started = any(soon(lambda: answering(url)) for _ in range(4))
            assert started, (tmp_path / "log").read_text()
            yield url
        finally:
            process.terminate()
            process.wait()


def call_each() -> list[tuple[int, Any]]:
    from fastapi.testclient import TestClient

    from examples.price_service.app import app

    client = TestClient(app)
    price = {"time_index": DAY, "asset_identifier": "A", "close": 1.5}
    calls: list[tuple[str, str, Any]] = [
        ("GET", "/ready", None),
        ("POST", "/assets", {"unique_identifier": "A"}),
        ("POST", "/assets", {"unique_identifier": "A"}),
        ("POST", "/assets", {"unique_identifer": "B"}),
        ("GET", "/assets/A", None),
        ("GET", "/assets/B", None),
        ("PUT", "/prices", [price]),
        ("PUT", "/prices", [price | {"asset_identifier": "B"}]),
        ("PUT", "/prices", [price, price]),
        ("PUT", "/prices", [price | {"time_index": "2025-01-02T00:00:00"}]),
        ("GET", "/prices/A?size=1", None),
        ("GET", "/prices/A?cursor=x", None),
        ("GET", "/prices/A/latest", None),
        ("GET", "/prices/B/latest", None),
        ("GET", "/assets/%00", None),
        ("DELETE", "/assets/A", None),
        ("DELETE", "/assets/B", None),
    ]
    told = []
    for verb, path, body in calls:
        answer = client.request(verb, path, json=body)
        kind = answer.headers.get("Content-Type")
        assert (kind == PROBLEM) == (answer.status_code >= 400), path
        told.append((answer.status_code, answer.json() if answer.content else None))
    return told


def test_each_endpoint_answers_as_its_page_says(environment: Mapping[str, str]) -> None:
    told = value_of(call_each, environment=environment)
    assert [status for status, _ in told] == [
        *(200, 201, 409, 422, 200, 404, 200, 409, 422, 422),
        *(200, 422, 200, 404, 422, 409, 404),
    ]
    assert told[0][1] == {"tables": 2, "revision": HEAD}
    assert told[1][1].keys() == {"uid", "unique_identifier", "asset_type"}
    assert told[2][1]["values"] == {"unique_identifier": "A"}
    assert {tuple(fault["location"]) for fault in told[3][1]["errors"]} == {
        ("body", "unique_identifier"),
        ("body", "unique_identifer"),
    }
    assert told[10][1]["next"] is None
    assert [item["time_index"] for item in told[10][1]["items"]] == [DAY]
    assert told[12][1]["close"] == 1.5


def mix(url: str, client: int) -> Counter[tuple[str, int]]:
    """What a client is told that writes, reads, conflicts, and sends what is wrong."""
    told: Counter[tuple[str, int]] = Counter()
    with httpx.Client(base_url=url, timeout=60) as session:
        for place in range(REQUESTS // CLIENTS // 5):
            name = f"{client}-{place}"
            price = {"time_index": DAY, "asset_identifier": name, "close": place}
            calls: tuple[tuple[str, str, str, Any], ...] = (
                ("create", "POST", "/assets", {"unique_identifier": name}),
                ("conflict", "POST", "/assets", {"unique_identifier": "shared"}),
                ("write", "PUT", "/prices", [price]),
                ("read", "GET", f"/prices/{name}/latest", None),
                *(
                    ("in use", "DELETE", f"/assets/{name}", None),
                    ("missing", "GET", f"/assets/missing-{name}", None),
                    ("unknown", "PUT", "/prices", [price | {"asset_identifier": "missing"}]),
                    ("invalid", "GET", f"/prices/{name}?cursor={name}", None),
                )[place % 4 : place % 4 + 1],
            )
            for kind, verb, path, body in calls:
                answer = session.request(verb, path, json=body)
                problem = answer.headers["Content-Type"] == PROBLEM
                assert problem == (answer.status_code >= 400), answer.text
                assert not problem or answer.json()["status"] == answer.status_code
                told[kind, answer.status_code] += 1
    return told


@pytest.mark.slow
@pytest.mark.parametrize(
    "service", ["uvicorn", pytest.param("gunicorn", marks=pytest.mark.long)], indirect=True
)
def test_every_error_of_many_clients_is_a_problem(service: str) -> None:
    assert httpx.post(f"{service}/assets", json={"unique_identifier": "shared"}).status_code == 201
    with ThreadPoolExecutor(CLIENTS) as clients:
        told = sum(clients.map(mix, [service] * CLIENTS, range(CLIENTS)), Counter())
    assert told.total() == REQUESTS
    assert set(told) == {
        ("create", 201),
        ("conflict", 409),
        ("write", 200),
        ("read", 200),
        ("in use", 409),
        ("missing", 404),
        ("unknown", 409),
        ("invalid", 422),
    }


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Do not use the .random. module inside strategies")
@pytest.mark.parametrize("service", ["uvicorn"], indirect=True)
def test_no_generated_request_is_a_failure(service: str) -> None:
    described = schemathesis.openapi.from_dict(httpx.get(f"{service}/openapi.json").json())
    for name in OPERATIONS:
        verb, path = name.split()
        for mode in GenerationMode:
            fuzz(described[path][verb], mode, service)


def fuzz(operation: Any, mode: GenerationMode, url: str) -> None:
    @given(case=operation.as_strategy(generation_mode=mode))
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def send(case: Any) -> None:
        response = case.call(base_url=url)
        assert response.status_code < 500, response.text
        # A path or a method that is not described is a problem of Starlette, also without a test.
        if response.status_code not in {400, 405}:
            case.validate_response(
                response,
                checks=[
                    checks.status_code_conformance,
                    checks.content_type_conformance,
                    checks.response_schema_conformance,
                ],
            )

    try:
        send()
    except Unsatisfiable:
        # No text in a path is wrong, nor is a request without parameters.
        assert mode is GenerationMode.NEGATIVE
        assert operation.method in {"get", "delete"}
