"""Create a database cluster: ``initdb`` with scram from the start, and its passwords."""

import json
import os
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

from msm_local.errors import ClusterError
from msm_local.postgres.paths import Account, binaries_folder
from msm_local.postgres.settings import HBA
from msm_local.system.files import read_json, remove_folder, write_private

__all__ = [
    "MARKER",
    "PASSWORDS",
    "PLATFORM_ROLE",
    "SUPERUSER",
    "make_cluster",
    "postgres_environment",
    "read_passwords",
]

SUPERUSER = "msm_superuser"
PLATFORM_ROLE = "msm_platform"
PASSWORDS = "cluster.json"
# An empty file in a data folder; without it we never delete the folder.
MARKER = "msm-local"
# In the names of clusters that are being made.
NEW = ".new-"
# A new cluster takes 42 MB (measured); the rest is room for the first tables.
NEEDED_DISK = 64 << 20
# With less than this, a running platform can hardly write.
LITTLE_DISK = 16 << 20


def make_cluster(home: Path, data: Path, account: Account) -> None:
    """Create the data folder of a new cluster, and its passwords in ``home``.

    Raises:
        ClusterError: the data was deleted and its passwords were not, there is too little disk
            space, or ``initdb`` failed; contains its message.
    """
    unfinished = list(data.parent.glob(f"{data.name}{NEW}*"))
    if (home / PASSWORDS).exists() and not data.exists() and not unfinished:
        raise ClusterError(
            f"The data of {home} should be in {data}, which does not exist; restore it, or delete "
            f"{home / PASSWORDS} to start with no data."
        )
    free = shutil.disk_usage(data.parent).free
    if free < NEEDED_DISK:
        raise ClusterError(
            f"A new PostgreSQL needs {NEEDED_DISK >> 20} MB, and {data.parent} has only "
            f"{free >> 20} MB free; free some space, or name another folder with --state-dir."
        )
    passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, PLATFORM_ROLE)}
    remove_folder(data, last=MARKER)
    for scratch in unfinished:
        # From a start that was killed.
        remove_folder(scratch)
    # Created next to its place and renamed at the end: an incomplete cluster is never used.
    with tempfile.TemporaryDirectory(prefix=f"{data.name}{NEW}", dir=data.parent) as folder:
        scratch = Path(folder)
        password_file = scratch / "password"
        # The mode comes first, so that nobody can read the password in between.
        password_file.touch(mode=0o600)
        password_file.write_text(passwords[SUPERUSER], encoding="utf-8")
        if account.switched:
            for path in (scratch, password_file):
                shutil.chown(path, account.uid, account.gid)
        _run_initdb(scratch / "data", password_file, account)
        (scratch / "data" / "pg_hba.conf").write_text(HBA, encoding="utf-8")
        (scratch / "data" / MARKER).touch()
        write_private(home / PASSWORDS, json.dumps(passwords))
        (scratch / "data").rename(data)


def read_passwords(home: Path, data: Path) -> dict[str, str]:
    """The passwords of the cluster, by role.

    Raises:
        ClusterError: they are not in ``home``.
        StateFolderError: their file is damaged.
    """
    path = home / PASSWORDS
    # Never only the file: without the passwords nobody can log in to the data.
    remedy = f"restore it, or delete it and the data in {data} to start with no data"
    content = read_json(path, remedy) or {}
    if set(content) != {SUPERUSER, PLATFORM_ROLE}:
        raise ClusterError(f"{path} does not contain the passwords of the cluster; {remedy}.")
    return {role: str(password) for role, password in content.items()}


def postgres_environment() -> dict[str, str]:
    """The environment of PostgreSQL's programs, without the user's variables."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _run_initdb(data: Path, password_file: Path, account: Account) -> None:
    result = subprocess.run(
        [
            *(str(binaries_folder(account) / "initdb"), "--pgdata", str(data)),
            # scram from the first moment: there is no time at which the cluster trusts everybody.
            *("--username", SUPERUSER, "--pwfile", str(password_file), "--auth=scram-sha-256"),
            # PostgreSQL's builtin locale sorts alike on every machine; the C library's does not.
            *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
            # Small segments of the write-ahead log keep a new cluster small, and a cluster that a
            # power cut damages while it is created is created again.
            *("--wal-segsize=4", "--no-sync", "--no-instructions"),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=data.parent,
        env=postgres_environment(),
        user=account.uid if account.switched else None,
        group=account.gid if account.switched else None,
        extra_groups=[] if account.switched else None,
    )
    if result.returncode != 0:
        lines = result.stderr.strip().splitlines() or ["it printed nothing"]
        # Its last lines are about the clean-up, not about the cause.
        causes = [line for line in lines if "error:" in line or "FATAL:" in line] or lines[-1:]
        raise ClusterError(f"initdb failed in {data.parent}: {causes[0].rstrip('.')}.")
