"""Private files and folders: other users can never read a secret, not even for a moment."""

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
    """Turn an error of the system about a file or folder of ours into one sentence.

    Raises:
        StateFolderError: the block raised an OSError; names ``path`` and the reason.
    """
    try:
        yield
    except OSError as error:
        remedy = "free some space" if error.errno in FULL else "give this user write access to it"
        raise StateFolderError(
            f"{path} cannot be used ({error.strerror}); {remedy}, or name another folder with "
            "--state-dir."
        ) from error


def exists(path: Path) -> bool:
    """Whether the path exists, as far as we may see."""
    # Path.exists() raises an error for a path in a folder that we may not read.
    return os.path.exists(path)  # noqa: PTH110


def make_private_folder(path: Path) -> Path:
    """Make ``path`` a folder of mode 0700, with its parents, and return it.

    Raises:
        StateFolderError: the folder cannot be created, or belongs to another user.
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
    """Replace the content of the file ``path`` in one step, with mode 0600.

    Raises:
        StateFolderError: the file cannot be written; an existing file is unchanged.
    """
    with explained(path):
        # mkstemp creates the file with mode 0600. Written and then renamed: a reader, or a crash,
        # sees the old content or the new one.
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
    """The JSON object in ``path``; None if there is no file.

    Args:
        path: the file.
        remedy: how to fix a damaged file, as the end of a sentence.

    Raises:
        StateFolderError: the file cannot be read, or is not a JSON object.
    """
    try:
        with explained(path):
            if not path.exists():
                return None
            content: object = json.loads(path.read_bytes())
    except ValueError as error:
        raise StateFolderError(f"{path} is damaged ({error}); {remedy}.") from error
    if not isinstance(content, dict):
        raise StateFolderError(f"{path} is damaged (it is not a JSON object); {remedy}.")
    return content


def remove_folder(path: Path, *, last: str = "") -> None:
    """Delete ``path`` with everything in it; does nothing if it does not exist.

    Args:
        path: the folder.
        last: the name of the file in it that is deleted last, because the others are deleted only
            where it is there: an interrupted call can be repeated.
    """
    if not path.exists():
        return
    for entry in path.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != last:
            entry.unlink()
    shutil.rmtree(path)
