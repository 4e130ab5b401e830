"""A plan for an empty database, which is made without one."""

from collections.abc import Mapping

from tests.migrations.tools.test_plan import plan, revisions
from tests.support.history import REVISIONS


def test_plan_from_base_asks_no_platform(environment: Mapping[str, str]) -> None:
    nobody = "http://127.0.0.1:9"
    elsewhere = {"MAINSEQUENCE_ENDPOINT": nobody, "METATABLES_API_URL": f"{nobody}/metatables"}
    found = plan({**environment, **elsewhere}, "--from-base", "--sql")
    assert (found["current"], found["informed"]) == ([], False)
    assert revisions(found) == REVISIONS
    assert found["sql"].count("-- Running upgrade ") == len(REVISIONS)
