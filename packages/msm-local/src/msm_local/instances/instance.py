"""An instance: one platform of one project, its folder, and the files in it."""

import json
import os
import re
import secrets
import shlex
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import get_origin

from msm_local.errors import InvalidNameError, StateFolderError
from msm_local.instances.apis import OWN
from msm_local.instances.locking import LockWait, sign, try_lock
from msm_local.system.files import exists, explained, make_private_folder, read_json, write_private
from msm_local.system.launcher import own_command

__all__ = [
    "API_ENDED",
    "DEFAULT_NAME",
    "IGNORE_ALL",
    "STATE_FOLDER",
    "Instance",
    "State",
    "find_instance",
    "instance_in",
    "project_root",
]

API_ENDED = "without its API, which ended by itself"
DEFAULT_NAME = "default"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,47}")
STATE_FOLDER = ".msm-local"
IGNORE_ALL = "*\n"


@dataclass(frozen=True, slots=True)
class State:
    """A running platform, as its server describes it in the state file.

    Attributes:
        pid: the server process.
        started: when that process started, in seconds since the epoch.
        phase: the current step of its start; ``ready`` when it answers; API_ENDED when the process
            of the metatables API ended by itself.
        steps: when each step of its start began, in seconds since the epoch, in their order. A
            reader that comes late does not miss a short one.
        port: its HTTP port.
        endpoint: its URL, without a path.
        token: what every request carries.
        database_url: login of the platform role.
        embedded: whether PostgreSQL is ours.
        data_folder: data of the embedded PostgreSQL; empty otherwise.
        postgres_port: port of PostgreSQL; 0 while unknown.
        log_path: log of the server.
        version: version of msm-local.
        api: which API it serves, one of APIS.
    """

    pid: int
    started: float
    phase: str
    steps: dict[str, float]
    port: int
    endpoint: str
    token: str = field(repr=False)
    database_url: str = field(repr=False)
    embedded: bool
    data_folder: str
    postgres_port: int
    log_path: str
    version: str
    api: str


STATE_TYPES = {item.name: get_origin(item.type) or item.type for item in fields(State)}


@dataclass(frozen=True, slots=True)
class Instance:
    """Identity and folder of an instance.

    Attributes:
        root: the project it belongs to.
        name: its name within the project.
        folder: its private folder.
    """

    root: Path
    name: str
    folder: Path

    @property
    def log_path(self) -> Path:
        """Log of the server."""
        return self.folder / "server.log"

    @property
    def state_path(self) -> Path:
        """The state file of the running server."""
        return self.folder / "state.json"

    @property
    def marker_path(self) -> Path:
        """The marker: it names the instance, and without it we never delete the folder."""
        return self.folder / "instance.json"

    def command(self, words: str) -> str:
        """The command of msm-local that does this to this instance, as the user has to type it."""
        elsewhere = self.folder.parent != self.root / STATE_FOLDER
        place = f"--state-dir {shlex.quote(str(self.folder.parent))} " if elsewhere else ""
        name = "" if self.name == DEFAULT_NAME else f"--name {self.name} "
        return own_command(place + name + words)

    def named(self, name: str) -> "Instance":
        """Another instance of the same project, in the same place."""
        return Instance(self.root, name, self.folder.with_name(name))

    def prepare(self) -> None:
        """Create the folder: closed to other users, ignored by Git, and with our marker.

        Raises:
            StateFolderError: it cannot be made.
        """
        parent = self.folder.parent
        ignore = parent / ".gitignore"
        with explained(parent):
            parent.mkdir(parents=True, exist_ok=True)
            # A folder with files of the user's keeps its own ignore file. An empty ignore file is
            # ours: a full disk kept us from writing it.
            if all(path == ignore and path.stat().st_size == 0 for path in parent.iterdir()):
                ignore.write_text(IGNORE_ALL, encoding="utf-8")
        make_private_folder(self.folder)
        marker = json.dumps({"name": self.name, "root": str(self.root)})
        with explained(self.marker_path):
            written = self.marker_path.exists() and self.marker_path.read_text("utf-8") == marker
        if not written:
            write_private(self.marker_path, marker)

    @contextmanager
    def lock(self, report: Callable[[str], None] = lambda _text: None) -> Iterator[None]:
        """Let one start, stop or reset run at a time.

        Args:
            report: called with a sentence about the holder, if the lock is not free for long.

        Raises:
            StateFolderError: the folder cannot be used.
            InstanceBusyError: another process holds the lock for too long; names the process.
        """
        # A lock of the kernel: it is released even if its holder is killed.
        path = self.folder / "lock"
        wait = LockWait(self.command("status"), report)
        while True:
            self.prepare()
            with ExitStack() as stack:
                with explained(path):
                    # Opened for appending, because it contains the pid of its holder.
                    file = stack.enter_context(path.open("a+", encoding="utf-8"))
                while not try_lock(file):
                    wait.wait(file)
                # The last holder may have deleted the folder: then this file is not the one that
                # other processes lock.
                if path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat()):
                    with explained(path):
                        sign(file)
                    yield
                    return

    def read_state(self) -> State | None:
        """What the last server wrote, running or not; None if there is no such file.

        Raises:
            StateFolderError: the file is damaged.
        """
        content = read_json(
            self.state_path,
            f"run `{self.command('stop')}`, which ends its platform and loses no data",
        )
        if content is None:
            return None
        if {name: type(value) for name, value in content.items()} != STATE_TYPES:
            # Another version of msm-local wrote it, whose server may answer differently.
            return None
        state = State(**content)  # type: ignore[arg-type]
        written_in = Path(state.log_path).parent
        if written_in.is_dir() and not written_in.samefile(self.folder):
            # This checkout is a copy, and the platform belongs to the original.
            return None
        return state

    def write_state(self, state: State) -> None:
        """Write the state file."""
        write_private(self.state_path, json.dumps(asdict(state), indent=2))

    def clear_state(self) -> None:
        """Delete the state file of a server that ended."""
        with explained(self.state_path):
            self.state_path.unlink(missing_ok=True)

    def secrets(self) -> tuple[str, str]:
        """Token and runtime password; they are made once and kept as long as the instance.

        Raises:
            StateFolderError: their file is damaged, or cannot be written.
        """
        path = self.folder / "secrets.json"
        remedy = "delete it and start again, which makes new ones and loses no data"
        content = read_json(path, remedy)
        if content is None:
            content = {"token": secrets.token_urlsafe(32), "runtime": secrets.token_urlsafe(24)}
            write_private(path, json.dumps(content))
        if set(content) != {"token", "runtime"}:
            raise StateFolderError(f"{path} is damaged (a secret is missing); {remedy}.")
        return str(content["token"]), str(content["runtime"])

    def remembered_database_url(self) -> str | None:
        """The --database-url of the last start; None if it used the embedded PostgreSQL."""
        content = read_json(
            self.folder / "database.json",
            "name the database again with --database-url, or start with --embedded",
        )
        return None if content is None else str(content["url"])

    def remember_database_url(self, url: str | None) -> None:
        """Store for the next start which PostgreSQL has the data of this instance."""
        path = self.folder / "database.json"
        if url is not None:
            write_private(path, json.dumps({"url": url}))
            return
        with explained(path):
            path.unlink(missing_ok=True)

    def remembered_api(self) -> str | None:
        """The API that the instance serves since its first start; None before that."""
        content = read_json(
            self.folder / "api.json", "delete it, and name the API again with --api"
        )
        if content is not None:
            return str(content["api"])
        # Started by a version that had no choice.
        return OWN if self.remembered_ports()[0] is not None else None

    def remember_api(self, api: str) -> None:
        """Store for all later starts which API the instance serves."""
        write_private(self.folder / "api.json", json.dumps({"api": api}))

    def remembered_ports(self) -> tuple[int | None, int | None]:
        """HTTP and PostgreSQL port of the last start."""
        path = self.folder / "ports.json"
        content = read_json(path, "delete it and start again, which loses no data") or {}
        http, postgres = content.get("http"), content.get("postgres")
        return (
            http if isinstance(http, int) else None,
            postgres if isinstance(postgres, int) else None,
        )

    def remember_ports(self, http: int, postgres: int | None) -> None:
        """Store the ports for the next start."""
        content = {"http": http, "postgres": postgres}
        write_private(self.folder / "ports.json", json.dumps(content))


def instance_in(folder: Path) -> Instance | None:
    """The instance whose folder this is; None if the folder does not have our marker."""
    try:
        content = json.loads((folder / "instance.json").read_bytes())
        return Instance(Path(content["root"]), content["name"], folder)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def project_root(start: Path) -> Path:
    """The nearest folder at or above ``start`` with ``.git``, else with ``pyproject.toml``."""
    # Without either, ``start`` itself.
    resolved = start.resolve()
    for marker in (".git", "pyproject.toml"):
        for folder in (resolved, *resolved.parents):
            if exists(folder / marker):
                return folder
    return resolved


def find_instance(name: str, state_dir: Path | None = None, start: Path | None = None) -> Instance:
    """The instance of this name for the project around ``start`` (default: working directory).

    Raises:
        InvalidNameError: the name contains characters that a folder name should not have.
    """
    if NAME.fullmatch(name) is None:
        raise InvalidNameError(
            f"The instance name {name!r} is not valid; use at most 48 letters, digits, '-' and "
            "'_', and begin with a letter or digit."
        )
    root = project_root(start or Path.cwd())
    folder = Path(os.path.abspath(state_dir)) if state_dir else root / STATE_FOLDER  # noqa: PTH100
    return Instance(root, name, folder / name)
