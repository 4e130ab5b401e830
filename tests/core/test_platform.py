"""A platform that cannot be used is one sentence, with the cause attached, and soon."""

import itertools
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import pytest
from requests import Response
from sqlalchemy import insert, select

import msm
from msm.errors import (
    EndpointChangedError,
    GitContextError,
    PlatformError,
    PlatformRefusedError,
    PlatformUnreachableError,
)
from msm.models import Asset, AssetType
from msm.platform import probe, translated
from msm.sdk import ApiError, TransportError, failure_of, platform_endpoint
from msm_local.platform import LocalPlatform
from tests.conftest import ROOT
from tests.core.addresses import (
    PATH,
    TOKEN,
    VARIABLE,
    address_in,
    found_by_asking,
    pointed_at,
)
from tests.support.forked import run_forked, value_of
from tests.support.generation import GENERATION, only_mainsequence8, only_metatables

# What the SDK raises for its first request, of the context of the process.
NO_ANSWER, DENIED = {
    "metatables": ("TransportError(", "AuthenticationError("),
    "mainsequence8": ("CodeRepositoryContextError(", "CodeRepositoryContextError("),
}[GENERATION]


@dataclass(frozen=True)
class Raised:
    """An error of an attach, as far as it can be sent from a forked process."""

    message: str
    endpoint: str
    status_code: int | None
    cause: str
    reason: str
    seconds: float


def attach_raises(expected: type[PlatformError]) -> Raised:
    started = time.perf_counter()
    with pytest.raises(expected) as caught:
        msm.start_engine([Asset])
    error, seconds = caught.value, time.perf_counter() - started
    status = error.status_code if isinstance(error, PlatformRefusedError) else None
    cause = error.__cause__
    return Raised(str(error), error.endpoint, status, repr(cause), str(cause), seconds)


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


@pytest.fixture
def mute_port() -> Iterator[int]:
    """A port at which calls are taken and never answered, as by a process that was stopped."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.mark.parametrize(
    ("port", "cause"),
    [
        ("unused_port", "ConnectionRefusedError"),
        ("silent_port", "TimeoutError"),
        ("mute_port", "TimeoutError"),
    ],
)
def test_a_missing_platform_is_noticed_within_two_seconds(
    request: pytest.FixtureRequest, shared_environment: Mapping[str, str], port: str, cause: str
) -> None:
    endpoint = f"http://127.0.0.1:{request.getfixturevalue(port)}{PATH}"
    nowhere = pointed_at(shared_environment, endpoint)
    raised = value_of(attach_raises, PlatformUnreachableError, environment=nowhere)
    assert raised.endpoint == endpoint
    assert raised.cause.startswith(cause)
    assert raised.seconds < 2


@pytest.mark.parametrize(
    "endpoint", ["127.0.0.1:8000", "http://127.0.0.1:port", "http://[::1", "http://", "ftp://host"]
)
def test_an_endpoint_must_be_a_url(shared_environment: Mapping[str, str], endpoint: str) -> None:
    wrong = pointed_at(shared_environment, endpoint)
    raised = value_of(attach_raises, PlatformUnreachableError, environment=wrong)
    assert raised.message == (
        f"{VARIABLE} is {endpoint.rstrip('/')!r}, not a URL such as http://127.0.0.1:8000{PATH}; "
        "correct it, or run this under the local platform with `msm-local exec -- COMMAND`."
    )


def probe_with_and_without_a_proxy() -> None:
    # It is not on this machine, so it may be the hosted one itself.
    remedy = rf", or check {VARIABLE} and the network\.$"
    with pytest.raises(PlatformUnreachableError, match=remedy):
        probe()
    os.environ["http_proxy"] = "http://proxy.invalid"
    probe()


def test_a_proxied_platform_is_left_to_the_sdk(shared_environment: Mapping[str, str]) -> None:
    far = pointed_at(shared_environment, "http://platform.invalid")
    value_of(probe_with_and_without_a_proxy, environment=far)


def attach_to_another(endpoint: str) -> tuple[str, str, str, int]:
    types = select(AssetType.asset_type)
    first = msm.start_engine([AssetType])
    known = address_in(os.environ)
    os.environ[VARIABLE] = endpoint
    with pytest.raises(EndpointChangedError) as caught:
        msm.start_engine([AssetType])
    first.execute(insert(AssetType).values(asset_type="bond", display_name="Bond"))
    return known, str(caught.value), caught.value.configured, first.execute(types).row_count


def test_a_second_platform_in_one_process_is_refused(
    shared_environment: Mapping[str, str], fresh_platform: LocalPlatform
) -> None:
    another = fresh_platform.endpoint + PATH
    known, words, configured, count = value_of(
        attach_to_another, another, environment=shared_environment
    )
    assert configured == another
    assert words == (
        f"{VARIABLE} is {configured} now, but this process sends every request to {known}, which "
        f"it began with; start a new process for {configured}, or set {VARIABLE} back to {known}."
    )
    assert count == 1


def attach_after_a_failure(missing: str) -> int:
    """Attach where the SDK finds no Git context, and again once it does."""
    found = os.environ["GIT_DIR"]
    os.environ["GIT_DIR"] = missing
    with pytest.raises(GitContextError):
        msm.start_engine([AssetType])
    os.environ["GIT_DIR"] = found
    return len(msm.start_engine([AssetType]).meta_tables)


@only_mainsequence8
def test_a_failed_attach_can_be_repeated(
    shared_environment: Mapping[str, str], tmp_path: Path
) -> None:
    missing = str(tmp_path / "nothing")
    assert value_of(attach_after_a_failure, missing, environment=shared_environment) == 1


@pytest.fixture
def failing_port() -> Iterator[int]:
    """A port that answers the probe, and hangs up on whatever comes after it."""

    def answer() -> None:
        with suppress(OSError):
            for number in itertools.count():
                connection, _ = server.accept()
                with connection:
                    connection.recv(1 << 16)
                    if number == 0:
                        connection.sendall(b"HTTP/1.0 404 Not Found\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer)
        thread.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def attach_without_pauses() -> Raised:
    """The SDK asks 60 times, with pauses of a minute in all."""
    with mock.patch.object(time, "sleep"):
        return attach_raises(PlatformUnreachableError)


def test_a_platform_that_stops_answering_is_reported(
    shared_environment: Mapping[str, str], failing_port: int
) -> None:
    endpoint = f"http://127.0.0.1:{failing_port}{PATH}"
    failing = pointed_at(shared_environment, endpoint)
    finished = run_forked(attach_without_pauses, environment=failing, folder=ROOT)
    assert finished.value.endpoint == endpoint
    assert finished.value.cause.startswith(NO_ANSWER)
    assert "Traceback" not in finished.stderr


def test_a_wrong_token_is_refused_without_a_traceback(
    shared_environment: Mapping[str, str],
) -> None:
    wrong = {**shared_environment, TOKEN: "wrong"}
    finished = run_forked(attach_raises, PlatformRefusedError, environment=wrong, folder=ROOT)
    assert finished.value.status_code == 401
    assert finished.value.cause.startswith(DENIED)
    assert "Traceback" not in finished.stderr


def test_a_missing_git_context_says_the_remedy(
    shared_environment: Mapping[str, str], tmp_path: Path
) -> None:
    nowhere = {**found_by_asking(shared_environment), "GIT_DIR": str(tmp_path / "nothing")}
    raised = value_of(attach_raises, GitContextError, environment=nowhere)
    assert raised.message == (
        "The platform cannot tell which repository branch this is "
        f"({raised.reason.rstrip('.')}); run it from a clone with a commit, a branch checked out "
        "and a remote, or under `msm-local exec -- COMMAND`."
    )


@only_metatables
def test_a_platform_without_an_api_is_one_sentence(
    shared_environment: Mapping[str, str],
) -> None:
    finished = run_forked(
        attach_raises, PlatformError, environment=found_by_asking(shared_environment), folder=ROOT
    )
    assert finished.exit_code == 0, finished.stderr
    endpoint = shared_environment["MAINSEQUENCE_ENDPOINT"]
    assert finished.value.endpoint == endpoint
    assert finished.value.message == (
        f"METATABLES_API_URL is not set, and the platform at {endpoint} cannot say where its API "
        "of tables is; run this with `msm-local exec -- COMMAND`, which sets it."
    )


def response(status: int) -> Response:
    made = Response()
    made.status_code = status
    return made


AT = platform_endpoint()


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            TransportError("no answer"),
            f"The platform at {AT.url} did not answer a lookup; try later, or check {AT.variable}.",
        ),
        (
            ApiError("wrong token", response=response(401)),
            (
                f"The platform at {AT.url} does not accept the token in {AT.token} (401: wrong "
                "token); run this under `msm-local exec -- COMMAND` of this checkout, or log in to "
                "the hosted platform with `mainsequence login`."
            ),
        ),
        (
            ApiError("out of order", response=response(500)),
            f"The platform at {AT.url} refused a lookup (500): out of order",
        ),
    ],
)
def test_a_refusal_says_what_was_refused(
    monkeypatch: pytest.MonkeyPatch, error: ApiError, message: str
) -> None:
    monkeypatch.setenv(AT.token, "wrong")
    assert str(translated("a lookup", failure_of(error))) == message


def test_a_missing_token_is_no_wrong_one() -> None:
    error = ApiError("No auth configured.", response=response(401))
    assert str(translated("a lookup", failure_of(error))) == (
        f"The platform at {AT.url} needs a login (401: No auth configured); run this under "
        "`msm-local exec -- COMMAND` of this checkout, or log in to the hosted platform with "
        "`mainsequence login`."
    )
