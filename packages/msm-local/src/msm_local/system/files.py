"""Private files and folders: what holds a secret is never readable by others, not even briefly."""

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msm_local.errors import StateFolderError

__all__ = [
    "exists",
    "explained",
    "make_private_folder",
    "read_json",
    "remove_folder",
    "write_private",
]

FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the system says about a file or folder of ours into one sentence.

    Raises:
        StateFolderError: the block raised an OSError; names ``path`` and the reason.
    """
    try:
        yield
    except OSError as error:
        remedy = "free some space" if error.errno in FULL else "make it yours and writable"
        raise StateFolderError(
            f"{path} cannot be used ({error.strerror}); {remedy}, or name another folder with "
            "--state-dir."
        ) from error


def exists(path: Path) -> bool:
    """Whether the path exists, as far as we may see: Path.exists fails where we may not look."""
    return os.path.exists(path)  # noqa: PTH110


def make_private_folder(path: Path) -> Path:
    """Make ``path`` (parents included) a folder of mode 0700, and return it.

    Raises:
        StateFolderError: the folder cannot be made, or belongs to another user.
    """
    with explained(path):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = path.stat().st_uid
        if owner != os.geteuid():
            raise StateFolderError(
                f"The folder {path} belongs to another user (uid {owner}, not {os.geteuid()}); "
                "run this as that user, or name a folder of your own with --state-dir."
            )
        path.chmod(0o700)
    return path


def write_private(path: Path, text: str) -> None:
    """Replace the file ``path`` by ``text`` in one step, with mode 0600.

    Raises:
        StateFolderError: the file cannot be written; the one that was there is as before.
    """
    with explained(path):
        # mkstemp makes the file 0600 from its first byte on.
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def read_json(path: Path, remedy: str) -> Mapping[str, object] | None:
    """The JSON object in ``path``; None where there is no file.

    Args:
        path: the file.
        remedy: what to do about a damaged one, to complete "...; ".

    Raises:
        StateFolderError: the file cannot be read, or holds no JSON object.
    """
    try:
        with explained(path):
            if not path.exists():
                return None
            content: object = json.loads(path.read_bytes())
    except ValueError as error:
        raise StateFolderError(f"{path} is damaged ({error}); {remedy}.") from error
    if not isinstance(content, dict):
        raise StateFolderError(f"{path} is damaged (it holds no JSON object); {remedy}.")
    return content


def remove_folder(path: Path) -> None:
    """Delete ``path`` with everything in it; nothing happens where it does not exist."""
    if path.exists():
        shutil.rmtree(path)
