"""Private files and folders: what holds a secret is never readable by others, not even briefly."""

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from msm_local.errors import StateFolderError

__all__ = ["make_private_folder", "read_json", "remove_folder", "write_private"]


def make_private_folder(path: Path) -> Path:
    """Make ``path`` (parents included) a folder of mode 0700, and return it.

    Raises:
        StateFolderError: the folder cannot be made, or belongs to another user.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.stat().st_uid != os.geteuid():
            raise StateFolderError(
                f"The folder {path} belongs to another user; name one of your own with --state-dir."
            )
        path.chmod(0o700)
    except OSError as error:
        raise StateFolderError(
            f"The folder {path} cannot be made or used ({error.strerror}); name a writable one "
            "with --state-dir."
        ) from error
    return path


def write_private(path: Path, text: str) -> None:
    """Replace the file ``path`` by ``text`` in one step, with mode 0600.

    Raises:
        StateFolderError: the file cannot be written.
    """
    try:
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
    except OSError as error:
        raise StateFolderError(
            f"The file {path} cannot be written ({error.strerror}); free space or name a writable "
            "folder with --state-dir."
        ) from error


def read_json(path: Path) -> Mapping[str, object] | None:
    """The JSON object in ``path``; None where there is no file.

    Raises:
        StateFolderError: the file cannot be read, or holds no JSON object.
    """
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StateFolderError(
            f"The file {path} cannot be read as JSON ({error}); delete it and start again."
        ) from error
    if not isinstance(content, dict):
        raise StateFolderError(f"The file {path} holds no JSON object; delete it and start again.")
    return content


def remove_folder(path: Path) -> None:
    """Delete ``path`` with everything in it; nothing happens where it does not exist."""
    if path.exists():
        shutil.rmtree(path)
