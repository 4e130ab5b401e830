"""The instances of this machine's user: one small file for each, below the user's state folder.

With one file per instance no lock is needed: no process rewrites a file that another one reads.
"""

import hashlib
import os
from contextlib import suppress
from pathlib import Path

import platformdirs

from msm_local.instances.instance import Instance, instance_in
from msm_local.system.files import explained, make_private_folder, write_private
from msm_local.system.processes import server_folders

__all__ = ["forget", "known_instances", "register"]


def register(instance: Instance) -> None:
    """Add the instance to the list.

    Raises:
        StateFolderError: the user's state folder cannot be used.
    """
    make_private_folder(_folder())
    write_private(_entry(instance.folder), str(instance.folder))


def forget(instance: Instance) -> None:
    """Remove the instance from the list; does nothing if it is not in it."""
    entry = _entry(instance.folder)
    with explained(entry):
        entry.unlink(missing_ok=True)


def known_instances() -> list[Instance]:
    """All instances of this user that still have a folder, by folder.

    A running instance is among them even if it could not be registered. Entries without a folder
    are deleted.

    Raises:
        StateFolderError: the user's state folder cannot be used.
    """
    found: dict[Path, Instance] = {}
    folder = _folder()
    with explained(folder):
        for entry in folder.glob("[!.]*"):
            # Another process that lists may delete it first.
            with suppress(FileNotFoundError):
                place = Path(entry.read_text(encoding="utf-8"))
                instance = instance_in(place)
                if instance is None:
                    entry.unlink()
                else:
                    found[place] = instance
    for place in server_folders():
        instance = instance_in(place)
        if instance is not None:
            found.setdefault(place, instance)
    return [found[place] for place in sorted(found)]


def _folder() -> Path:
    return platformdirs.user_state_path("msm-local", appauthor=False) / "instances"


def _entry(folder: Path) -> Path:
    # A digest, because a path contains slashes and can be longer than a file name.
    return _folder() / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
