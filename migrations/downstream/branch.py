"""The branch of a project in our graph: the ids of its revisions, and where they are put."""

import re
from collections.abc import Sequence
from pathlib import Path

import click
from alembic.config import Config
from alembic.script import ScriptDirectory

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
    """What the template writes into a revision: its branch label, and what it depends on.

    The first revision carries the label. Every one depends on our newest, because it was made
    against tables that may be no older than that.

    Args:
        config: as the SDK made it.
        down_revision: what the revision follows.

    Returns:
        Label and dependency, each None where nothing is to be written.
    """
    provider = provider_of(config)
    if provider.branch is None:
        return None, None
    heads = read_revisions(_script(provider.trunk)).heads
    return (None if down_revision else provider.branch), (heads[0] if heads else None)


def assert_branch_ids(provider: MarketsMigration) -> None:
    """Refuse a revision of the project whose id could be one of ours.

    Raises:
        RevisionFilesError: the revisions cannot be one history with ours.
        RevisionIdError: an id does not begin with the branch label.
    """
    for revision, path in _own(provider).items():
        if not _is_of_branch(provider, revision):
            raise RevisionIdError(
                f"Revision {revision} in {path} is not named for the branch {provider.branch}, "
                f"and could become one of msm's; delete that file and make it again with "
                f"`{_command(provider)}`.",
                revision=revision,
            )


def refuse_revision_off_branch(provider: MarketsMigration) -> None:
    """Refuse the SDK's ``revision`` where it would put a revision anywhere but on the branch.

    Without ``--rev-id`` the SDK counts our ids on, and without ``--head`` it follows our newest
    revision. It imports the provider before it looks at either, so that this is the one place where
    both can be said before anything is written, whatever the other options are. An id that is taken
    would be written again, in a second file or over the first.

    Raises:
        RevisionIdError: the options given do not put the revision on the branch, or its id is
            taken.
    """
    command = click.get_current_context(silent=True)
    if command is None or command.info_name != "revision":
        return
    revision, head = command.params["rev_id"], command.params["head"]
    if revision is None:
        fault = "Without --rev-id the revision would get the next number of msm's own"
    elif not _is_of_branch(provider, revision):
        fault = (
            f"The id {revision!r} is not one of the branch {provider.branch}, whose ids are "
            f"{provider.branch} and four digits or more"
        )
    elif head != (wanted := _head(provider)):
        fault = f"With --head {head} the revision would not follow {wanted}"
    elif (taken := _own(provider).get(revision)) is not None:
        fault = f"Revision {revision} is there already, in {taken}"
    else:
        return
    raise RevisionIdError(f"{fault}; run `{_command(provider)}`.", revision=revision)


def branch_options(provider: MarketsMigration) -> str:
    """The options of the SDK's ``revision`` that put the next revision on the branch."""
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
