"""ms-markets, the published package with the same tables, on both APIs of msm-local.

``pytest -rP`` shows the times.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from subprocess import CompletedProcess
from time import perf_counter
from typing import Any

import pytest

from tests.clients.support import Client, Session, answer_of, session
from tests.support.generation import only_metatables

pytestmark = [pytest.mark.slow, pytest.mark.long]

TABLES = 61
ROW_CLASSES = 27
ROWS = ("Account", "Asset", "Calendar", "Portfolio")
VERBS = ("upsert", "get_by_uid", "update", "delete")


@dataclass(frozen=True, slots=True)
class Market:
    """A client, and a database that it has upgraded from empty to its head.

    Attributes:
        client: the client.
        session: its programs.
        upgraded: how the upgrade answered.
    """

    client: Client
    session: Session
    upgraded: dict[str, Any]


def migrate(client: Client, opened: Session, verb: str, *arguments: str) -> CompletedProcess[str]:
    provider = ("--provider", client.provider)
    return opened.run(client.program, "migrations", verb, *provider, *arguments)


@pytest.fixture(
    scope="module",
    params=[
        ("first", "msm-local"),
        ("second", "msm-local"),
        pytest.param(("second", "metatables"), marks=only_metatables),
    ],
    ids=lambda names: " on ".join(names),
)
def market(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Market]:
    name, api = request.param
    client = request.getfixturevalue(name)
    with session(api, client.programs, tmp_path_factory.mktemp("market")) as opened:
        began = perf_counter()
        upgraded = migrate(client, opened, "upgrade", "head", "--json")
        sys.stdout.write(f"upgrade: {perf_counter() - began:.1f} s\n")
        yield Market(client, opened, answer_of(upgraded.stdout))


def test_an_empty_database_is_upgraded_to_the_head(market: Market) -> None:
    # The registry of its revisions is a table of the catalog as well.
    assert market.upgraded["active_count"] == market.upgraded["finalized_count"] == TABLES + 1
    assert market.upgraded["reserved_count"] == market.upgraded["failed_count"] == 0
    current = migrate(market.client, market.session, "current")
    assert f"{market.client.head} (head)" in current.stdout + current.stderr


def test_every_row_class_answers_a_filter(market: Market) -> None:
    printed = market.session.script("rows.py")
    sys.stdout.write(printed)
    answer = answer_of(printed)
    assert answer["attached"] == TABLES
    assert len(answer["filters"]) == ROW_CLASSES
    assert {count for count, _ in answer["filters"].values()} == {0}


def test_rows_are_upserted_read_updated_and_deleted(market: Market) -> None:
    printed = market.session.script("records.py")
    sys.stdout.write(printed)
    assert set(answer_of(printed)) == {f"{row}.{verb}" for row in ROWS for verb in VERBS}


def test_an_updater_publishes_snapshots(market: Market) -> None:
    market.session.only_on_metatables()
    began = perf_counter()
    published = answer_of(market.session.script("snapshots.py"))
    sys.stdout.write(f"snapshots: {perf_counter() - began:.1f} s\n")
    days = ("2026-01-01", "2026-01-02")
    assert published == {
        name: {f"{day}T00:00:00+00:00": f"{name} {day}" for day in days}
        for name in ("client-first", "client-second")
    }
