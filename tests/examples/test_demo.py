"""The demo as a user runs it: real processes, twice, and no process left running."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.generation import GENERATION
from tests.support.history import RESOURCES, REVISIONS

ROOT = Path(__file__).parents[2]
# How a wrong token is told. SDK 8 asks for its Git context before it imports a provider of ours.
REFUSED = {
    "metatables": ("The platform at", "does not accept the token"),
    "mainsequence8": ("CodeRepositoryContextError: ", "has a wrong token for the platform"),
}[GENERATION]

pytestmark = pytest.mark.slow


@pytest.fixture
def state(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "state"
    yield folder
    local(folder, "stop")


def local(state: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("msm-local")
    return subprocess.run(
        [program, "--state-dir", state, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_second_run_changes_nothing(state: Path) -> None:
    demo = ("exec", "--", sys.executable, "-m", "examples.demo")
    first = local(state, *demo)
    assert first.returncode == 0, first.stderr
    assert f"ran {', '.join(REVISIONS)}; {RESOURCES} active resources" in first.stdout
    assert "12,787 rows written" in first.stdout
    assert "Fri 28 Nov 2025   14:30         18:00" in first.stdout
    assert "XNAS:AAPL   Mon 31 Dec   532.17   +29.4%" in first.stdout
    assert "msm-pricing" in first.stdout

    second = local(state, *demo)
    assert second.returncode == 0, second.stderr
    assert f"was at head already; {RESOURCES} active resources" in second.stdout
    assert "nothing changed: all rows were there already" in second.stdout

    assert local(state, "stop").returncode == 0
    left = [
        process.info["cmdline"]
        for process in psutil.process_iter(["cmdline"])
        if str(state) in " ".join(process.info["cmdline"] or [])
    ]
    assert left == []


def test_a_failed_upgrade_shows_message_and_log(state: Path) -> None:
    local(state, "start")
    broken = local(
        state,
        "exec",
        "--",
        "env",
        "MAINSEQUENCE_ACCESS_TOKEN=wrong",
        "METATABLES_LOCAL_TOKEN=wrong",
        "GITHUB_ACTIONS=true",
        sys.executable,
        "-m",
        "examples.demo",
    )
    assert broken.returncode == 1
    [_platform, sentence] = broken.stdout.splitlines()
    begins, says = REFUSED
    assert f"The upgrade failed with exit code 1: {begins}" in sentence
    assert says in sentence
    assert sentence.endswith(f"The whole output is in {state}/default/sdk/demo-upgrade.log")
