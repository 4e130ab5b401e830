"""What runs ./dev by itself or asks people to: workflow, pre-commit hooks, templates of GitHub."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import LONGEST_FILES, ROOT
from tests.support.markdown import blocks_of, commands_of

GITHUB = ROOT / ".github"
WORKFLOW = GITHUB / "workflows" / "ci.yml"
# The first of each that runs on Node 24: GitHub's runners have no Node 20 any more.
ACTIONS = {"actions/checkout": 5, "actions/upload-artifact": 6, "astral-sh/setup-uv": 7}
SDKS = ["metatables", "mainsequence8"]
TASKS = re.findall(r"^  (\w+) ", (ROOT / "dev").read_text(encoding="utf-8"), re.MULTILINE)


def jobs() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))["jobs"]
    return read


@pytest.mark.parametrize(
    ("schema", "files"),
    [
        ("github-workflows", [WORKFLOW]),
        ("github-issue-forms", [*GITHUB.glob("ISSUE_TEMPLATE/*.yml")]),
    ],
)
def test_github_takes_workflow_and_issue_forms(schema: str, files: list[Path]) -> None:
    assert files
    program = Path(sys.executable).with_name("check-jsonschema")
    checked = subprocess.run(
        [program, "--builtin-schema", f"vendor.{schema}", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout


def test_runners_can_run_every_action() -> None:
    used = re.findall(r"uses: (\S+)@v(\d+)$", WORKFLOW.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name for name, _ in used} == set(ACTIONS)
    assert [name for name, major in used if int(major) < ACTIONS[name]] == []


def test_the_workflow_tests_on_an_attached_branch() -> None:
    testing = {
        name: job["steps"]
        for name, job in jobs().items()
        if any(re.search(r"\.ci/run|\./dev test", step.get("run", "")) for step in job["steps"])
    }
    assert set(testing) == {"suite", "installed", "long"}
    for steps in testing.values():
        (place,) = (
            n for n, step in enumerate(steps) if step.get("uses", "").startswith("actions/checkout")
        )
        assert steps[place + 1]["run"].startswith("git checkout -B ")


def test_the_workflow_tests_with_each_sdk() -> None:
    named = {
        name: job["strategy"]["matrix"]["sdk"] for name, job in jobs().items() if "strategy" in job
    }
    assert named == dict.fromkeys(("suite", "installed", "long", "timescale"), SDKS)
    assert "bash .ci/run ${{ matrix.sdk }}" in [
        step.get("run") for step in jobs()["suite"]["steps"]
    ]
    for name in ("installed", "long", "timescale"):
        assert jobs()[name]["env"]["MSM_SDK"] == "${{ matrix.sdk }}"


@pytest.mark.parametrize(
    ("arguments", "tested"),
    [
        ([], ["metatables", "mainsequence8", "mainsequence8"]),
        (["metatables"], ["metatables"]),
        (["mainsequence8"], ["mainsequence8", "mainsequence8"]),
    ],
)
def test_ci_runs_the_tests_with_each_sdk(
    tmp_path: Path, arguments: list[str], tested: list[str]
) -> None:
    """With both, or with the one that it is told."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci" / "run")
    dev = tmp_path / "dev"
    dev.write_text('#!/bin/sh\necho "${MSM_SDK:-metatables} $*"\n')
    dev.chmod(0o755)
    ran = subprocess.run(
        [tmp_path / ".ci" / "run", *arguments], capture_output=True, text=True, check=True
    )
    tasks = [line.split(maxsplit=2) for line in ran.stdout.splitlines()]
    assert [sdk for sdk, task, *_ in tasks if task == "test"] == tested
    assert ["mainsequence8", "sync"] in tasks
    paths = re.findall(r"tests/\S+", ran.stdout)
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_ci_runs_what_the_readme_names() -> None:
    (named,) = (block for block in blocks_of(ROOT / "README.md") if "./dev test" in block.text)
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert [words for words in commands_of(named) if " ".join(words) not in run] == []


def test_pre_commit_runs_the_checks_of_ci() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    (repository,) = config["repos"]
    assert repository["repo"] == "local"
    entries = [hook["entry"] for hook in repository["hooks"]]
    assert {hook["language"] for hook in repository["hooks"]} == {"system"}
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert set(entries) <= {line.strip() for line in lines}


def test_every_task_that_ci_names_exists() -> None:
    files = [WORKFLOW, ROOT / ".ci" / "run", ROOT / ".pre-commit-config.yaml"]
    files += GITHUB.glob("*.md")
    texts = [file.read_text(encoding="utf-8") for file in files]
    named = {task for text in texts for task in re.findall(r"\./dev (\w+)", text)}
    assert "check" in named
    assert named <= set(TASKS)


def test_the_longest_files_start_first(request: pytest.FixtureRequest) -> None:
    longest = [ROOT / "tests" / name for name in LONGEST_FILES]
    assert [file for file in longest if not file.exists()] == []
    started = list(dict.fromkeys(item.path for item in request.session.items))
    expected = [file for file in longest if file in started]
    assert started[: len(expected)] == expected
