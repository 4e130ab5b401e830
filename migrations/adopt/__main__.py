"""The command: ``python -m migrations.adopt [--dry-run]``."""

import sys
from collections.abc import Sequence

from msm.errors import MsmError

from ..command_line import FOUND, SUCCESS, make_parser, refuse
from ..history.published import PUBLISHED_HEAD, PUBLISHED_RELEASE
from ..inspection.database import NeverMigratedError, find_registry
from ..selection import load_provider
from .adopt import adopt, refuse_other_namespace
from .report import as_text

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Adopt the database of the current Git context, and print what was found.

    Args:
        arguments: the command line; that of the process where it is None.

    Returns:
        The exit code.
    """
    parser = make_parser(
        "adopt",
        f"Take over a database that ms-markets {PUBLISHED_RELEASE} migrated to {PUBLISHED_HEAD}.",
        "Exit code 0 where the database was adopted, or would be; 1 where a difference stands in "
        "the way; 2 where it could not look.",
    )
    parser.add_argument("--dry-run", action="store_true", help="only look, and change nothing")
    options = parser.parse_args(arguments)
    try:
        # The catalog has nothing to say of the version table of another namespace.
        refuse_other_namespace()
        provider = load_provider()
        registry = find_registry(provider)
        if registry is None:
            raise NeverMigratedError(provider)
        found = adopt(registry, dry_run=options.dry_run)
    except MsmError as error:
        return refuse(error)
    print(as_text(found))  # noqa: T201 - the report
    return FOUND if found.losses else SUCCESS


if __name__ == "__main__":
    sys.exit(main())
