"""The tasks of docs/processes.md, whose workers Celery forks."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.markdown import blocks_of
from tests.support.waiting import soon

PAGE = blocks_of(ROOT / "docs" / "processes.md")
COMMAND = "celery --app tasks worker --pool prefork --concurrency 2"
SEND = """
from tasks import name_of
names = [name_of.delay(key) for key in ("bond", "equity", "future", "option")]
print([sent.get(timeout=60) for sent in names])
"""
COUNT = """
from attached_tasks import count
print([sent.get(timeout=60) for sent in [count.delay("bon_"), count.delay("e%"), count.delay("x")]])
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the programs of the page."""
    commands = [block.text.strip() for block in PAGE if block.language == "sh"]
    assert any(command.endswith(COMMAND) for command in commands)
    for block in PAGE:
        if block.title in {"tasks.py", "attached_tasks.py"}:
            (tmp_path / block.title).write_text(block.text, encoding="utf-8")
    return tmp_path


@contextmanager
def worker(folder: Path, module: str, environment: Mapping[str, str]) -> Iterator[None]:
    arguments = COMMAND.replace("tasks", module).split()
    log = folder / f"{module}.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            # The event loop of gossip and mingle asks other workers, of which files know none.
            [sys.executable, "-m", *arguments, "--without-gossip", "--without-mingle", "-linfo"],
            cwd=folder,
            env=environment,
            stdout=written,
            stderr=written,
        )
        try:
            # It imports Celery and msm, and attaches.
            started = any(soon(lambda: " ready." in log.read_text()) for _ in range(3))
            assert started, log.read_text()
            yield
        finally:
            # The warm one of SIGTERM asks the workers, and then waits for them.
            process.send_signal(signal.SIGQUIT)
            process.wait()
    assert "Traceback" not in log.read_text(), log.read_text()


def sent(folder: Path, code: str, environment: Mapping[str, str]) -> str:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


@pytest.mark.slow
def test_forked_workers_run_tasks(folder: Path, environment: Mapping[str, str]) -> None:
    """Attached before the fork, and in each worker after it."""
    variables = os.environ | environment
    with worker(folder, "tasks", variables):
        assert sent(folder, SEND, variables) == "['Bond', 'Equity', 'Future', 'Option']"
    with worker(folder, "attached_tasks", variables):
        # The sender does not attach, and needs no platform.
        assert sent(folder, COUNT, dict(os.environ)) == "[1, 1, 0]"
