"""A migration command that cannot reach its platform ends in one sentence.

SDK 8 asks the platform before it imports a provider, so there ./dev and ``msm-local exec`` do it.
"""

import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.generation import GENERATION, PROGRAM
from tests.support.migrating import migrate

pytestmark = pytest.mark.skipif(
    GENERATION == "mainsequence8", reason="SDK 8 asks before it imports a provider"
)
COMMANDS = (["current"], ["upgrade", "head"], ["downgrade", "base"], ["revision", "-m", "x"])


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_missing_platform_is_one_sentence(
    environment: Mapping[str, str], closed_port: int, checkout: Path, command: list[str]
) -> None:
    url = f"http://127.0.0.1:{closed_port}/metatables"
    started = time.monotonic()
    nowhere = {**environment, "METATABLES_API_URL": url}
    result = migrate(*command, environment=nowhere, folder=checkout)
    assert time.monotonic() - started < 20
    assert (result.exit_code, result.stdout) == (1, "")
    *before, sentence = result.stderr.splitlines()
    assert all(line.startswith(f"[{PROGRAM} migrations] ") for line in before)
    assert sentence == (
        f"No platform answers at {url} ([Errno 111] Connection refused); start the local one and "
        "run this under it with `msm-local exec -- COMMAND`, or unset METATABLES_API_URL for the "
        "hosted one."
    )


def test_a_wrong_token_is_one_sentence(environment: Mapping[str, str]) -> None:
    wrong = {**environment, "METATABLES_LOCAL_TOKEN": "wrong"}
    result = migrate("current", environment=wrong)
    assert (result.exit_code, result.stdout) == (1, "")
    (sentence,) = result.stderr.splitlines()
    assert "does not accept the token in METATABLES_LOCAL_TOKEN (401: " in sentence
    assert sentence.endswith("or log in to the hosted platform with `mainsequence login`.")


def test_a_missing_login_is_one_sentence(environment: Mapping[str, str]) -> None:
    """On a hosted platform, to which the SDK sends nothing then."""
    hosted = {name: value for name, value in environment.items() if name.startswith("GIT_")}
    hosted["MAINSEQUENCE_ENDPOINT"] = "https://platform.invalid"
    result = migrate("current", environment=hosted)
    assert (result.exit_code, result.stdout) == (1, "")
    (sentence,) = result.stderr.splitlines()
    assert sentence.startswith(
        "The platform at https://platform.invalid needs a login (401: No auth configured."
    )


def test_a_revision_by_hand_needs_no_platform(
    environment: Mapping[str, str], closed_port: int, checkout: Path
) -> None:
    nowhere = {**environment, "METATABLES_API_URL": f"http://127.0.0.1:{closed_port}/metatables"}
    arguments = ("revision", "-m", "x", "--no-autogenerate")
    result = migrate(*arguments, environment=nowhere, folder=checkout)
    assert result.exit_code == 0, result.stderr
