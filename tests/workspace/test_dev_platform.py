"""./dev run asks whether a platform answers, before it starts a command of the SDK."""

import json
import os
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.workspace.checkout import USING, Checkout, sentence_of, within_two_seconds

# How a command of the SDK ends that nothing has stopped: code, standard output, standard error.
REACHED = (7, "reached mainsequence in .venv\n", USING["metatables"])
HOSTED = "if you mean the hosted one, set MAINSEQUENCE_ENDPOINT to its URL."


@pytest.mark.parametrize("form", ["http://127.0.0.1:{}", "https://127.0.0.1:{}/"])
def test_the_sdk_does_not_start_without_a_platform(
    checkout: Checkout, closed_port: int, form: str
) -> None:
    endpoint = form.format(closed_port)
    result = sentence_of(
        within_two_seconds(
            checkout, "run", "mainsequence", "migrations", MAINSEQUENCE_ENDPOINT=endpoint
        )
    )
    assert endpoint in result
    assert "Connection refused" in result
    assert "./dev run msm-local exec -- mainsequence migrations'" in result
    assert result.endswith("or set the variable to the hosted platform.")


def test_metatables_is_probed_at_its_own_variable(
    checkout: Checkout, closed_port: int, answering_port: int
) -> None:
    here, there = f"http://127.0.0.1:{closed_port}/metatables", f"http://127.0.0.1:{answering_port}"
    command = ("run", "metatables", "migrations", "current")
    refused = checkout.dev(*command, METATABLES_API_URL=here, MAINSEQUENCE_ENDPOINT=there)
    assert sentence_of(refused) == (
        f"./dev: no platform answers at METATABLES_API_URL {here} ([Errno 111] Connection refused);"
        " start the local one with './dev run msm-local exec -- metatables migrations current', or "
        "unset the variable for the hosted platform."
    )
    for variables in (
        {"METATABLES_API_URL": there, "MAINSEQUENCE_ENDPOINT": here},
        {"MAINSEQUENCE_ENDPOINT": there},
    ):
        result = checkout.dev(*command, **variables)
        assert (result.returncode, result.stderr) == (7, USING["metatables"])
    # The other commands do not use it.
    login = checkout.dev("run", "mainsequence", "login", METATABLES_API_URL=here)
    assert login.returncode == 7


def test_a_full_queue_fails_within_two_seconds(checkout: Checkout, silent_port: int) -> None:
    endpoint = f"http://127.0.0.1:{silent_port}"
    result = within_two_seconds(
        checkout, "run", "mainsequence", "login", MAINSEQUENCE_ENDPOINT=endpoint
    )
    assert "no answer within" in sentence_of(result) or "timed out" in result.stderr


@pytest.mark.parametrize(
    ("endpoint", "reason"),
    [
        ("http://host:port", "as 'port'"),
        # The SDK's login accepts these, but no other command of the SDK does.
        ("127.0.0.1:8000", "it is not a URL like http://127.0.0.1:8000"),
        ("host", "it is not a URL like http://127.0.0.1:8000"),
    ],
)
def test_an_endpoint_must_be_a_url(checkout: Checkout, endpoint: str, reason: str) -> None:
    result = checkout.dev("run", "mainsequence", "login", MAINSEQUENCE_ENDPOINT=endpoint)
    assert reason in sentence_of(result)


def test_the_endpoint_is_read_from_a_dotenv_file(checkout: Checkout, closed_port: int) -> None:
    endpoint = f"http://127.0.0.1:{closed_port}"
    (checkout.folder / ".env").write_text(f"A=b\r\nMAINSEQUENCE_ENDPOINT={endpoint}\r\n")
    result = sentence_of(checkout.dev("run", "mainsequence", "login"))
    assert f"{endpoint} (" in result
    assert "Connection refused" in result


def test_a_suspended_platform_fails_within_two_seconds(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        endpoint = f"http://127.0.0.1:{mute.getsockname()[1]}"
        result = within_two_seconds(
            checkout, "run", "mainsequence", "login", MAINSEQUENCE_ENDPOINT=endpoint
        )
    assert "no answer within" in sentence_of(result) or "timed out" in result.stderr


@pytest.mark.parametrize("case", ["answering", "help", "proxy"])
def test_the_sdk_starts_if_the_probe_succeeds(
    checkout: Checkout, closed_port: int, answering_port: int, case: str
) -> None:
    endpoint = f"http://127.0.0.1:{answering_port if case == 'answering' else closed_port}"
    proxy = {"http_proxy": "http://proxy.invalid"} if case == "proxy" else {}
    arguments = ("upgrade", "--help") if case == "help" else ("upgrade",)
    result = checkout.dev(
        "run", "mainsequence", *arguments, MAINSEQUENCE_ENDPOINT=endpoint, **proxy
    )
    assert (result.returncode, result.stdout, result.stderr) == REACHED


def test_the_platform_of_another_checkout_is_refused(
    checkout: Checkout, answering_port: int
) -> None:
    endpoint = f"http://127.0.0.1:{answering_port}"
    arguments = ("run", "mainsequence", "upgrade")
    file = checkout.folder / ".msm-local" / "default" / "state.json"
    file.parent.mkdir(parents=True)
    running = {"pid": os.getpid(), "port": 1, "endpoint": "http://127.0.0.1:1"}
    file.write_text(json.dumps(running))
    result = checkout.dev(*arguments, MAINSEQUENCE_ENDPOINT=endpoint)
    assert sentence_of(result) == (
        f"./dev: MAINSEQUENCE_ENDPOINT is {endpoint}, but the platform of this checkout is "
        "http://127.0.0.1:1; run './dev run msm-local exec -- mainsequence upgrade' to use it, "
        "or run this in the other checkout."
    )
    # The own platform, one that has ended, and a damaged file: none shows that it is another one.
    for state in (running | {"port": answering_port}, running | {"pid": 2**22}, "damaged"):
        file.write_text(json.dumps(state))
        result = checkout.dev(*arguments, MAINSEQUENCE_ENDPOINT=endpoint)
        assert (result.returncode, result.stdout, result.stderr) == REACHED


def test_a_failed_command_suggests_the_local_platform(checkout: Checkout) -> None:
    result = checkout.dev("run", "mainsequence", "upgrade", MAINSEQUENCE_ENDPOINT="")
    assert (result.returncode, result.stdout) == REACHED[:2]
    assert result.stderr == USING["metatables"] + (
        "./dev: MAINSEQUENCE_ENDPOINT is not set, so the command used the hosted platform; for the "
        "local one, run './dev run msm-local exec -- mainsequence upgrade'.\n"
    )


@pytest.mark.parametrize("verb", ["current", "upgrade", "downgrade", "revision"])
@pytest.mark.parametrize(
    "command",
    [
        ("metatables", "migrations"),
        ("metatables", "--json", "migrations"),
        ("mainsequence", "migrations"),
        ("ms", "migrations"),
        ("env", "A=b", "metatables", "migrations"),
    ],
    ids=" ".join,
)
def test_a_forgotten_exec_never_uses_the_hosted_platform(
    checkout: Checkout, command: tuple[str, ...], verb: str
) -> None:
    words = (*command, verb, "--provider", "migrations:migration")
    # METATABLES_API_URL counts where the SDK reads it: in the environment, and not in .env.
    (checkout.folder / ".env").write_text("METATABLES_API_URL=http://127.0.0.1:1/metatables\n")
    assert sentence_of(checkout.dev("run", *words)) == (
        f"./dev: no endpoint is set, so '{verb}' would use the hosted platform; for the local one, "
        f"run './dev run msm-local exec -- {' '.join(words)}'; {HOSTED}"
    )


@pytest.mark.parametrize("place", ["environment", ".env"])
def test_a_named_endpoint_may_be_changed(
    checkout: Checkout, answering_port: int, place: str
) -> None:
    endpoint = f"http://127.0.0.1:{answering_port}"
    variables = {"MAINSEQUENCE_ENDPOINT": endpoint} if place == "environment" else {}
    if place == ".env":
        (checkout.folder / ".env").write_text(f"MAINSEQUENCE_ENDPOINT={endpoint}\n")
    for command, sdk in (("metatables", "metatables"), ("mainsequence", "mainsequence8")):
        result = checkout.dev("run", command, "migrations", "upgrade", **variables)
        assert (result.returncode, result.stderr) == (7, USING[sdk])


@pytest.mark.parametrize(
    "words",
    [
        ("migrations", "upgrade", "--help"),
        # It finds the vendor's own server on this machine.
        ("--local", "migrations", "upgrade"),
    ],
    ids=" ".join,
)
def test_without_use_of_the_platform_nothing_is_refused(
    checkout: Checkout, words: tuple[str, ...]
) -> None:
    result = checkout.dev("run", "metatables", *words)
    assert (result.returncode, result.stderr) == (7, USING["metatables"])


def test_other_commands_may_use_the_hosted_platform(checkout: Checkout) -> None:
    result = checkout.dev("run", "metatables", "namespaces", "-m", "upgrade of upgrade")
    assert result.returncode == 7
    assert "is not set, so the command used the hosted platform" in result.stderr


class Guarded(BaseHTTPRequestHandler):
    """Answers as a platform does: a request without the token `right` gets 401."""

    def do_HEAD(self) -> None:
        below = self.path.startswith("/metatables/")
        local = self.headers["X-Metatables-Local-Token"] if below else None
        given = local or (self.headers["Authorization"] or "").removeprefix("Bearer ")
        self.send_response(404 if given == "right" else 401)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Keep quiet."""


@pytest.fixture
def guarded() -> Iterator[str]:
    """The endpoint of a platform that asks for a token."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Guarded) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


LOCAL, ACCESS = "METATABLES_LOCAL_TOKEN", "MAINSEQUENCE_ACCESS_TOKEN"


@pytest.mark.parametrize(
    ("tokens", "wrong"),
    [
        ({LOCAL: "right", ACCESS: "wrong"}, None),
        ({LOCAL: "wrong", ACCESS: "right"}, LOCAL),
        ({ACCESS: "right"}, None),
        ({ACCESS: "wrong"}, ACCESS),
        # The SDK may have a login of its own.
        ({}, None),
    ],
    ids=str,
)
def test_a_wrong_token_is_refused_before_the_sdk_starts(
    checkout: Checkout, guarded: str, tokens: dict[str, str], wrong: str | None
) -> None:
    command, url = ("metatables", "migrations", "current"), f"{guarded}/metatables"
    result = checkout.dev("run", *command, METATABLES_API_URL=url, **tokens)
    if wrong is None:
        assert (result.returncode, result.stderr) == (7, USING["metatables"])
        return
    assert sentence_of(result) == (
        f"./dev: the platform at METATABLES_API_URL {url} does not accept the token in {wrong}; "
        "run './dev run msm-local exec -- metatables migrations current', which passes the right "
        "one."
    )


def test_sdk_8_is_asked_for_its_own_token(checkout: Checkout, guarded: str) -> None:
    command = ("run", "mainsequence", "migrations", "current")
    tokens = {LOCAL: "right", ACCESS: "wrong"}
    result = checkout.dev(*command, MAINSEQUENCE_ENDPOINT=guarded, **tokens)
    assert f"does not accept the token in {ACCESS}; run" in sentence_of(result)
