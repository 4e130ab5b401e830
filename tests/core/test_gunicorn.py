"""The service of docs/processes.md, whose workers gunicorn forks from an attached process."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT
from tests.support.markdown import blocks_of
from tests.support.ports import own_port
from tests.support.waiting import soon

COMMAND = "gunicorn --preload --workers 4 --threads 4 service:application"
CLIENTS, REQUESTS = 16, 2000


@pytest.fixture
def service(tmp_path: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """The URL of the service, which the page's own command serves."""
    [(code, command)] = [
        (block.text, following.text)
        for block, following in pairwise(PAGE)
        if block.title == "service.py"
    ]
    assert command.strip().endswith(COMMAND)
    (tmp_path / "service.py").write_text(code, encoding="utf-8")
    address = f"127.0.0.1:{own_port()}"
    arguments = [sys.executable, "-m", *COMMAND.split(), "--bind", address]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            arguments, cwd=tmp_path, env=os.environ | environment, stderr=log
        )
        try:
            started = soon(lambda: (tmp_path / "log").read_text().count("Booting worker") == 4)
            assert started, (tmp_path / "log").read_text()
            yield f"http://{address}"
        finally:
            process.terminate()
            process.wait()


PAGE = blocks_of(ROOT / "docs" / "processes.md")


def answers(url: str, client: int) -> list[tuple[int, str]]:
    """What a client is told that writes a row, and reads it, and one that there is not."""
    told: list[tuple[int, str]] = []
    with httpx.Client(base_url=url, timeout=60) as session:
        for place in range(REQUESTS // CLIENTS // 4):
            key = f"key{client}of{place}"
            for method, name in (
                ("PUT", key),
                ("GET", key),
                ("PUT", "shared"),
                ("GET", f"missing{client}"),
            ):
                answer = session.request(method, f"/{name}")
                told.append((answer.status_code, answer.text.replace(key.title(), "own")))
    return told


@pytest.mark.slow
def test_forked_workers_answer_mixed_requests(service: str) -> None:
    with ThreadPoolExecutor(CLIENTS) as clients:
        told = list(clients.map(answers, [service] * CLIENTS, range(CLIENTS)))
    counted = Counter(answer for each in told for answer in each)
    quarter = CLIENTS * (REQUESTS // CLIENTS // 4)
    assert counted[200, "own"] == quarter
    assert counted[404, ""] == quarter
    # The shared row is written by the first and unchanged by all others.
    assert counted[200, "1"] + counted[200, "0"] == 2 * quarter
    assert counted.total() == 4 * quarter
