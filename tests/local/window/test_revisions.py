"""The histories of a project as graphs, and how its commands are asked."""

import re

import httpx
import pytest

from msm_local.status.histories import History
from msm_local.status.revisions import Revision
from msm_local.window.drawing.graph import draw
from tests.local.conftest import Client
from tests.local.window.test_tables import text_of

FINGERPRINT = "0123456789ab"
VERSIONS = f"""
CREATE TABLE acme_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO acme_version VALUES ('0001');
COMMENT ON TABLE acme_version IS 'Applied revisions and their fingerprints: 0001={FINGERPRINT}';
"""


@pytest.fixture(scope="module", autouse=True)
def _version_table(window: Client) -> None:
    [uid] = window.reserve("acme_version")
    window.migrate(uid, VERSIONS)
    [other] = window.reserve("acme_other", alembic_version_meta_table_uid=uid)
    window.migrate(other, "CREATE TABLE acme_other (uid uuid)")
    assert window.finalize(uid, other)[0] == 200


def revision(name: str, *parents: str) -> Revision:
    return Revision(name, frozenset(parents), frozenset(), frozenset())


def test_overview_names_what_is_not_applied(browser: httpx.Client) -> None:
    text = text_of(browser.get("/ui/"))
    assert "markets acme_migrations:migration acme_version 0001 0002 1 0002" in text


def test_a_history_shows_what_is_applied(browser: httpx.Client) -> None:
    text = text_of(browser.get("/ui/revisions/"))
    assert "1 not applied" in text
    assert f"0001 Create the shops. applied {FINGERPRINT}" in text
    assert "0002 Add their areas. not applied" in text


def test_commands_that_cannot_run_say_why(browser: httpx.Client) -> None:
    asked = {"provider": "acme_migrations:migration", "namespace": "markets"}
    text = text_of(browser.get("/ui/revisions/described/", params=asked))
    assert "What the revisions do is not known" in text
    assert re.search(r"No module named .?msm_migrations|cannot be imported", text)
    assert browser.get("/ui/revisions/described/?provider=x").status_code == 404


def test_the_check_says_why_it_could_not_run(browser: httpx.Client) -> None:
    assert "Not run since the platform started" in text_of(browser.get("/ui/"))
    origin = {"Origin": str(browser.base_url).rstrip("/"), "HX-Request": "true"}
    text = text_of(browser.post("/ui/check/", headers=origin))
    assert re.search(r"could not run acme_migrations:migration \d+ s ago", text)
    assert "could not run" in text_of(browser.get("/ui/"))


def test_branches_have_lanes_of_their_own() -> None:
    history = History(
        (),
        (
            revision("1"),
            revision("2", "1"),
            revision("3a", "2"),
            revision("3b", "2"),
            revision("4", "3a", "3b"),
        ),
    )
    graph = draw(history, {"1", "2"})
    assert [node.revision.id for node in graph.nodes] == ["4", "3b", "3a", "2", "1"]
    places = {node.revision.id: node.x for node in graph.nodes}
    assert places["3a"] != places["3b"]
    assert places["4"] == places["2"] == places["1"]
    assert [node.applied for node in graph.nodes] == [False, False, False, True, True]
    assert len(graph.lines) == 5
