"""Over 500 operations get the recorded answer of both engines.

``python -m tests.conformance.record`` records them again.
"""

from collections.abc import Mapping

import pytest

from tests.conformance.differences import ANSWERS
from tests.conformance.engines import Engine
from tests.conformance.replay import Recorded, load, replay
from tests.support.generation import only_metatables

pytestmark = only_metatables

REQUESTS = load("operations.json")


@pytest.fixture(scope="module")
def answers(running: Engine, uids: Mapping[str, str]) -> dict[str, Recorded]:
    """What the engine answers to all requests, in their order."""
    return replay(running, uids, REQUESTS)


@pytest.mark.parametrize("request_", REQUESTS, ids=[request["name"] for request in REQUESTS])
def test_an_operation_has_its_recorded_answer(
    running: Engine, answers: dict[str, Recorded], request_: Recorded
) -> None:
    expected = request_["answer"] if "answer" in request_ else request_["answers"][running.name]
    assert answers[request_["name"]] == expected


def test_every_recorded_difference_has_a_reason() -> None:
    differing = [request for request in REQUESTS if "answers" in request]
    assert {request["reason"] for request in differing} == set(ANSWERS)
