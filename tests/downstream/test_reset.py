"""`msm-local reset` and `status` on the two example projects, by the providers that they name."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from msm_local.errors import TemplateFailedError
from tests.downstream.conftest import FIRST, Project
from tests.local.shell import Shell
from tests.support import history

pytestmark = pytest.mark.slow

# The copy of the provider of msm, which the projects of these tests have instead of its wheel.
MSM = "migrations:migration"


def list_providers(project: Project, *providers: str) -> None:
    text = f"[tool.msm]\nproviders = {json.dumps(providers)}\n"
    (project.folder / "pyproject.toml").write_text(text)


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    made = Shell(tmp_path)
    yield made
    made("destroy", "--force")


def reset(shell: Shell, *arguments: str) -> dict[str, Any]:
    return dict(json.loads(shell("reset", "--json", *arguments).stdout))


def revisions(shell: Shell) -> dict[str, tuple[list[str], list[str]]]:
    """The revisions and the heads of each version table."""
    versions = shell.status()["contents"]["versions"]
    return {item["table"]: (item["revisions"], item["heads"]) for item in versions}


def test_reset_and_status_of_a_project_beside_msm(
    globex: Project, environment: Mapping[str, str], shell: Shell
) -> None:
    made = globex.migrate("revision", "-m", "create", environment=environment)
    assert made.exit_code == 0, made.stderr
    list_providers(globex, MSM, "globex_migrations:migration")
    shell("start")
    first = reset(shell)
    assert (first["built"], first["target"]) == (True, "head")
    ours, its = "ms_markets__alembic_version", "globex__alembic_version"
    assert revisions(shell) == {
        its: (["0001"], ["0001"]),
        ours: ([history.HEAD], [history.HEAD]),
    }
    printed = shell("status").stdout
    assert f"{history.HEAD} (head) of mainsequence.markets in {ours}\n" in printed
    assert f"0001 (head) of mainsequence.markets in {its}\n" in printed

    # A revision of msm is before everything of the project.
    reset(shell, "--to", "1003")
    assert revisions(shell) == {ours: (["1003"], [history.HEAD])}
    # The template depends on the revisions of both.
    file = globex.write("0002", "0001", "raise ValueError('not today')")
    sentence = shell.refused(TemplateFailedError, "reset")
    log = shell.state / "template.log"
    assert sentence.startswith("The revisions of globex_migrations:migration cannot be run up to ")
    assert f"Log: {log}\n" in shell("reset", code=1).stderr
    assert "not today" in log.read_text()
    file.unlink()
    assert reset(shell)["template"] == first["template"]


@pytest.mark.long
def test_reset_and_status_of_a_project_that_extends(
    acme: Project, environment: Mapping[str, str], shell: Shell
) -> None:
    made = acme.migrate("revision", "-m", "create", *FIRST, environment=environment)
    assert made.exit_code == 0, made.stderr
    list_providers(acme, "acme_migrations:migration")
    shell("start")
    assert reset(shell)["built"]
    # Alembic keeps no row for our newest revision, on which the project's first one depends.
    table = "ms_markets__alembic_version"
    assert revisions(shell) == {table: (["acme0001"], ["acme0001"])}
    assert "acme0001 (head) of mainsequence.markets\n" in shell("status").stdout
    for target in ("heads", "acme@head"):
        reset(shell, "--to", target)
        assert revisions(shell)[table][0] == ["acme0001"]
    reset(shell, "--to", "1002")
    assert revisions(shell) == {table: (["1002"], ["acme0001"])}
