"""Templates: databases at a revision, each built once by the SDK's own CLI, and cloned by resets.

The name of a template is a digest of everything that decides its content, so that a changed
revision file never gets an old template.
"""

import hashlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import astuple, dataclass
from pathlib import Path

import psycopg

from msm_local.catalog import catalog_steps
from msm_local.client.environment import child_environment
from msm_local.client.git_context import git_environment
from msm_local.client.sdk_command import migration_program
from msm_local.database.bootstrap import prepare_database
from msm_local.errors import TemplateFailedError
from msm_local.instances.instance import Instance
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.database_names import BUILDING, TEMPLATE_PREFIX
from msm_local.repositories import databases
from msm_local.repositories.settings import Settings, read_settings
from msm_local.reset.steps import Step
from msm_local.services.credentials import drop_logins
from msm_local.system.files import explained
from msm_local.system.processes import die_with_parent, signals_deferred

__all__ = [
    "Recipe",
    "build_template",
    "discard",
    "end_credentials",
    "prune_templates",
    "run_revisions",
]

# Each takes 10 MB of disk or more.
MAX_TEMPLATES = 4
POLL_SECONDS = 0.5
NAMESPACE_VARIABLE = "MSM_AUTO_REGISTER_NAMESPACE"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the content of a template.

    Attributes:
        steps: the runs of migrations, in order; none for a database before its first revision.
        settings: those of the instance's catalog: a clone must have the same roles and uids.
    """

    steps: tuple[Step, ...]
    settings: Settings

    @property
    def name(self) -> str:
        """The name of the template: a digest of this recipe and of every revision file."""
        digest = hashlib.sha256()
        namespace = os.environ.get(NAMESPACE_VARIABLE, "")
        runs = [(step.provider, step.target, step.history.files()) for step in self.steps]
        catalog = [step.text for step in catalog_steps()]
        digest.update(repr((namespace, runs, astuple(self.settings), catalog)).encode())
        return f"{TEMPLATE_PREFIX}{digest.hexdigest()[:16]}"


def build_template(
    cluster: Cluster,
    instance: Instance,
    recipe: Recipe,
    report: Callable[[str], None],
    *,
    stop: threading.Event | None = None,
) -> None:
    """Build the template of a recipe; it gets its name only when it is complete.

    Args:
        cluster: gets the template.
        instance: its project has the revisions.
        recipe: what the template has.
        report: is told that it takes a while.
        stop: another thread sets it to end the revisions, which is a ``TemplateFailedError``.

    Raises:
        TemplateFailedError: the revisions do not run; names their log.
        ProgramMissingError: no SDK is installed.
    """
    discard(cluster, BUILDING)
    # It may be half dropped, which keeps its name.
    cluster.drop_database(recipe.name)
    cluster.create_database(BUILDING)
    _token, password = instance.secrets()
    url = cluster.platform_url(BUILDING)
    prepare_database(url, password, recipe.settings)
    try:
        if recipe.steps:
            report("Building the template, once for these revisions ...")
            _migrate(url, password, instance, recipe, stop)
    finally:
        # Also after a failure: the roles belong to the server, and would outlive the database.
        end_credentials(cluster, BUILDING)
    with psycopg.connect(cluster.admin_url(), autocommit=True) as connection:
        databases.publish_template(connection, BUILDING, recipe.name)


def prune_templates(cluster: Cluster) -> None:
    """Drop all templates but the newest MAX_TEMPLATES."""
    templates = [name for name in cluster.databases() if name.startswith(TEMPLATE_PREFIX)]
    for name in templates[:-MAX_TEMPLATES]:
        cluster.drop_database(name)


def end_credentials(cluster: Cluster, database: str) -> None:
    """Drop the migration roles that a database recorded."""
    with psycopg.connect(cluster.admin_url(database)) as connection:
        settings = read_settings(connection)
        if settings is not None:
            drop_logins(connection, settings.owner_role)


def discard(cluster: Cluster, database: str) -> None:
    """Drop a database, if it exists, and the migration roles that it recorded."""
    if database in cluster.databases():
        # A database that was abandoned before it had a catalog recorded no roles.
        with suppress(psycopg.errors.UndefinedTable):
            end_credentials(cluster, database)
    cluster.drop_database(database)


def _migrate(
    url: str, password: str, instance: Instance, recipe: Recipe, stop: threading.Event | None
) -> None:
    # Imported here: it is slow to load, and a reset that finds its template does not need it.
    from msm_local.platform import LocalPlatform

    # Before the platform is started for nothing.
    migration_program()
    with LocalPlatform(url, runtime_password=password) as platform:
        run_revisions(instance, platform.environment(), recipe.steps, stop=stop)


def run_revisions(
    instance: Instance,
    platform: Mapping[str, str],
    steps: Sequence[Step],
    *,
    stop: threading.Event | None = None,
) -> None:
    """Run the revisions of each step, in order, with the CLI of the installed SDK.

    Args:
        instance: its project has the revisions.
        platform: the variables of the platform to run them on.
        steps: the providers, each with the revision to migrate to.
        stop: as of ``build_template``.

    Raises:
        TemplateFailedError: the revisions do not run; names their log.
        ProgramMissingError: no SDK is installed.
    """
    program = migration_program()
    variables = {**platform, "TDAG_ROOT_PATH": str(instance.folder / "sdk")}
    variables |= git_environment(instance.root, instance.root, instance.folder / "git", os.environ)
    log_path = instance.folder / "template.log"
    with explained(log_path):
        log_path.unlink(missing_ok=True)
        log_path.touch(mode=0o600)
    environment = child_environment(os.environ, variables)
    for step in steps:
        arguments = ("migrations", "upgrade", "--provider", step.provider, step.target)
        code = _run((str(program), *arguments), instance.root, environment, log_path, stop)
        if code != 0:
            raise TemplateFailedError(
                f"The revisions of {step.provider} cannot be run up to {step.target}: "
                f"`{program.name} migrations upgrade` exited with code {code}; see {log_path}, fix "
                "the revisions, and reset again.",
                log_path=log_path,
            )


def _run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    log_path: Path,
    stop: threading.Event | None,
) -> int:
    """Run a command, and end it if this process ends, or is told to; its exit code."""
    with log_path.open("ab") as log, ExitStack() as ending:
        with signals_deferred():
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Killed and not interrupted: the SDK may take an interrupt for an error, and go on.
                preexec_fn=die_with_parent(os.getpid(), signal.SIGKILL),
            )
            ending.callback(process.wait)
            ending.callback(process.kill)
        if stop is None:
            return process.wait()
        while not stop.is_set():
            with suppress(subprocess.TimeoutExpired):
                return process.wait(POLL_SECONDS)
        process.kill()
        return process.wait()
