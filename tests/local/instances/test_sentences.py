"""The golden tests of the command line's errors: whole sentences, a few for each family.

Other tests assert the class of an error and its facts, so that a rewording changes only a golden
test. Some of these are where their situation is made: see test_faults, test_reset, test_doctor,
test_state_folder and test_privileges.
"""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from msm.errors.commands import migration_command
from msm_local.client.git_context import git_environment
from msm_local.errors import (
    AlreadyRunningError,
    GitUnavailableError,
    InvalidNameError,
    MsmLocalError,
    NotEmbeddedError,
    NotRunningError,
    StateFolderError,
    UnhealthyError,
    UnknownRevisionError,
)
from msm_local.instances.health import call_health
from msm_local.instances.instance import Instance, find_instance
from msm_local.reset.reset import reset
from msm_local.status.providers import Provider
from msm_local.status.revisions import read_revisions
from tests.local.shell import NAME, Shell

COMMAND = f"msm-local --name {NAME}"


def test_sentences_of_a_stopped_platform(shell: Shell) -> None:
    stopped = f"The platform '{NAME}' of {shell.folder} is not running"
    assert shell.refused(NotRunningError, "env") == (f"{stopped}; start it with `{COMMAND} start`.")


def test_sentences_of_a_running_platform(shell: Shell) -> None:
    state = shell.start()
    running: dict[tuple[str, ...], tuple[type[MsmLocalError], str]] = {
        ("start", "--port", "1"): (
            AlreadyRunningError,
            (
                f"The platform is already running on port {state['port']}; run `{COMMAND} stop` "
                "before you choose another port."
            ),
        ),
        ("start", "--database-url", "postgresql://127.0.0.1:1/x"): (
            AlreadyRunningError,
            (
                f"The platform is already running on another database; run `{COMMAND} stop` before "
                "--database-url or --embedded."
            ),
        ),
        ("destroy",): (
            AlreadyRunningError,
            (
                f"The platform is running with pid {state['pid']}; run `{COMMAND} stop` first, or "
                "destroy it with --force."
            ),
        ),
    }
    for command, (error, sentence) in running.items():
        assert shell.refused(error, *command) == sentence
    path = shell.state / "state.json"
    content = path.read_text()
    path.write_text("damaged")
    assert shell.refused(StateFolderError, "env") == (
        f"{path} is damaged (Expecting value: line 1 column 1 (char 0)); run `{COMMAND} stop`, "
        "which ends its platform and loses no data."
    )
    path.write_text(content.replace('"token": "', '"token": "x'))
    assert shell.refused(UnhealthyError, "env", "--check") == (
        f"No healthy platform answers at {state['endpoint']} (The request has a wrong token for "
        f"the platform '{NAME}' of {shell.folder}; run `msm-local env` there, which prints it.); "
        f"see `{COMMAND} status`."
    )
    path.write_text(content)


class _OlderServer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"ok": true, "msm_local": "0.0.9", "postgresql": "18.4"}')


def test_a_server_of_an_older_version_is_not_healthy() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _OlderServer) as server:
        Thread(target=server.serve_forever, args=(0.01,)).start()
        with pytest.raises(ValueError, match=r"^it was started by an older version of msm-local$"):
            call_health(f"http://127.0.0.1:{server.server_port}", "token")
        server.shutdown()


def test_sentences_of_names() -> None:
    with pytest.raises(InvalidNameError) as refusal:
        find_instance("../x")
    assert str(refusal.value) == (
        "The instance name '../x' is not valid; use at most 48 letters, digits, '-' and '_', and "
        "begin with a letter or digit."
    )


def test_sentences_of_git(tmp_path: Path) -> None:
    with pytest.raises(GitUnavailableError) as refusal:
        git_environment(tmp_path, tmp_path, tmp_path / "git", {"PATH": "/nonexistent"})
    assert str(refusal.value) == (
        "The SDK asks Git for a repository, and there is no git on PATH; install git."
    )


def test_sentences_of_a_database_that_is_not_ours(tmp_path: Path) -> None:
    instance = Instance(tmp_path, NAME, tmp_path / ".msm-local" / NAME)
    instance.prepare()
    instance.remember_database_url("postgresql://127.0.0.1:1/x")
    with pytest.raises(NotEmbeddedError) as refusal:
        reset(instance, providers=[Provider("example:migration")])
    downgrade = migration_command("downgrade", "example:migration", "base")
    assert str(refusal.value) == (
        f"msm-local does not replace the database of --database-url; run `{COMMAND} exec -- "
        f"{downgrade}` instead, or start with --embedded."
    )


def test_sentences_of_revisions(tmp_path: Path) -> None:
    instance = Instance(tmp_path, NAME, tmp_path / "state")
    with pytest.raises(UnknownRevisionError) as refusal:
        reset(instance, providers=[Provider("example:migration")])
    assert str(refusal.value) == (
        f"There is no folder with the revisions of 'example:migration' in {tmp_path}; name the "
        "provider of the project with --provider, such as `package:migration`."
    )
    versions = tmp_path / "example" / "versions"
    versions.mkdir(parents=True)
    with pytest.raises(UnknownRevisionError) as refusal:
        reset(instance, providers=[Provider("example:migration")], target="4711")
    assert str(refusal.value) == (
        f"There is no revision '4711' in {versions}; choose head, base or one of none."
    )
    broken = versions / "broken.py"
    broken.write_text("revision = 1 +")
    with pytest.raises(MsmLocalError) as unreadable:
        read_revisions(versions)
    assert str(unreadable.value) == (
        f"{broken} cannot be read as a revision (invalid syntax (<unknown>, line 1)); fix or "
        "remove it."
    )
