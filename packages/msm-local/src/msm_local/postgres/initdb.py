"""Making a database cluster: ``initdb`` with scram from the first moment, and its passwords."""

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
# An empty file in a data folder that says that it is ours to delete.
MARKER = "msm-local"
# It was seen to take 42 MB; the rest is room for the first tables.
NEEDED_DISK = 64 << 20
# What a running platform needs to go on writing.
LITTLE_DISK = 16 << 20


def make_cluster(home: Path, data: Path, account: Account) -> None:
    """Make the data folder of a new cluster, and its passwords in ``home``.

    It is made beside its place and renamed into it: half of a cluster is never used.

    Raises:
        ClusterError: there is too little disk, or ``initdb`` failed; with its words.
    """
    free = shutil.disk_usage(data.parent).free
    if free < NEEDED_DISK:
        raise ClusterError(
            f"A new PostgreSQL takes {NEEDED_DISK >> 20} MB, and {data.parent} has only "
            f"{free >> 20} MB free; free some space, or name another folder with --state-dir."
        )
    passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, PLATFORM_ROLE)}
    remove_folder(data)
    for unfinished in data.parent.glob(f"{data.name}.*"):
        # A start that was killed could not delete it.
        remove_folder(unfinished)
    with tempfile.TemporaryDirectory(prefix=f"{data.name}.", dir=data.parent) as folder:
        scratch = Path(folder)
        password_file = scratch / "password"
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
        StateFolderError: the file that keeps them is damaged.
    """
    path = home / PASSWORDS
    remedy = f"restore it, or delete it together with the data in {data} to begin anew"
    content = read_json(path, remedy) or {}
    if set(content) != {SUPERUSER, PLATFORM_ROLE}:
        raise ClusterError(f"{path} does not hold the passwords of the cluster; {remedy}.")
    return {role: str(password) for role, password in content.items()}


def postgres_environment() -> dict[str, str]:
    """The environment of PostgreSQL's programs: none of our variables steers them."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _run_initdb(data: Path, password_file: Path, account: Account) -> None:
    result = subprocess.run(
        [
            *(str(binaries_folder(account) / "initdb"), "--pgdata", str(data)),
            *("--username", SUPERUSER, "--pwfile", str(password_file), "--auth=scram-sha-256"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"),
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
        lines = result.stderr.strip().splitlines() or ["it said nothing"]
        # The last lines only tell what it cleans up.
        told = [line for line in lines if "error:" in line or "FATAL:" in line] or lines[-1:]
        raise ClusterError(f"initdb failed in {data.parent}: {told[0]}")
