"""The revisions that one provider runs: its own, and those of msm that they continue."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msm_local.status.revisions import Revision, find_versions, read_revisions, revision_files

__all__ = ["BASE", "HEADS", "History", "find_history"]

# Alembic's names for a database before its first revision, and for all ends of a history.
BASE = "base"
HEADS = "heads"
# Where the revisions of msm are, installed and in its own repository.
TRUNKS = ("msm_migrations:migration", "migrations:migration")


@dataclass(frozen=True, slots=True)
class History:
    """The revisions of a provider.

    Attributes:
        folders: the folders with their files, the provider's own first.
        revisions: all of them, of all namespaces or of one.
    """

    folders: tuple[Path, ...]
    revisions: tuple[Revision, ...]

    @property
    def known(self) -> tuple[str, ...]:
        """All ids, sorted."""
        return tuple(sorted(revision.id for revision in self.revisions))

    @property
    def heads(self) -> tuple[str, ...]:
        """What a version table has when all are applied: the ids on which no other one builds."""
        built_on = {
            parent for item in self.revisions for parent in (*item.parents, *item.depends_on)
        }
        return tuple(sorted(set(self.known) - built_on))

    @property
    def branches(self) -> tuple[str, ...]:
        """The ends of its branches: where there are several, Alembic refuses ``head``."""
        followed = {parent for item in self.revisions for parent in item.parents}
        return tuple(sorted(set(self.known) - followed))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of its branches, sorted."""
        return tuple(sorted({label for item in self.revisions for label in item.labels}))

    def knows(self, target: str) -> bool:
        """Whether a target is one of its revisions or branches."""
        label, at, place = target.partition("@")
        if at:
            return label in self.labels and (place in {"head", HEADS} or place in self.known)
        return target in self.known or target in self.labels

    def files(self) -> list[tuple[str, bytes]]:
        """The content of every revision file, by its place in its folder."""
        return [
            (str(file.relative_to(folder)), file.read_bytes())
            for folder in self.folders
            for file in revision_files(folder)
        ]


def find_history(root: Path, provider: str, namespace: str | None = None) -> History | None:
    """The history of a provider; None if it has no folder of revisions.

    Args:
        root: the project.
        provider: such as ``acme_migrations:migration``.
        namespace: the namespace to read; None for all.

    Raises:
        UnreadableRevisionError: a file is not Python, or its ids are not literals; names the file.
    """
    own = find_versions(root, provider)
    if own is None:
        return None
    folders, revisions = [own], read_revisions(own, namespace)
    if _outside(revisions):
        # Its revisions build on others: those of msm, which its provider runs too.
        for trunk in TRUNKS:
            folder = find_versions(root, trunk)
            if folder is not None and folder != own:
                folders.append(folder)
                revisions = [*revisions, *read_revisions(folder, namespace)]
                break
    return History(tuple(folders), tuple(revisions))


def _outside(revisions: Sequence[Revision]) -> set[str]:
    """The ids that these revisions build on, and that are not among them."""
    known = {item.id for item in revisions}
    return {parent for item in revisions for parent in (*item.parents, *item.depends_on)} - known
