"""Parts of a checkout: the sources as a repository, a Python, a uv and an ordinary user."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.support.wheels import PYTHON

ROOT = Path(__file__).parents[2]
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Workshop:
    """The parts that the situations use.

    Attributes:
        folder: everything of this run; anybody may enter.
        user: a throw-away ordinary user.
        version: of the Python that runs this, such as ``3.13.0``.
    """

    folder: Path
    user: str
    version: str

    @property
    def sources(self) -> Path:
        """A repository with one commit: the tracked files as they are in the work tree."""
        return self.folder / "sources"

    @property
    def python(self) -> Path:
        """A Python that everybody can read, as an installation prefix."""
        return self.folder / "python"

    @property
    def uv(self) -> Path:
        """A folder with only a uv."""
        return self.folder / "uv"

    @property
    def without_python(self) -> Path:
        """A folder with every program of the system but its Pythons."""
        return self.folder / "without-python"

    @property
    def checkouts(self) -> Path:
        """The parent of all checkouts."""
        return self.folder / "checkouts"

    def left_running(self) -> list[str]:
        """Command lines of processes that use this workshop."""
        found = (process.info for process in psutil.process_iter(("cmdline", "cwd")))
        return [
            " ".join(facts["cmdline"] or [])
            for facts in found
            if str(self.folder) in " ".join([*(facts["cmdline"] or []), facts["cwd"] or ""])
        ]

    def clone(self, folder: Path) -> None:
        """Clone the sources; the clone has a branch and a remote."""
        subprocess.run(["git", "clone", "--quiet", str(self.sources), str(folder)], check=True)

    def environment(self) -> dict[str, str]:
        """The variables of a new user with uv and Python on PATH, and a warm cache of uv."""
        passed = ("PIP_", "SSL_", "UV_", "REQUESTS_", "CURL_", "HTTP", "http", "NO_PROXY", "LANG")
        kept = {name: value for name, value in os.environ.items() if name.startswith(passed)}
        kept.pop("UV_PYTHON", None)
        return kept | {
            "PATH": f"{self.uv}:{self.python}/bin:{SYSTEM_PATH}",
            "HOME": str(self.folder / "home"),
            "UV_CACHE_DIR": answer(str(self.uv / "uv"), "cache", "dir"),
        }


def answer(*command: str) -> str:
    """Standard output of a command that succeeds."""
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


def git(folder: Path, *arguments: str) -> None:
    """Run git in ``folder``, with a name and an address."""
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.invalid")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True)


@contextmanager
def make_workshop() -> Iterator[Workshop]:
    """Make the sources, a Python, a uv and a user; remove everything at the end."""
    folder = Path(tempfile.mkdtemp(prefix="msm-checkouts-"))
    user = f"msm-{secrets.token_hex(4)}"
    version = ".".join(map(str, sys.version_info[:3]))
    workshop = Workshop(folder, user, version)
    folder.chmod(0o755)
    try:
        home = ("--home-dir", str(folder / "user"), "--create-home")
        subprocess.run(["useradd", *home, "--shell", "/bin/sh", user], check=True)
        (folder / "home").mkdir()
        fill(workshop)
        yield workshop
    finally:
        subprocess.run(["userdel", user], check=True)
        shutil.rmtree(folder)


def fill(workshop: Workshop) -> None:
    """Copy the sources into a repository, and install a uv and a Python."""
    copy_sources(workshop.sources)
    copy_python(workshop)
    copy_uv(workshop)
    link_programs(workshop.without_python)


def link_programs(folder: Path) -> None:
    """Link every program of the system except Pythons; the first of a name wins, as on PATH."""
    folder.mkdir()
    for place in map(Path, SYSTEM_PATH.split(":")):
        for program in place.iterdir() if place.is_dir() else ():
            link = folder / program.name
            if not program.name.startswith(("python", "pypy")) and not link.is_symlink():
                link.symlink_to(program)


def copy_sources(folder: Path) -> None:
    """Make a repository with one commit: the tracked files as they are in the work tree."""
    listed = ("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, answer("git", "-C", str(ROOT), *listed).split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, target)
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "Sources")


def copy_python(workshop: Workshop) -> None:
    """Copy the Python that runs this, also to where pyenv and uv put theirs."""
    skipped = shutil.ignore_patterns("test", "__pycache__", "site-packages")
    shutil.copytree(sys.base_prefix, workshop.python, symlinks=True, ignore=skipped)
    # A pyenv's Python looks for its library by an absolute path, which may be below /root.
    program = workshop.python / "bin" / PYTHON.name
    absolute, relative = os.fsencode(f"{sys.base_prefix}/lib\0"), b"$ORIGIN/../lib\0"
    program.write_bytes(
        program.read_bytes().replace(absolute, relative.ljust(len(absolute), b"\0"))
    )
    for place in (
        f"pyenv/versions/{workshop.version}",
        f"uv-pythons/cpython-{workshop.version}-linux-{os.uname().machine}-gnu",
    ):
        installation = workshop.folder / place
        installation.mkdir(parents=True)
        for part in workshop.python.iterdir():
            (installation / part.name).symlink_to(part)


def copy_uv(workshop: Workshop) -> None:
    """Install a uv and copy its program: the one on PATH may be a shim that needs its pyenv."""
    program = shutil.which(os.environ.get("UV", "uv")) or sys.exit("There is no uv; use ./dev run.")
    installed = workshop.folder / "uv-environment"
    subprocess.run([program, "venv", "--quiet", installed], check=True)
    python = installed / "bin" / "python"
    subprocess.run([program, "pip", "install", "--quiet", "--python", python, "uv"], check=True)
    workshop.uv.mkdir()
    code = "import shutil, sys, uv; shutil.copy(uv.find_uv_bin(), sys.argv[1])"
    subprocess.run([python, "-c", code, workshop.uv / "uv"], check=True)
