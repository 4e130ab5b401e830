"""The recipes of deploy/: what tools can check of them, and their programs on a platform."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from psycopg import Connection

from migrations.run.lock import MigrationLock
from msm_local.platform import LocalPlatform
from tests.conftest import ROOT, environment_of
from tests.support.alembic import engine_of
from tests.support.forked import run_sdk_cli
from tests.support.generation import only_metatables
from tests.support.history import HEAD
from tests.support.migrating import LOCK_TABLE, REVISION
from tests.support.ports import own_port
from tests.support.waiting import soon

DEPLOY = ROOT / "deploy"
BIN = Path(sys.executable).parent
PAGE = ROOT / "docs" / "deployment.md"
WORKFLOW = DEPLOY / "review-pull-request.yml"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PLACE = "/srv/globex"
COLUMN = 'op.add_column("globex__rating_scores", sa.Column("outlook", sa.String(), nullable=True))'


def run_in(
    folder: Path, *command: str | Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of a recipe in a project, with the programs of this environment."""
    return subprocess.run(
        [*command],
        cwd=folder,
        env=os.environ | {"PATH": f"{BIN}:{os.environ['PATH']}"} | variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


@pytest.mark.parametrize(
    "command",
    [
        ["hadolint", "Dockerfile"],
        ["kubernetes-validate", "--strict", "kubernetes.yaml"],
        ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", WORKFLOW.name],
    ],
    ids=lambda command: command[0],
)
def test_a_linter_has_nothing_to_say(command: list[str]) -> None:
    checked = run_in(DEPLOY, BIN / command[0], *command[1:])
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "DL" not in checked.stdout


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        # Their programs have to exist.
        text = unit.read_text(encoding="utf-8").replace(f"{PLACE}/.venv/bin", str(BIN))
        (tmp_path / unit.name).write_text(text, encoding="utf-8")
    checked = run_in(tmp_path, "systemd-analyze", "verify", *[unit.name for unit in UNITS])
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")


@only_metatables
def test_the_workflow_of_the_vendor_says_what_its_own_says() -> None:
    """What the vendor's server deploys itself by is the one workflow that is known to be right."""
    known = yaml.safe_load(files("metatables").joinpath("_api_workflow.yaml").read_text("utf-8"))
    ours = yaml.safe_load((DEPLOY / "mainsequence.yaml").read_text("utf-8"))
    assert ours["api_version"] == known["api_version"]
    allowed: dict[str, set[str]] = {}
    for resource in known["resources"]:
        allowed.setdefault(resource["kind"], set()).update(resource["spec"])
    for resource in ours["resources"]:
        assert set(resource["spec"]) <= allowed[resource["kind"]]
    steps = ours["execution"]["steps"]
    keys = {key for step in known["execution"]["steps"].values() for key in step}
    assert {key for step in steps.values() for key in step} <= keys
    names = {resource["key"] for resource in ours["resources"]}
    done: set[str] = set()
    for name, step in steps.items():
        assert {*step.get("needs", [])} <= done
        assert step.get("image_from", next(iter(steps))) in steps
        assert names & {step.get("prepare_image"), step.get("run_job"), step.get("deploy")}
        done.add(name)
    (job,) = (item["spec"] for item in ours["resources"] if item["kind"] == "job")
    assert (DEPLOY / job["execution_path"]).is_file()


def stages() -> dict[str, list[str]]:
    """The command of each image of the Dockerfile."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in (DEPLOY / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("FROM "):
            name = line.split()[-1]
        elif line.startswith("CMD "):
            found[name] = json.loads(line.removeprefix("CMD "))
    return found


def init_commands() -> list[list[str]]:
    """What the pods of the service wait by, one after the other."""
    _, deployment, _ = yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text("utf-8"))
    containers = deployment["spec"]["template"]["spec"]["initContainers"]
    return [list(container["command"]) for container in containers]


def unit_commands(name: str, key: str) -> list[list[str]]:
    text = (DEPLOY / "systemd" / name).read_text(encoding="utf-8")
    lines = (line.partition("=") for line in text.splitlines())
    return [
        value.replace(f"{PLACE}/.venv/bin/", "").split() for name, _, value in lines if name == key
    ]


def test_recipes_run_the_same_programs() -> None:
    """So that those of one have been tried for all."""
    job, service = stages()["migrate"], stages()["service"]
    assert unit_commands("globex-migrate.service", "ExecStart") == [job]
    assert unit_commands("globex.service", "ExecStartPre") == init_commands()
    (started,) = unit_commands("globex.service", "ExecStart")
    assert started[:2] == service[:2]
    assert "python jobs/migrate.py" in WORKFLOW.read_text(encoding="utf-8")


@pytest.fixture
def project(tmp_path: Path, platform: LocalPlatform) -> Path:
    """The project of the recipes, with its first revision, in a repository."""
    skipped = shutil.ignore_patterns("versions", "__pycache__", ".*")
    folder = tmp_path / "globex"
    shutil.copytree(ROOT / "examples" / "downstream-beside", folder, ignore=skipped)
    shutil.copytree(DEPLOY / "jobs", folder / "jobs")
    shutil.copy(ROOT / "examples" / "price_service" / "app.py", folder / "service.py")
    # Instead of its wheel.
    shutil.copytree(ROOT / "migrations", folder / "msm_migrations")
    (folder / ".gitignore").write_text("msm_migrations\n.msm-local\n__pycache__\nplan.md\n")
    provider = ("--provider", "globex_migrations:migration")
    made = run_sdk_cli(
        *("migrations", "revision", *provider, "-m", "create the rating tables"),
        environment=environment_of(platform),
        folder=folder,
    )
    assert made.exit_code == 0, made.stderr
    git(folder, "init", "--quiet", "-b", "main")
    commit(folder)
    return folder


def git(folder: Path, *words: str) -> str:
    somebody = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
    done = run_in(folder, "git", *somebody, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def commit(folder: Path) -> None:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Change")


@contextmanager
def running(folder: Path, command: list[str], variables: Mapping[str, str]) -> Iterator[Any]:
    """A program of a recipe, which ends here."""
    with subprocess.Popen(
        [str(BIN / command[0]), *command[1:]], cwd=folder, env=os.environ | variables
    ) as process:
        try:
            yield process
        finally:
            process.terminate()


def answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == 200
    except httpx.TransportError:
        return False


@pytest.mark.slow
@only_metatables
def test_the_service_waits_for_the_job(project: Path, platform: LocalPlatform) -> None:
    variables = environment_of(platform)
    job = stages()["migrate"]
    first, second = init_commands()
    with running(project, second, variables) as waiting:
        migrated = run_in(project, *job, **variables)
        assert migrated.returncode == 0, migrated.stderr
        assert migrated.stdout.splitlines() == [
            f"msm_migrations:migration: {HEAD}, already current",
            "globex_migrations:migration: 0001, migrated",
        ]
        assert waiting.wait(60) == 0
    assert run_in(project, *first, **variables).returncode == 0
    port = str(own_port())
    command = [word.replace("8000", port) for word in stages()["service"]]
    with running(project, command, variables):
        assert any(soon(lambda: answers(f"http://127.0.0.1:{port}/ready")) for _ in range(4))


@pytest.mark.slow
@only_metatables
def test_the_job_ends_with_the_code_of_a_refusal(
    project: Path, platform: LocalPlatform, head_database: Connection
) -> None:
    lock = MigrationLock(engine_of(head_database), LOCK_TABLE)
    lock.acquire(0)
    try:
        at_once = environment_of(platform) | {"MSM_MIGRATION_LOCK_TIMEOUT": "0"}
        refused = run_in(project, *stages()["migrate"], **at_once)
    finally:
        lock.release()
    assert refused.returncode == 75
    assert "Another migration holds the lock" in refused.stderr.splitlines()[-1]


def steps() -> Iterator[dict[str, Any]]:
    """The steps of the workflow that run something of ours."""
    (job,) = yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"].values()
    return (step for step in job["steps"] if "run" in step and step["name"] != "Install")


@pytest.mark.slow
@only_metatables
def test_the_workflow_comments_the_plan_of_a_pull_request(project: Path, tmp_path: Path) -> None:
    variables = as_a_runner(project, tmp_path)
    try:
        for step in steps():
            done = run_in(project, "bash", "-e", "-c", step["run"], **variables)
            assert done.returncode == 0, f"{step['name']}: {done.stdout}{done.stderr}"
    finally:
        run_in(project, "msm-local", "destroy", "--force", **variables)
    assert (tmp_path / "said").read_text().split() == (
        ["pr", "comment", "7", "--edit-last", "--create-if-none", "--body-file", "plan.md"]
    )
    plan = (project / "plan.md").read_text()
    assert re.search(r"Upgrade from 0001 .*\n", plan), plan
    assert "outlook" in plan
    assert (tmp_path / "summary").read_text() == plan


def as_a_runner(project: Path, folder: Path) -> dict[str, str]:
    """The variables of a runner, in a checkout of a pull request that adds a column."""
    git(project, "remote", "add", "origin", str(project))
    git(project, "update-ref", "refs/remotes/origin/main", "HEAD")
    with (project / "globex" / "models.py").open("a", encoding="utf-8") as models:
        models.write('\n    outlook: Mapped[str | None] = mapped_column(comment="Up or down.")\n')
    revisions = project / "globex_migrations" / "versions" / "mainsequence_markets"
    text = REVISION.format(
        revision="0002",
        parent="0001",
        upgrade=COLUMN.replace("nullable=True", 'nullable=True, comment="Up or down."'),
        downgrade='op.drop_column("globex__rating_scores", "outlook")',
    )
    text = text.replace("A revision of a test.", "Add the outlook to the rating scores.")
    (revisions / "0002_add_an_outlook.py").write_text(text, encoding="utf-8")
    git(project, "checkout", "--quiet", "--detach")
    commit(project)
    gh = folder / "bin" / "gh"
    gh.parent.mkdir()
    gh.write_text(f'#!/bin/sh\necho "$@" > {folder}/said\n')
    gh.chmod(0o755)
    named: dict[str, str] = yaml.safe_load(WORKFLOW.read_text("utf-8"))["env"]
    return named | {
        "PATH": f"{gh.parent}:{BIN}:{os.environ['PATH']}",
        "GITHUB_BASE_REF": "main",
        "GITHUB_SHA": git(project, "rev-parse", "HEAD"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "NUMBER": "7",
    }


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("docker") is None
    or subprocess.run(["docker", "info"], capture_output=True, check=False).returncode != 0,
    reason="needs Docker",
)
@pytest.mark.parametrize("target", stages())
def test_docker_builds_the_image(project: Path, wheels: dict[str, Path], target: str) -> None:
    shutil.copytree(next(iter(wheels.values())).parent, project / "wheels")
    for name in ("Dockerfile", ".dockerignore"):
        shutil.copy(DEPLOY / name, project)
    # As in a working checkout: neither may get into the image.
    (project / "platform.env").touch()
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python3").symlink_to("/nonexistent")
    built = run_in(project, "docker", "build", "--quiet", "--target", target, ".")
    assert built.returncode == 0, built.stderr
    image = built.stdout.strip()
    held = run_in(project, "docker", "run", "--rm", image, "test", "-e", "platform.env")
    assert held.returncode == 1, held.stderr
