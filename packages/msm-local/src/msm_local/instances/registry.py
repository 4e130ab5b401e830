"""The instances of this machine's user: a small file for each, below the user's state folder.

A file of its own for each instance needs no lock: nobody writes what another one reads half of.
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
    """Have the instance listed from now on.

    Raises:
        StateFolderError: the user's state folder cannot be used.
    """
    make_private_folder(_folder())
    write_private(_entry(instance.folder), str(instance.folder))


def forget(instance: Instance) -> None:
    """Have the instance listed no more; nothing happens where it was not."""
    entry = _entry(instance.folder)
    with explained(entry):
        entry.unlink(missing_ok=True)


def known_instances() -> list[Instance]:
    """The instances that ever ran for this user and still have a folder, by folder.

    One that runs is among them even if it could not be registered. Entries whose folder is gone
    are deleted.

    Raises:
        StateFolderError: the user's state folder cannot be used.
    """
    found: dict[Path, Instance] = {}
    folder = _folder()
    with explained(folder):
        for entry in folder.glob("[!.]*"):
            # Another one that lists may delete it first.
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
    return _folder() / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
