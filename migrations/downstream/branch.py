"""The branch of a project in the revision graph of msm: ids and parents of its revisions."""

import re
from collections.abc import Sequence
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from msm.sdk import running_command

from ..errors import RevisionIdError
from ..history.files import read_revisions
from ..provider import MarketsMigration, provider_of

__all__ = [
    "assert_branch_ids",
    "branch_options",
    "label_and_dependency",
    "refuse_revision_off_branch",
]


def label_and_dependency(
    config: Config, down_revision: str | Sequence[str] | None
) -> tuple[str | None, ...]:
    """What the template writes into a new revision: its branch label and its dependency.

    Args:
        config: as the SDK made it.
        down_revision: what the revision follows.

    Returns:
        Label and dependency, each None if there is none to write.
    """
    provider = provider_of(config)
    if provider.branch is None:
        return None, None
    # Autogenerate compared with tables at our newest revision, so they may not be older than that.
    heads = read_revisions(_script(provider.trunk)).heads
    # Alembic wants the label in the first revision of a branch only.
    return (None if down_revision else provider.branch), (heads[0] if heads else None)


def assert_branch_ids(provider: MarketsMigration) -> None:
    """Refuse a revision of the project with an id that msm could use.

    Raises:
        RevisionFilesError: the revisions are not one history with those of msm.
        RevisionIdError: an id does not begin with the branch label.
    """
    for revision, path in _own(provider).items():
        if not _is_of_branch(provider, revision):
            raise RevisionIdError(
                f"The id of revision {revision} in {path} does not begin with {provider.branch}, "
                f"so msm may use it too; delete that file and generate it again with "
                f"`{_command(provider)}`.",
                revision=revision,
            )


def refuse_revision_off_branch(provider: MarketsMigration) -> None:
    """Refuse the SDK's ``revision`` if its options do not put the new revision on the branch.

    Without ``--rev-id`` the SDK takes the next id of msm. Without ``--head`` the revision follows
    the newest one of msm. An id that exists would be written again, in a second file or over the
    first.

    Raises:
        RevisionIdError: the options do not put the revision on the branch, or its id exists.
    """
    # From the command line: the SDK imports the provider before it uses the options, and nothing
    # else of ours is called before the file is written.
    command = running_command()
    if command is None or command[0] != "revision":
        return
    revision, head = command[1]["rev_id"], command[1]["head"]
    if revision is None:
        fault = "Without --rev-id the revision would get the next id of msm"
    elif not _is_of_branch(provider, revision):
        fault = (
            f"The id {revision!r} is not one of the branch {provider.branch}, whose ids are "
            f"{provider.branch} and four digits or more"
        )
    elif head != (wanted := _head(provider)):
        fault = f"With --head {head} the revision would not follow {wanted}"
    elif (taken := _own(provider).get(revision)) is not None:
        fault = f"Revision {revision} exists already, in {taken}"
    else:
        return
    raise RevisionIdError(f"{fault}; run `{_command(provider)}`.", revision=revision)


def branch_options(provider: MarketsMigration) -> str:
    """The options of the SDK's ``revision`` that put the next revision on the branch."""
    # As numbers: acme10000 comes after acme9999.
    numbers = [
        int(revision.removeprefix(provider.branch or ""))
        for revision in _own(provider)
        if _is_of_branch(provider, revision)
    ]
    following = f"{provider.branch}{max(numbers, default=0) + 1:04d}"
    return f"--head {_head(provider)} --rev-id {following}"


def _is_of_branch(provider: MarketsMigration, revision: str) -> bool:
    return re.fullmatch(rf"{provider.branch}\d{{4,}}", revision) is not None


def _own(provider: MarketsMigration) -> dict[str, Path]:
    """The files of the project's revisions, by id."""
    trunk = read_revisions(_script(provider.trunk)).files
    everything = read_revisions(_script([*provider.trunk, provider.folder])).files
    return {revision: path for revision, path in everything.items() if revision not in trunk}


def _script(folders: Sequence[Path]) -> ScriptDirectory:
    return ScriptDirectory(folders[0].parents[1], version_locations=list(map(str, folders)))


def _head(provider: MarketsMigration) -> str:
    return f"{provider.branch}@head" if _own(provider) else "base"


def _command(provider: MarketsMigration) -> str:
    return f'{provider.revision_command} -m "say what changes" {branch_options(provider)}'
