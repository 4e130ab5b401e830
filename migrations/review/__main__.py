"""The command: ``python -m migrations.review [REVISION ...] [--json]``."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from msm.errors import MsmError
from msm.settings import settings

from ..command_line import FOUND, SUCCESS, add_json_option, add_provider_option, make_parser, refuse
from ..provider import MarketsMigration
from ..selection import load_provider
from . import read_history, review
from .report import as_json, as_text
from .review import Review
from .squawk import Squawk

__all__ = ["main", "review_folder"]


def main(arguments: Sequence[str] | None = None, *, versions: Path | None = None) -> int:
    """Review revisions and print what was found.

    Args:
        arguments: the command line; None is that of the process.
        versions: a folder with a folder of revisions for each namespace; None is that of the
            provider.

    Returns:
        The exit code.
    """
    parser = make_parser(
        "review",
        "Read revisions operation by operation, without a database.",
        "Exit code 0 without rejections, 1 with rejections, 2 if it could not run.",
    )
    parser.add_argument("revisions", nargs="*", metavar="REVISION", help="an id (default: all)")
    add_json_option(parser)
    add_provider_option(parser)
    options = parser.parse_args(arguments)
    try:
        provider = load_provider(options.provider)
        folder = provider.folder if versions is None else versions / settings.slug
        found = review_folder(provider, folder, options.revisions)
    except MsmError as error:
        return refuse(error, as_json=options.json)
    print(as_json(found) if options.json else as_text(found))  # noqa: T201 - the report
    return FOUND if found.rejections else SUCCESS


def review_folder(provider: MarketsMigration, folder: Path, ids: Sequence[str] = ()) -> Review:
    """Review revisions of a namespace's folder, squawk's warnings included.

    Args:
        provider: whose revisions they are.
        folder: the namespace's folder.
        ids: the revisions to report on; all if it is empty.

    Raises:
        HistoryError: the folder or a revision's SQL cannot be read, or an id does not exist.
        RevisionFilesError: the revisions are not one history.
    """
    chosen = read_history(provider, folder, ids)
    found = review(chosen)
    squawk = Squawk.installed()
    if squawk is None:
        return found
    found.warnings.extend(warning for revision in chosen for warning in squawk.warnings(revision))
    return replace(found, squawk=squawk.version)


if __name__ == "__main__":
    sys.exit(main())
