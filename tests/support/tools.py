"""The tools that only read, run in forked processes: check and plan."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from migrations.check.__main__ import main as check
from migrations.plan.__main__ import main as plan
from tests.conftest import ROOT
from tests.support.forked import Finished, run_forked

__all__ = ["differences", "run_check", "run_plan"]


def run_check(environment: Mapping[str, str], *arguments: str) -> Finished:
    """Run ``python -m migrations.check ARGUMENTS``; its exit code is the value."""
    return run_forked(check, [*arguments], environment=environment, folder=ROOT)


def run_plan(environment: Mapping[str, str], *arguments: str, folder: Path = ROOT) -> Finished:
    """Run ``python -m migrations.plan ARGUMENTS``; its exit code is the value."""
    return run_forked(plan, [*arguments], environment=environment, folder=folder)


def differences(environment: Mapping[str, str], *arguments: str) -> list[dict[str, Any]]:
    """The differences that the check finds, which its exit code has to confirm."""
    result = run_check(environment, "--json", *arguments)
    assert result.stderr == "", result.stderr
    answer = json.loads(result.stdout)
    assert result.value == (1 if answer["differences"] else 0)
    assert answer["ok"] is (result.value == 0)
    return list(answer["differences"])
