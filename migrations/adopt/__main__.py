"""The command: ``python -m migrations.adopt [--dry-run]``."""

import sys
from collections.abc import Sequence

from msm.errors import MsmError

from ..command_line import FOUND, SUCCESS, make_parser, refuse
from ..inspection.database import NeverMigratedError, find_registry
from ..selection import load_provider
from .adopt import TAKEN, adopt, refuse_other_namespace
from .report import as_text

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Adopt the database of the current Git context, and print the differences.

    Args:
        arguments: the command line; None is that of the process.

    Returns:
        The exit code.
    """
    parser = make_parser(
        "adopt",
        f"Take over a database at {TAKEN}.",
        "Exit code 0 if the database was adopted, or would be; 1 if a difference prevents it; 2 if "
        "it could not run.",
    )
    parser.add_argument("--dry-run", action="store_true", help="only compare, and change nothing")
    options = parser.parse_args(arguments)
    try:
        # Before the platform is asked: in another namespace its catalog has no such version table,
        # and the message would be that the database was never migrated.
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
