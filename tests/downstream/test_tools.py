"""review, check and plan on the provider of a project."""

import json
import shlex
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import pytest
from psycopg import Connection

from msm.errors.commands import upgrade_command
from tests.downstream.conftest import Project
from tests.support.forked import Finished, run_forked, run_sdk_cli
from tests.support.generation import PROGRAM

pytestmark = pytest.mark.slow


def run_tool(tool: str, arguments: list[str]) -> int:
    sys.path.insert(0, str(Path.cwd()))
    return int(import_module(f"migrations.{tool}.__main__").main(arguments))


def look(project: Project, tool: str, *arguments: str, environment: Mapping[str, str]) -> Finished:
    """Run a tool in the project's folder, on its provider."""
    words = ["--provider", f"{project.name}_migrations:migration", *arguments]
    return run_forked(run_tool, tool, words, environment=environment, folder=project.folder)


def test_tools_work_on_an_extended_database(
    extended: Project, environment: Mapping[str, str]
) -> None:
    review = look(extended, "review", environment=environment)
    assert review.value == 0, review.stdout + review.stderr
    assert "1 revision read: 0 rejections" in review.stdout

    check = look(extended, "check", environment=environment)
    assert check.value == 0, check.stdout + check.stderr

    plan = look(extended, "plan", environment=environment)
    assert plan.value == 0, plan.stderr
    assert plan.stdout == ("The database is at acme0001; there is nothing to run for heads.\n")

    extended.write("acme0002", "acme0001", 'op.drop_column("acme__quote", "venue")')
    review = look(extended, "review", environment=environment)
    assert review.value == 1
    assert "drop-column" in review.stdout
    check = look(extended, "check", environment=environment)
    assert check.value == 1
    assert "--provider acme_migrations:migration heads" in check.stdout
    plan = look(extended, "plan", environment=environment)
    assert "acme0002" in plan.stdout
    assert upgrade_command("acme_migrations:migration", "heads") in plan.stdout


def test_check_names_a_revision_of_the_branch(
    extended: Project, environment: Mapping[str, str], superuser: Connection
) -> None:
    superuser.execute("ALTER TABLE acme__quote_ticks DROP COLUMN bid")
    result = look(extended, "check", "--json", environment=environment)
    commands = {row["kind"]: row["command"] for row in json.loads(result.stdout)["differences"]}
    program, *words = shlex.split(commands["missing_column"])
    place = ["--head", "acme@head", "--rev-id", "acme0002"]
    assert (program, words[4:8]) == (PROGRAM, place)
    made = run_sdk_cli(*words, environment=environment, folder=extended.folder)
    assert made.exit_code == 0, made.stderr
    assert 'op.drop_column("acme__quote_ticks", "bid")' in extended.revision("acme0002")


def test_tools_work_on_a_separate_history(globex: Project, environment: Mapping[str, str]) -> None:
    made = globex.migrate("revision", "-m", "create", environment=environment)
    assert made.exit_code == 0, made.stderr
    plan = look(globex, "plan", environment=environment)
    assert "--provider globex_migrations:migration head" in plan.stdout
    assert globex.migrate("upgrade", "head", environment=environment).exit_code == 0
    check = look(globex, "check", environment=environment)
    assert check.value == 0, check.stdout + check.stderr


def test_reference_that_is_no_provider_is_refused(
    acme: Project, environment: Mapping[str, str]
) -> None:
    words = ["--provider", "acme.models:Quote"]
    result = run_forked(run_tool, "review", words, environment=environment, folder=acme.folder)
    assert result.value == 2
    # The reason is in the SDK's words.
    reason = result.stderr.partition("(")[2].partition("); name")[0]
    assert result.stderr == (
        f"acme.models:Quote is not a provider of msm models ({reason}); name one that extend() or "
        "stand_beside() returned, such as acme_migrations:migration, and run this from the root "
        "of its repository.\n"
    )
