"""Revisions in words, as SQL and as their review sees them, by the commands of a project."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from msm_local.instances.instance import Instance, State
from msm_local.window.commands.descriptions import Descriptions
from msm_local.window.histories import read_history
from tests.conftest import ROOT
from tests.local.shell import like_a_server
from tests.local.window.test_tables import text_of
from tests.support.history import REVISIONS

PROVIDER = "migrations:migration"
ASKED = {"provider": "acme_migrations:migration", "namespace": "markets"}
SCRIPT = """BEGIN;

-- Running upgrade  -> 0001

CREATE TABLE shops (uid uuid);

-- Running upgrade 0001 -> 0002

ALTER TABLE shops ADD COLUMN area text;

COMMIT;
"""
PLAN = {
    "steps": [
        {"revision": "0001", "operations": ["create table shops"]},
        {"revision": "0002", "operations": ["add column area to shops"]},
    ],
    "sql": SCRIPT,
}
FINDING = {
    "revision": "0002",
    "rule": "a-rule",
    "file": "0002_add.py",
    "why": "It may fail.",
    "to_do": "Look at it.",
}
REVIEW = {
    "rejections": [],
    "acknowledged": [{**FINDING, "line": 3, "rule": "known-rule", "reason": "The table is new."}],
    "warnings": [{**FINDING, "line": 4}, {**FINDING, "line": 9}],
}
REFUSED = {"error": "x", "message": "The rules of the review cannot be read."}


@pytest.fixture
def commands(project: Path) -> Iterator[Path]:
    """The folder of the commands of the project, which has them for one test."""
    folder = project / "migrations"
    folder.mkdir()
    (folder / "__init__.py").touch()
    # What is described for these files is not known for those of the other tests.
    [file] = project.rglob("0002_*.py")
    content = file.read_text()
    file.write_text(f"{content}# Changed.\n")
    yield folder
    file.write_text(content)
    shutil.rmtree(folder)


def answer_with(commands: Path, tool: str, answer: object) -> None:
    (commands / tool).mkdir(exist_ok=True)
    text = f"print({json.dumps(answer)!r})\n"
    (commands / tool / "__main__.py").write_text(text)


def test_a_review_that_cannot_run_hides_no_plan(commands: Path, browser: httpx.Client) -> None:
    answer_with(commands, "plan", PLAN)
    answer_with(commands, "review", REFUSED)
    text = text_of(browser.get("/ui/revisions/described/", params=ASKED))
    assert f"What the review says is not known: {REFUSED['message']}" in text
    assert "What the revisions do is not known" not in text
    assert "The review has nothing to say" not in text
    assert "create table shops" in text
    # It is asked again, because the files of the revisions are not what was wrong.
    answer_with(commands, "review", REVIEW)
    again = text_of(browser.get("/ui/revisions/described/", params=ASKED))
    assert "is not known" not in again
    assert "0001 Create the shops. 1 operation" in again
    assert "0002 Add their areas. 1 operation 1 acknowledged 2 warnings" in again
    assert "known-rule : It may fail. The table is new. 0002_add.py:3" in again
    assert "a-rule : It may fail. Look at it. 0002_add.py:4 2 times, here first" in again
    assert "CREATE TABLE shops (uid uuid);" in again
    assert "COMMIT" not in again


@pytest.mark.slow
def test_our_own_revisions_are_described(tmp_path: Path) -> None:
    instance = Instance(ROOT, "described", tmp_path / "described")
    instance.prepare()
    history = read_history(ROOT, PROVIDER)
    assert history is not None
    descriptions = Descriptions(instance)
    assert descriptions.known(PROVIDER, history) is None
    with like_a_server(instance.folder) as process:
        instance.write_state(_state(instance, process.pid))
        described = descriptions.read(PROVIDER, history)
    assert (described.problem, described.review_problem) == ("", "")
    assert [*described.operations] == [*described.sql] == REVISIONS
    assert all(described.operations.values())
    assert "CREATE TABLE" in described.sql["1001"]
    assert not described.sql[REVISIONS[-1]].endswith("COMMIT;")
    assert {item.kind for item in described.findings["1001"]} == {"warning"}
    assert descriptions.read(PROVIDER, history) is described


def _state(instance: Instance, pid: int) -> State:
    # These commands read files; nothing answers there.
    return State(
        pid=pid,
        started=time.time(),
        phase="ready",
        steps={},
        port=9,
        endpoint="http://127.0.0.1:9",
        token=instance.name,
        database_url="postgresql://127.0.0.1:9/none",
        embedded=True,
        data_folder="",
        postgres_port=0,
        log_path=str(instance.log_path),
        version="0",
        api="msm-local",
    )
