"""The one request to the API of tables: what is sent again, and what is not known afterwards."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import pytest
import requests

from msm.sdk import transport
from msm.sdk.failure import LostAnswerError, NoAnswerError
from msm.sdk.transport import post
from tests.support.forked import value_of

BODY = b'{"sql": "x"}'
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
BUSY = b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 4\r\n\r\nbusy"
FAILED = b"HTTP/1.1 500 Failed\r\nContent-Length: 0\r\n\r\n"
CROWDED = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 4\r\n\r\nfull"
DENIED = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
# A server that ends while it answers, and one that ends without an answer.
CUT = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"
NOTHING = b""


@dataclass
class Server:
    """Answers each request with the next of the answers; the last one is repeated.

    Attributes:
        answers: raw HTTP; an empty one ends the connection.
        requests: the raw requests that came.
        connections: how many were made.
    """

    answers: list[bytes]
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    url: str = ""

    def serve(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listening.accept()
                self.connections += 1
                threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while request := read(connection):
                self.requests.append(request)
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                connection.sendall(answer)
                if answer in {NOTHING, CUT}:
                    return


def read(connection: socket.socket) -> bytes:
    """A whole request; empty where the client ended the connection."""
    request = b""
    # The head and the body may come apart.
    while not request.endswith(BODY) and (part := connection.recv(1 << 16)):
        request += part
    return request


@contextmanager
def serving(*answers: bytes) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(list(answers), url=f"http://127.0.0.1:{listening.getsockname()[1]}/x/")
        thread = threading.Thread(target=server.serve, args=(listening,))
        thread.start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


def send(
    url: str,
    *,
    repeatable: bool = False,
    wait: float = 5.0,
    untouched: Callable[[requests.Response], bool] = lambda _response: False,
) -> requests.Response:
    def authorize(again: bool) -> dict[str, str]:
        return {"X-Token": "new" if again else "old"}

    return post(
        url,
        BODY,
        like=requests.Session(),
        authorize=authorize,
        wait=wait,
        repeatable=repeatable,
        untouched=untouched,
        crowded=lambda response: response.text == "full",
    )


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "PAUSE", 0.001)


@pytest.mark.parametrize("fault", [NOTHING, CUT])
def test_a_write_is_never_sent_twice(fault: bytes) -> None:
    with serving(fault, OK) as server, pytest.raises(LostAnswerError):
        send(server.url)
    assert len(server.requests) == 1


@pytest.mark.parametrize("fault", [NOTHING, CUT, BUSY])
def test_a_read_is_sent_again(fault: bytes) -> None:
    with serving(fault, fault, OK) as server:
        assert send(server.url, repeatable=True).status_code == 200
    assert len(server.requests) == 3


def test_a_read_is_given_up_after_three_times() -> None:
    with serving(NOTHING) as server, pytest.raises(NoAnswerError):
        send(server.url, repeatable=True)
    assert len(server.requests) == 3


def test_a_busy_platform_is_told_after_three_times() -> None:
    with serving(BUSY) as server:
        assert send(server.url, repeatable=True).status_code == 503
    assert len(server.requests) == 3


def test_a_write_that_was_not_begun_is_sent_again() -> None:
    with serving(BUSY, OK) as server:
        answer = send(server.url, untouched=lambda response: response.text == "busy")
    assert (answer.status_code, len(server.requests)) == (200, 2)


@pytest.mark.parametrize("repeatable", [False, True])
def test_a_free_connection_is_waited_for(repeatable: bool) -> None:
    with serving(*[CROWDED] * 5, OK) as server:
        assert send(server.url, repeatable=repeatable).status_code == 200
    assert len(server.requests) == 6


def test_a_free_connection_is_not_waited_for_forever() -> None:
    with serving(CROWDED) as server:
        assert send(server.url).status_code == 400
    assert len(server.requests) == 6


def test_an_error_of_the_platform_comes_back() -> None:
    with serving(FAILED) as server:
        assert send(server.url).status_code == 500
        assert send(server.url, repeatable=True).status_code == 500
    assert len(server.requests) == 2


def test_a_connection_that_failed_has_written_nothing() -> None:
    with serving(OK) as server:
        pass
    with pytest.raises(NoAnswerError, match="Connection refused"):
        send(server.url)


def test_a_silent_server_is_given_up_in_time(silent_port: int) -> None:
    started = time.monotonic()
    with pytest.raises(NoAnswerError):
        send(f"http://127.0.0.1:{silent_port}/", wait=0.3)
    assert time.monotonic() - started < 2


def test_a_slow_answer_to_a_write_is_lost() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(LostAnswerError):
        send(f"http://127.0.0.1:{mute.getsockname()[1]}/", wait=0.3)


def test_a_refused_token_is_renewed_once() -> None:
    with serving(DENIED, OK) as server:
        assert send(server.url).status_code == 200
    assert [b"X-Token: new" in request for request in server.requests] == [False, True]
    with serving(DENIED) as server:
        assert send(server.url).status_code == 401
    assert len(server.requests) == 2


def test_a_redirect_is_not_followed() -> None:
    moved = (
        b"HTTP/1.1 307 Moved\r\nLocation: http://elsewhere.invalid/\r\nContent-Length: 0\r\n\r\n"
    )
    with serving(moved) as server:
        assert send(server.url).status_code == 307


def test_a_connection_is_used_again() -> None:
    with serving(OK) as server:
        for _ in range(3):
            send(server.url)
    assert (server.connections, len(server.requests)) == (1, 3)


def test_an_idle_connection_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server may end it at the moment at which a write is sent over it."""
    monkeypatch.setattr(transport, "IDLE_SECONDS", 0.05)
    with serving(OK) as server:
        send(server.url)
        time.sleep(0.1)
        send(server.url)
    assert server.connections == 2


def send_twice(url: str) -> None:
    send(url)
    send(url)


def test_each_thread_has_its_connection() -> None:
    with serving(OK) as server:
        threads = [threading.Thread(target=send_twice, args=(server.url,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (server.connections, len(server.requests)) == (3, 6)


def send_around_a_fork(url: str) -> int:
    """Statuses of a request of the parent, of its child, and of the parent again."""
    import os

    send(url)
    child = os.fork()
    if child == 0:
        os._exit(0 if send(url).status_code == 200 else 1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) or send(url).status_code


def test_a_forked_process_has_its_connection() -> None:
    with serving(OK) as server:
        nowhere = {"MAINSEQUENCE_ENDPOINT": "http://127.0.0.1:1"}
        assert value_of(send_around_a_fork, server.url, environment=nowhere) == 200
    assert (server.connections, len(server.requests)) == (2, 3)
