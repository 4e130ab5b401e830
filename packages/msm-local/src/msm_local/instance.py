"""An instance: one platform of one project, its folder, and what the folder remembers."""

import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from msm_local.errors import InvalidNameError, StateFolderError
from msm_local.files import make_private_folder, read_json, write_private
from msm_local.processes import is_process

__all__ = ["Instance", "State", "find_instance", "project_root"]

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,47}")
STATE_FOLDER = ".msm-local"


@dataclass(frozen=True, slots=True)
class State:
    """A running platform, as its server wrote it down.

    Attributes:
        pid: the server process.
        started: when that process started, in seconds since the epoch.
        phase: the step of the start it is in; ``ready`` when it answers.
        port: its HTTP port.
        endpoint: its URL, without a path.
        token: what every request carries.
        database_url: login of the platform role.
        embedded: whether PostgreSQL is ours.
        data_folder: data of the embedded PostgreSQL; empty otherwise.
        postgres_port: port of PostgreSQL; 0 while unknown.
        log_path: log of the server.
        version: version of msm-local.
    """

    pid: int
    started: float
    phase: str
    port: int
    endpoint: str
    token: str = field(repr=False)
    database_url: str = field(repr=False)
    embedded: bool
    data_folder: str
    postgres_port: int
    log_path: str
    version: str

    def is_alive(self) -> bool:
        """Whether the server process that wrote this lives."""
        return is_process(self.pid, self.started)


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
        """The running server's own account."""
        return self.folder / "state.json"

    def prepare(self) -> None:
        """Make the folder, closed to others and ignored by Git.

        Raises:
            StateFolderError: it cannot be made.
        """
        parent = self.folder.parent
        try:
            parent.mkdir(parents=True, exist_ok=True)
            # A folder that somebody filled before us keeps its own rules.
            if not any(parent.iterdir()):
                (parent / ".gitignore").write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise StateFolderError(
                f"The folder {parent} cannot be written ({error.strerror}); name a writable one "
                "with --state-dir."
            ) from error
        make_private_folder(self.folder)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Serialize starts and stops; a killed holder frees it."""
        self.prepare()
        with (self.folder / "lock").open("w", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def read_state(self) -> State | None:
        """What the last server wrote, whether it lives or not; None where none ever did.

        Raises:
            StateFolderError: the file is damaged.
        """
        content = read_json(self.state_path)
        if content is None:
            return None
        if set(content) != {item.name for item in fields(State)}:
            # Another version wrote it; a server of that version is not ours to talk to.
            return None
        return State(**content)  # type: ignore[arg-type]

    def write_state(self, state: State) -> None:
        """Write down what the server is."""
        write_private(self.state_path, json.dumps(asdict(state), indent=2))

    def clear_state(self) -> None:
        """Forget a server that ended."""
        self.state_path.unlink(missing_ok=True)

    def secrets(self) -> tuple[str, str]:
        """Token and runtime password, made once for the life of the instance."""
        path = self.folder / "secrets.json"
        content = read_json(path)
        if content is None:
            content = {"token": secrets.token_urlsafe(32), "runtime": secrets.token_urlsafe(24)}
            write_private(path, json.dumps(content))
        return str(content["token"]), str(content["runtime"])

    def remembered_ports(self) -> tuple[int | None, int | None]:
        """HTTP and PostgreSQL port of the last start."""
        content = read_json(self.folder / "ports.json") or {}
        http, postgres = content.get("http"), content.get("postgres")
        return (
            http if isinstance(http, int) else None,
            postgres if isinstance(postgres, int) else None,
        )

    def remember_ports(self, http: int, postgres: int | None) -> None:
        """Keep the ports for the next start."""
        content = {"http": http, "postgres": postgres}
        write_private(self.folder / "ports.json", json.dumps(content))


def project_root(start: Path) -> Path:
    """The nearest folder with ``.git`` above, else with ``pyproject.toml``, else ``start``."""
    resolved = start.resolve()
    for marker in (".git", "pyproject.toml"):
        for folder in (resolved, *resolved.parents):
            if (folder / marker).exists():
                return folder
    return resolved


def find_instance(name: str, state_dir: Path | None = None, start: Path | None = None) -> Instance:
    """The instance of this name for the project around ``start`` (default: working directory).

    Raises:
        InvalidNameError: the name would make no good folder name.
    """
    if NAME.fullmatch(name) is None:
        raise InvalidNameError(
            f"The instance name {name!r} is not usable; take letters, digits, '-' and '_', at most "
            "48, with a letter or digit first."
        )
    root = project_root(start or Path.cwd())
    folder = Path(os.path.abspath(state_dir)) if state_dir else root / STATE_FOLDER  # noqa: PTH100
    return Instance(root, name, folder / name)
