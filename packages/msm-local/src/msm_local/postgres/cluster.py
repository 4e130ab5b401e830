"""The embedded PostgreSQL: one cluster, its start and its stop.

Only the binaries of the wheel are used. The wheel's own ``get_server`` runs ``initdb`` with
``trust``: every local user is superuser then, and expired roles can still log in.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode

import psycopg

from msm_local.database.libpq import EXPLICIT
from msm_local.errors import ClusterError
from msm_local.postgres.initdb import (
    LITTLE_DISK,
    MARKER,
    PASSWORDS,
    PLATFORM_ROLE,
    SUPERUSER,
    make_cluster,
    postgres_environment,
    read_passwords,
)
from msm_local.postgres.paths import (
    LASTING,
    binaries_folder,
    data_folder,
    hand_over,
    postgres_account,
    shared_folder,
)
from msm_local.postgres.postmaster import end_orphan, is_ready
from msm_local.postgres.settings import server_options
from msm_local.postgres.temporary import abandoned_homes, new_home
from msm_local.repositories import databases, roles
from msm_local.system.files import make_private_folder, remove_folder
from msm_local.system.ports import free_port, is_free
from msm_local.system.processes import die_with_parent, signals_deferred

__all__ = ["PLATFORM_ROLE", "SUPERUSER", "Cluster"]

START_TIMEOUT = 30.0
STOP_TIMEOUT = 20.0


class Cluster:
    """A PostgreSQL of our own below one folder; a context manager that starts and stops it.

    Args:
        home: private folder of the cluster, made if missing, for secrets and log. The data is in
            it, or elsewhere if the user that runs PostgreSQL cannot reach it.
        port: preferred TCP port on 127.0.0.1; if it is busy, another free one is used.
        durable: False makes it faster, and a power cut may destroy its data; for tests.
        report: called with the name of each slow step before it begins.
    """

    def __init__(
        self,
        home: Path,
        *,
        port: int | None = None,
        durable: bool = True,
        report: Callable[[str], None] = lambda _step: None,
    ) -> None:
        self.home = home
        self.durable = durable
        self.port = port
        self.log_path = home / "postgres.log"
        self._report = report
        self._account = postgres_account()
        self._process: subprocess.Popen[bytes] | None = None
        self._passwords: dict[str, str] = {}

    @classmethod
    @contextmanager
    def temporary(cls, parent: Path = LASTING) -> Iterator[Self]:
        """A running cluster that is deleted afterwards, with its data.

        Clusters that killed processes left behind are deleted first.

        Args:
            parent: a folder in which every user may make one; the cluster is in a folder of ours
                there.

        Raises:
            ClusterError: PostgreSQL cannot be created or does not start, or our folder is not ours.
        """
        folder = shared_folder(parent)
        for home in abandoned_homes(folder):
            cls(home).destroy()
        with new_home(folder) as home:
            cluster = cls(home, durable=False)
            try:
                with cluster:
                    yield cluster
            finally:
                cluster.destroy()

    @classmethod
    def attached(cls, home: Path, port: int) -> Self:
        """A cluster that another process runs; this process neither starts nor stops it.

        Raises:
            ClusterError: the passwords of the cluster are missing.
        """
        cluster = cls(home, port=port)
        cluster._passwords = read_passwords(home, cluster.data)
        return cluster

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def platform_role(self) -> str:
        """The role that owns the platform's databases."""
        return PLATFORM_ROLE

    @property
    def data(self) -> Path:
        """The PostgreSQL data folder."""
        return data_folder(self.home, self._account)

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running postmaster.

        Raises:
            ClusterError: the cluster is not running.
        """
        if self._process is None:
            raise ClusterError("The embedded PostgreSQL is not running; start it first.")
        return self._process

    def admin_url(self, database: str = "postgres") -> str:
        """A URL that logs in as the superuser of the cluster."""
        return self._url(SUPERUSER, database)

    def platform_url(self, database: str) -> str:
        """A URL that logs in as the platform role, which owns the platform's databases."""
        return self._url(PLATFORM_ROLE, database)

    def _url(self, role: str, database: str) -> str:
        password = quote(self._passwords[role], safe="")
        place = f"127.0.0.1:{self.port}/{quote(database, safe='')}"
        return f"postgresql://{role}:{password}@{place}?{urlencode(EXPLICIT)}"

    def create_database(self, name: str, *, template: str | None = None) -> None:
        """Create a database that the platform role owns, empty or as a copy of ``template``."""
        # Copying files is faster only if nothing has to reach the disk.
        copy_files = template is not None and not self.durable
        with self._connect() as connection:
            databases.create(
                connection,
                name,
                owner=self.platform_role,
                template=template or "template0",
                copy_files=copy_files,
            )

    def drop_database(self, name: str, *, wait: bool = True) -> None:
        """Drop a database and end the sessions in it; nothing happens if it does not exist.

        Args:
            name: of the database.
            wait: False returns at once, and PostgreSQL finishes alone.
        """
        # Closed, and not left as a context, which would wait for the last statement.
        with closing(self._connect()) as connection:
            databases.drop(connection, name, wait=wait)

    def databases(self) -> list[str]:
        """The names of the databases, oldest first, without those that are half dropped."""
        with self._connect() as connection:
            return databases.find_names(connection)

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        # Databases are created and dropped outside a transaction only.
        return psycopg.connect(self.admin_url(), autocommit=True)

    def start(self) -> None:
        """Create the cluster if it does not exist, start it, and return when it answers.

        Call it from a thread that lives as long as the cluster is needed: on Linux the end of that
        thread ends PostgreSQL, so that a killed process leaves no orphan.

        Raises:
            ClusterError: PostgreSQL cannot be created or does not start; names the log.
        """
        make_private_folder(self.home)
        end_orphan(self.data)
        self._forget_abandoned_data()
        if not (self.data / "PG_VERSION").exists():
            self._report("making the database cluster")
            make_cluster(self.home, self.data, self._account)
        hand_over(self.data, self._account)
        self._passwords = read_passwords(self.home, self.data)
        if self.port is None or not is_free(self.port):
            self.port = free_port()
        self._report("starting PostgreSQL")
        try:
            self._start_on(self.port)
            with self._connect() as connection:
                password = self._passwords[PLATFORM_ROLE]
                roles.ensure_platform_login(connection, PLATFORM_ROLE, password)
                # A stop interrupts a DROP that nobody waits for.
                for name in databases.find_half_dropped(connection):
                    databases.drop(connection, name)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop PostgreSQL with a fast shutdown; does nothing if it is not running."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        # SIGINT is PostgreSQL's fast shutdown. SIGQUIT ends it at once, and the next start recovers
        # from the write-ahead log.
        for way, timeout in ((signal.SIGINT, STOP_TIMEOUT), (signal.SIGQUIT, 5.0)):
            process.send_signal(way)
            try:
                process.wait(timeout=timeout)
            except subprocess.TimeoutExpired:
                continue
            return
        process.kill()
        process.wait()

    def destroy(self) -> None:
        """Stop PostgreSQL and delete the cluster with all its data."""
        self.stop()
        end_orphan(self.data)
        remove_folder(self.data, last=MARKER)
        remove_folder(self.home)

    def _forget_abandoned_data(self) -> None:
        """Delete the data of a home folder that was deleted, and its passwords with it."""
        # A home with a log has seen a start before. If only its passwords are missing, that is an
        # error for the user to decide about, and nothing is deleted.
        is_new = not (self.log_path.exists() or (self.home / PASSWORDS).exists())
        if is_new and (self.data / MARKER).exists():
            self._report("deleting data whose state folder was deleted")
            remove_folder(self.data, last=MARKER)

    def _start_on(self, port: int) -> None:
        self._launch(port)
        try:
            self._wait_until_ready()
        except ClusterError:
            self.stop()
            if is_free(port):
                raise
            # Another process took the port after it was chosen: try once more on another one.
            self.port = free_port()
            self._launch(self.port)
            self._wait_until_ready()

    def _launch(self, port: int) -> None:
        account = self._account
        binary = binaries_folder(account) / "postgres"
        with self.log_path.open("ab") as log, signals_deferred():
            self._process = subprocess.Popen(
                [
                    *(str(binary), "-D", str(self.data), "-p", str(port)),
                    *server_options(durable=self.durable),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data,
                env=postgres_environment(),
                # So that Ctrl-C reaches only us: we stop PostgreSQL after the server.
                start_new_session=True,
                preexec_fn=die_with_parent(os.getpid()),
                user=account.uid if account.switched else None,
                group=account.gid if account.switched else None,
                extra_groups=[] if account.switched else None,
            )

    def _wait_until_ready(self) -> None:
        process = self.process
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise ClusterError(
                    f"PostgreSQL exited at once with code {process.returncode}; {self._hint()}."
                )
            # From its pid file: each failed connection attempt would be an error in its log.
            if is_ready(self.data, process.pid):
                return
            time.sleep(0.01)
        raise ClusterError(
            f"PostgreSQL did not answer within {START_TIMEOUT:.0f} s; {self._hint()}."
        )

    def _hint(self) -> str:
        free = shutil.disk_usage(self.data).free
        if free < LITTLE_DISK:
            # The log does not help here: it is on the same full disk.
            return f"only {free >> 20} MB are free for its data in {self.data}: free some space"
        return f"see its log {self.log_path}"
