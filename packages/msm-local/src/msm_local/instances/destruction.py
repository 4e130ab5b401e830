"""Delete an instance: its state, its data and its entry in the list, and nothing else."""

from collections.abc import Callable
from pathlib import Path

from msm_local.errors import AlreadyRunningError, NotOursError
from msm_local.instances.instance import IGNORE_ALL, Instance, instance_in
from msm_local.instances.lifecycle import stop
from msm_local.instances.registry import forget
from msm_local.postgres.initdb import MARKER
from msm_local.postgres.paths import data_folder, postgres_account
from msm_local.postgres.postmaster import end_orphan
from msm_local.system.files import explained, remove_folder
from msm_local.system.processes import find_server

__all__ = ["destroy", "folders_of"]


def folders_of(instance: Instance) -> list[Path]:
    """The folders of an instance, data first; empty if it does not exist.

    Raises:
        NotOursError: one of them does not have our marker.
        StateFolderError: we may not read them.
    """
    data = data_folder(instance.folder, postgres_account())
    found = []
    with explained(instance.folder):
        if data.exists():
            _check(data, ours=(data / MARKER).exists())
            found.append(data)
        if instance.folder.exists():
            _check(instance.folder, ours=instance_in(instance.folder) is not None)
            found.append(instance.folder)
    return found


def destroy(
    instance: Instance, *, force: bool, report: Callable[[str], None] = lambda _text: None
) -> list[Path]:
    """Delete the instance, and return the folders that were deleted.

    If it is interrupted, the next call deletes the rest.

    Args:
        instance: the instance; it need not exist.
        force: stop a running platform first instead of refusing.
        report: called with a sentence about each slow step.

    Raises:
        AlreadyRunningError: the platform is running, and ``force`` is False.
        NotOursError: a folder does not have our marker; nothing was deleted.
    """
    folders = folders_of(instance)
    if not folders:
        forget(instance)
        return []
    server = find_server(instance.folder) if instance.folder.exists() else None
    if server is not None and not force:
        raise AlreadyRunningError(
            f"The platform is running with pid {server.process.pid}; run "
            f"`{instance.command('stop')}` first, or destroy it with --force."
        )
    stop(instance, report)
    with instance.lock(report):
        end_orphan(folders[0])
        # Asked again, because the state folder may have changed while we waited for the lock.
        for folder in folders_of(instance):
            marker = instance.marker_path.name if folder == instance.folder else MARKER
            with explained(folder):
                remove_folder(folder, last=marker)
    forget(instance)
    _remove_empty_parent(instance.folder.parent)
    return folders


def _check(folder: Path, *, ours: bool) -> None:
    if not ours:
        raise NotOursError(
            f"{folder} does not have the marker of msm-local; look at its content, and delete it "
            "yourself if you do not need it."
        )


def _remove_empty_parent(parent: Path) -> None:
    """Remove the folder of a project's instances, if only our ignore file is left in it."""
    ignore = parent / ".gitignore"
    with explained(parent):
        left = list(parent.iterdir()) if parent.is_dir() else None
        if left == [ignore] and ignore.read_text(encoding="utf-8") == IGNORE_ALL:
            ignore.unlink()
            parent.rmdir()
