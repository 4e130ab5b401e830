"""A platform that cannot be used is one sentence, with the cause attached, and soon."""

import itertools
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from unittest import mock

import pytest

import msm
from msm.errors import GitContextError, PlatformRefusedError, PlatformUnreachableError
from msm.models import Asset
from msm.platform import probe
from tests.conftest import ROOT
from tests.support.forked import run_forked, value_of


def attach_raises(expected: type[Exception]) -> tuple[str, str, float]:
    started = time.perf_counter()
    with pytest.raises(expected) as caught:
        msm.start_engine([Asset])
    return str(caught.value), repr(caught.value.__cause__), time.perf_counter() - started


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
def test_without_a_platform_it_says_so_within_two_seconds(
    request: pytest.FixtureRequest, environment: Mapping[str, str], port: str, cause: str
) -> None:
    endpoint = f"http://127.0.0.1:{request.getfixturevalue(port)}"
    nowhere = {**environment, "MAINSEQUENCE_ENDPOINT": endpoint}
    words, why, seconds = value_of(attach_raises, PlatformUnreachableError, environment=nowhere)
    assert words.startswith(f"No platform answers at {endpoint} (")
    assert "start the local one" in words
    assert why.startswith(cause)
    assert seconds < 2


@pytest.mark.parametrize(
    "endpoint", ["127.0.0.1:8000", "http://127.0.0.1:port", "http://[::1", "http://", "ftp://host"]
)
def test_an_endpoint_that_is_no_url_is_refused(
    monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("MAINSEQUENCE_ENDPOINT", endpoint)
    with pytest.raises(PlatformUnreachableError, match=r"is no URL like http://127\.0\.0\.1:8000"):
        probe()


def test_a_platform_that_only_a_proxy_reaches_is_left_to_the_sdk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAINSEQUENCE_ENDPOINT", "http://platform.invalid")
    with pytest.raises(PlatformUnreachableError):
        probe()
    monkeypatch.setenv("http_proxy", "http://proxy.invalid")
    probe()


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


def attach_without_pauses() -> tuple[str, str, float]:
    """The SDK asks 60 times, with pauses of a minute in all."""
    with mock.patch.object(time, "sleep"):
        return attach_raises(PlatformUnreachableError)


def test_a_platform_that_stops_answering_is_one_sentence(
    environment: Mapping[str, str], failing_port: int
) -> None:
    failing = {**environment, "MAINSEQUENCE_ENDPOINT": f"http://127.0.0.1:{failing_port}"}
    finished = run_forked(attach_without_pauses, environment=failing, folder=ROOT)
    words, why, _ = finished.value
    assert words == (
        f"The platform at http://127.0.0.1:{failing_port} did not answer the Git context of this "
        "checkout, though the SDK asked again and again; try later, or see whether "
        "MAINSEQUENCE_ENDPOINT is right."
    )
    assert why.startswith("CodeRepositoryContextError(")
    assert "Traceback" not in finished.stderr


def test_a_wrong_token_is_one_sentence_and_no_traceback_of_the_sdk(
    environment: Mapping[str, str],
) -> None:
    wrong = {**environment, "MAINSEQUENCE_ACCESS_TOKEN": "wrong"}
    finished = run_forked(attach_raises, PlatformRefusedError, environment=wrong, folder=ROOT)
    words, why, _ = finished.value
    assert "does not accept the token in MAINSEQUENCE_ACCESS_TOKEN (401: " in words
    assert why.startswith("CodeRepositoryContextError(")
    assert "Traceback" not in finished.stderr


def test_without_a_git_context_it_says_what_is_missing(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    nowhere = {**environment, "GIT_DIR": str(tmp_path / "nothing")}
    words, why, _ = value_of(attach_raises, GitContextError, environment=nowhere)
    assert "cannot tell which repository branch this is (Could not resolve Git" in words
    assert "); run it from a clone with a commit, a branch checked out and a remote, or" in words
    assert "msm-local exec" in words
    assert why.startswith("CodeRepositoryContextError(")
