"""The vendor's tutorial of metatables, which its package has, on both APIs of msm-local."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.support import Session, answer_of, session
from tests.support.generation import only_metatables

pytestmark = [pytest.mark.slow, pytest.mark.long, only_metatables]

PROGRAMS = Path(sys.executable).parent
SYMBOLS = ["SPY", "QQQ", "IWM"]


@pytest.fixture(scope="module", params=["msm-local", "metatables"])
def tutorial(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Session]:
    """A new instance for the steps of the tutorial."""
    with session(request.param, PROGRAMS, tmp_path_factory.mktemp("tutorial")) as opened:
        yield opened


def test_connect_names_the_platform(tutorial: Session) -> None:
    url = tutorial.variables["METATABLES_API_URL"]
    assert f"MetaTables API: {url}" in tutorial.script("tutorial.py", "connect").splitlines()


def test_seed_migrates_and_upserts(tutorial: Session) -> None:
    first = tutorial.script("tutorial.py", "seed")
    again = tutorial.script("tutorial.py", "seed")
    assert "revision: 0002 (migrated)" in first
    assert "revision: 0002 (already current)" in again
    assert seeded(first) == seeded(again)


def seeded(printed: str) -> list[str]:
    return [line.strip() for line in printed.splitlines() if line.startswith('    "')]


def test_update_publishes_what_read_prints(tutorial: Session) -> None:
    tutorial.only_on_metatables()
    answer = answer_of(tutorial.script("tutorial.py", "update", "--root", "volatility"))
    assert (answer["root"], answer["completed"]) == ("RollingVolatility", True)
    for root, value in (("returns", "-0.009897"), ("volatility", "0.102406")):
        printed = tutorial.script("tutorial.py", "read", "--root", root, "--symbol", "SPY")
        last = printed.splitlines()[-1]
        assert last.split() == ["2026-07-17", "00:00:00+00:00", "SPY", value]
