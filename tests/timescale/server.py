"""A TimescaleDB of our own: Debian's packages in a folder, with a server on loopback."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from msm_local.postgres.cluster import SUPERUSER
from msm_local.system.ports import free_port

__all__ = ["NEEDED", "UNSAFE", "ServerError", "server"]

# Only root may write there, and runs programs of it.
FOLDER = Path("/srv/msm-timescale")
# The release of Debian that has the packages.
SUITE = "sid"
PACKAGES = ("postgresql-18", "postgresql-18-timescaledb")
PROGRAMS = "/usr/lib/postgresql/18/bin"
START_TIMEOUT = 60.0

NEEDED = {
    "timescaledb.telemetry_level": "off",
    # Its scheduler keeps a session in each database, which then is no template for another one.
    "timescaledb.max_background_workers": "0",
    "max_locks_per_transaction": "256",
}
SETTINGS = NEEDED | {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_preload_libraries": "timescaledb",
    # The folder has no /dev/shm.
    "dynamic_shared_memory_type": "mmap",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "timezone": "UTC",
}
# Nothing here has to survive a power cut; the benchmarks wait for the disk.
UNSAFE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class ServerError(Exception):
    """There is no TimescaleDB here, and none can be made."""


@contextmanager
def server(*, durable: bool = False) -> Iterator[str]:
    """A TimescaleDB with an empty cluster, which is deleted in the end.

    The packages are installed once, which takes some 2 minutes, and stay in ``FOLDER``.

    Args:
        durable: whether it waits for the disk, as a server in production does.

    Yields:
        The URL of its superuser.

    Raises:
        ServerError: this is not Debian, or not root.
    """
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise ServerError(
            "A TimescaleDB can be made here only as root on Debian; set MSM_TIMESCALE_URL to the "
            "URL of a superuser of one, such as "
            "postgresql://postgres:PASSWORD@127.0.0.1:5432/postgres."
        )
    if not (FOLDER / PROGRAMS.lstrip("/") / "postgres").exists():
        _install()
    with _cluster() as (data, password):
        port = free_port()
        options = SETTINGS | ({} if durable else UNSAFE) | {"port": str(port)}
        words = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        with (FOLDER / "var/log/msm-timescale.log").open("wb") as log:
            process = subprocess.Popen(
                # It ends with this process, however that ends.
                _inside("--pdeathsig", "INT", f"{PROGRAMS}/postgres", "-D", data, *words),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
            try:
                url = f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{port}/postgres"
                _wait(process, url)
                yield url
            finally:
                process.send_signal(signal.SIGQUIT)
                process.wait()


def _install() -> None:
    if shutil.which("debootstrap") is None:
        _run("apt-get", "install", "-y", "debootstrap")
    # A folder whose installation was interrupted cannot be used again.
    shutil.rmtree(FOLDER, ignore_errors=True)
    _run("debootstrap", "--variant=minbase", SUITE, str(FOLDER), _mirror())
    # Neither a service nor a cluster of the packages' own.
    _write_program("usr/sbin/policy-rc.d", "exit 101")
    # Debian's own makes folders that are not needed here, and fails without /proc.
    _write_program("usr/local/sbin/systemd-tmpfiles", "exit 0")
    settings = FOLDER / "etc/postgresql-common"
    settings.mkdir(exist_ok=True)
    (settings / "createcluster.conf").write_text("create_main_cluster = false\n", encoding="utf-8")
    install = ("apt-get", "install", "-y", "--no-install-recommends", *PACKAGES)
    variables = ("DEBIAN_FRONTEND=noninteractive", f"PATH=/usr/local/sbin:{os.environ['PATH']}")
    _run("chroot", str(FOLDER), "env", *variables, *install)


def _write_program(path: str, line: str) -> None:
    program = FOLDER / path
    program.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    program.chmod(0o755)


def _mirror() -> str:
    """The first source of this machine that has Debian's main packages."""
    told = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN) $(LABEL) $(REPO_URI)"],
        check=True, stdout=subprocess.PIPE, text=True,
    ).stdout  # fmt: skip
    for line in told.splitlines():
        origin, label, place = line.rsplit(" ", 2)
        if origin == label == "Debian":
            return place
    raise ServerError("No package source of this machine is Debian's own; add one.")


@contextmanager
def _cluster() -> Iterator[tuple[str, str]]:
    """A new cluster inside of the folder: its data and the password of its superuser."""
    password = secrets.token_urlsafe(24)
    home = f"/var/lib/postgresql/msm-{secrets.token_hex(4)}"
    data, given = f"{home}/data", FOLDER / home.lstrip("/") / "password"
    subprocess.run(_inside("mkdir", "-m", "700", home), check=True)
    try:
        given.write_text(password, encoding="utf-8")
        given.chmod(0o644)
        subprocess.run(
            _inside(
                f"{PROGRAMS}/initdb", "-D", data, "--username", SUPERUSER, "--no-sync",
                "--pwfile", f"{home}/password", "--auth=scram-sha-256", "--encoding=UTF8",
                "--no-locale",
            ),
            check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        yield data, password
    finally:
        shutil.rmtree(FOLDER / home.lstrip("/"))


def _inside(*command: str) -> list[str]:
    """A command in the folder, as the user that runs PostgreSQL."""
    user = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
    return ["chroot", str(FOLDER), *user, *command]


def _wait(process: subprocess.Popen[Any], url: str) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                log = (FOLDER / "var/log/msm-timescale.log").read_text(encoding="utf-8")
                raise ServerError(f"TimescaleDB does not start: {log}") from None
            time.sleep(0.1)
        else:
            return


def _run(*command: str) -> None:
    print(f"$ {' '.join(command)}", flush=True)  # noqa: T201 - the only sign of 2 minutes
    subprocess.run(command, check=True)
