"""The command: ``python -m migrations.adopt [--dry-run]``.

Exit code 0 where the database was adopted, or would be; 1 where a difference stands in the way; 2
where it could not look.
"""

import argparse
import sys
from collections.abc import Sequence

from msm.errors import MsmError

from ..errors.tree import PACKAGE
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
    parser = argparse.ArgumentParser(
        prog=f"python -m {PACKAGE}.adopt",
        description="Take over a database that the published ms-markets 1.0.16 migrated to 0017.",
        epilog="Exit code 0 where the database was adopted, or would be; 1 where a difference "
        "stands in the way; 2 where it could not look.",
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
        print(error, file=sys.stderr)  # noqa: T201 - the command's one sentence
        return 2
    print(as_text(found))  # noqa: T201 - the report
    return 1 if found.losses else 0


if __name__ == "__main__":
    sys.exit(main())
