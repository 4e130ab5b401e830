"""The PostgreSQL of a run of pytest, with the templates that its tests clone."""

import hashlib
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection

from msm_local.client.git_context import git_environment
from msm_local.database.bootstrap import prepare_database
from msm_local.database.libpq import message_of
from msm_local.errors import DatabaseSetupError, TemplateFailedError
from msm_local.instances.instance import STATE_FOLDER, Instance
from msm_local.instances.locking import try_lock
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.database_names import TEMPLATE_PREFIX
from msm_local.postgres.temporary import place_for_data
from msm_local.repositories import databases, roles
from msm_local.reset.steps import plan_steps
from msm_local.reset.templates import Recipe, build_template, discard, prune_templates
from msm_local.testing.given_server import GivenServer
from msm_local.testing.place import TEST_PREFIX, Place
from msm_local.testing.settings import PluginSettings

__all__ = ["Server"]

# The instance whose folder keeps the data; `msm-local --name pytest destroy` deletes it.
NAME = "pytest"
# Has the settings that every template copies.
FIRST = "msm_test"
LOCK = "msm-local pytest"
# Each run in a given server shares it, and the last one holds it alone.
RUNS = "msm-local pytest runs"
# The comment of a template that the last run drops.
TEMPORARY = "msm-local: of runs of pytest that keep nothing"
SHOWN_LINES = 15


class Server:
    """One PostgreSQL, started when it is needed first; any thread may ask."""

    def __init__(self, settings: PluginSettings) -> None:
        self._settings = settings
        self._lock = threading.RLock()
        self._stack = ExitStack()
        self._built: list[str] = []
        self._running: _Running | None = None
        self._opening: Future[_Running] | None = None
        # PostgreSQL ends with the thread that started it, so it needs one that lives on.
        self._thread = ThreadPoolExecutor(1, "msm-local cluster")
        self._building: Future[str] | None = None
        self._builder = ThreadPoolExecutor(1, "msm-local template")
        self._stop = threading.Event()

    def begin(self) -> None:
        """Start PostgreSQL and build the template of the providers' targets in the background.

        What fails is met by who asks for it.
        """
        self._opening = self._thread.submit(self._open)
        self._building = self._builder.submit(self._template, None)

    def place(self) -> Place:
        """The running PostgreSQL.

        Raises:
            ClusterError: PostgreSQL cannot be created or does not start.
            DatabaseSetupError: PostgreSQL refuses the given URL, or its role lacks a right.
            GitUnavailableError: a stand-in Git context is needed and cannot be made.
        """
        with _explained():
            return self._started().place

    def template(self, target: str | None) -> str:
        """The database to clone for a target; it is built first if there is none.

        Args:
            target: as for ``msm-local reset --to``; None for the targets of the providers.

        Raises:
            DatabaseSetupError: PostgreSQL refuses to make it.
            UnknownRevisionError: no provider has this revision, or one has none.
            TemplateFailedError: the revisions do not run; has the end of their log.
            ProgramMissingError: no SDK is installed.
        """
        if target is None and self._building is not None:
            return self._building.result()
        return self._template(target)

    def _template(self, target: str | None) -> str:
        with self._lock, _explained():
            running = self._started()
            steps = plan_steps(self._settings.root, self._settings.providers, target)
            recipe = Recipe(steps, running.place.settings)
            with _alone(running.place.admin):
                names = running.cluster.databases()
                if recipe.name in names and self._is_outdated(recipe.name):
                    running.cluster.drop_database(recipe.name)
                    names.remove(recipe.name)
                if recipe.name not in names:
                    _build(running, recipe, self._stop)
                    self._built.append(recipe.name)
                self._mark(running, recipe.name)
            return recipe.name

    def close(self) -> None:
        """Stop PostgreSQL, or drop what this run made in a given one."""
        # A run that was interrupted, or has no test in the end, does not wait for the template.
        self._stop.set()
        self._builder.shutdown()
        with self._lock:
            self._thread.submit(self._end).result()
            self._thread.shutdown()

    def _mark(self, running: "_Running", template: str) -> None:
        """Let the last run in a given server know which templates stay."""
        keep = self._settings.keep
        if running.presence is not None and (keep or template in self._built):
            databases.comment(running.presence, template, None if keep else TEMPORARY)

    def _is_outdated(self, template: str) -> bool:
        return self._settings.rebuild and template not in self._built

    def _started(self) -> "_Running":
        with self._lock:
            if self._running is None:
                opening, self._opening = self._opening or self._thread.submit(self._open), None
                self._running = opening.result()
            return self._running

    def _open(self) -> "_Running":
        url = self._settings.database_url
        cluster, instance = self._start(url)
        presence = None if url is None else self._be_present(cluster)
        leftovers = [name for name in cluster.databases() if name.startswith(TEST_PREFIX)]
        # In a given server they may belong to a run at the same time.
        for name in leftovers if url is None else ():
            discard(cluster, name)
        # Runs that share a server share its runtime role.
        shared = hashlib.sha256(f"msm-local {url}".encode()).hexdigest()
        password = instance.secrets()[1] if url is None else shared
        with _alone(cluster.admin_url()):
            if FIRST not in cluster.databases():
                cluster.create_database(FIRST)
            settings = prepare_database(cluster.platform_url(FIRST), password)
        root = self._settings.root
        place = Place(
            admin=cluster.admin_url(),
            platform=cluster.platform_url(FIRST),
            owner=cluster.platform_role,
            password=password,
            settings=settings,
            prefix=f"{TEST_PREFIX}{os.getpid()}_{secrets.token_hex(3)}_",
            copies_files=not cluster.durable,
            git=git_environment(Path.cwd(), root, instance.folder / "git", os.environ),
        )
        return _Running(cluster, instance, place, presence)

    def _start(self, url: str | None) -> tuple[Cluster, Instance]:
        root = self._settings.root
        if url is not None:
            home = Path(tempfile.mkdtemp(prefix="msm-pytest-"))
            self._stack.callback(shutil.rmtree, home, ignore_errors=True)
            return self._stack.enter_context(GivenServer(url, home)), Instance(root, NAME, home)
        kept = Instance(root, NAME, root / STATE_FOLDER / NAME)
        # A second run at the same time has a PostgreSQL of its own, and keeps nothing.
        if self._settings.keep and self._reserve(kept):
            cluster = Cluster(kept.folder, durable=False)
            return self._stack.enter_context(cluster), kept
        cluster = self._stack.enter_context(Cluster.temporary(place_for_data()))
        return cluster, Instance(root, NAME, cluster.home)

    def _be_present(self, cluster: Cluster) -> Connection[Any]:
        connection = psycopg.connect(cluster.admin_url(), autocommit=True)
        self._stack.enter_context(connection)
        databases.lock(connection, RUNS, shared=True)
        return connection

    def _reserve(self, instance: Instance) -> bool:
        instance.prepare()
        file = self._stack.enter_context((instance.folder / "pytest.lock").open("a+"))
        return try_lock(file)

    def _end(self) -> None:
        with self._stack:
            if self._running is not None:
                self._clear(self._running)

    def _clear(self, running: "_Running") -> None:
        cluster, place = running.cluster, running.place
        own = [name for name in cluster.databases() if name.startswith(place.prefix)]
        # Those of a worker that was killed, too.
        for name in own:
            discard(cluster, name)
        if running.presence is None:
            # One that does not stay is deleted as a whole.
            if self._settings.keep:
                prune_templates(cluster)
        elif not self._settings.keep and databases.is_last(running.presence, RUNS):
            _clear_given(cluster, place, running.presence)


@dataclass(frozen=True, slots=True)
class _Running:
    """A PostgreSQL that was started, with the folder of its logs.

    Attributes:
        cluster: the server.
        instance: has the folder of its logs.
        place: what each process of the run gets to know.
        presence: keeps the share of this run in RUNS; None in a server of ours.
    """

    cluster: Cluster
    instance: Instance
    place: Place
    presence: Connection[Any] | None


def _clear_given(cluster: Cluster, place: Place, connection: Connection[Any]) -> None:
    """Drop what runs that keep nothing left in a given server; the connection holds RUNS alone."""
    for name in databases.find_commented(connection, TEMPORARY):
        cluster.drop_database(name)
    left = databases.find_names(connection)
    # Those of runs that were killed.
    for name in left:
        if name.startswith(TEST_PREFIX):
            discard(cluster, name)
    # A template that was kept has the roles and uids of the first database.
    if any(name.startswith(TEMPLATE_PREFIX) for name in left):
        return
    cluster.drop_database(FIRST)
    for role in (place.settings.runtime_role, place.settings.owner_role):
        # Other databases of the server may depend on them.
        with suppress(psycopg.errors.DependentObjectsStillExist):
            roles.drop_role(connection, role)


@contextmanager
def _alone(admin: str) -> Iterator[None]:
    """Let one process at a time look for a database and make it."""
    with psycopg.connect(admin, autocommit=True) as connection:
        databases.lock(connection, LOCK)
        yield


@contextmanager
def _explained() -> Iterator[None]:
    """Say in one sentence what PostgreSQL refuses; a worker gets no traceback of this process."""
    try:
        yield
    except psycopg.Error as error:
        raise DatabaseSetupError(
            f"The PostgreSQL of the tests cannot be used: {message_of(error)}; where it is that of "
            "--msm-database-url, look at the URL, whose role needs CREATEDB and CREATEROLE."
        ) from error


def _build(running: _Running, recipe: Recipe, stop: threading.Event) -> None:
    try:
        build_template(running.cluster, running.instance, recipe, lambda _text: None, stop=stop)
    except TemplateFailedError as error:
        # Its folder may be deleted at the end of this run.
        log = error.log_path.read_text(encoding="utf-8", errors="replace").splitlines()
        end = "\n".join(["", "The end of its log:", *log[-SHOWN_LINES:]])
        raise TemplateFailedError(f"{error}{end}", log_path=error.log_path) from error
