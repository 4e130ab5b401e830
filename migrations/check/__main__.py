"""The command: ``python -m migrations.check [--json] [--wait SECONDS]``."""

import argparse
import math
import sys
import time
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from msm.errors import MsmError, PlatformError

from ..command_line import FOUND, SUCCESS, add_json_option, add_provider_option, make_parser, refuse
from ..inspection.database import (
    CREDENTIAL_LIFETIME,
    MAX_CREDENTIAL_LIFETIME,
    NeverMigratedError,
    Registry,
    UnreadableDatabaseError,
    find_registry,
    read_only,
)
from ..provider import MarketsMigration
from ..run.translation import is_busy
from ..selection import load_provider
from .check import Check, check
from .report import as_json, as_text

__all__ = ["check_database", "main"]

POLL_INTERVAL = 1.0
# 128 and the number of SIGINT, as a shell has it.
INTERRUPTED = 130
# One credential covers the wait and the check after it.
MAX_WAIT = MAX_CREDENTIAL_LIFETIME - CREDENTIAL_LIFETIME


def main(arguments: Sequence[str] | None = None) -> int:
    """Check database and catalog, and print the differences.

    Args:
        arguments: the command line; None is that of the process.

    Returns:
        The exit code.
    """
    parser = make_parser(
        "check",
        "Compare the models with the database, and the database with the catalog.",
        "Exit code 0 without differences, 1 with differences, 2 if it could not run.",
    )
    add_json_option(parser)
    parser.add_argument(
        "--wait",
        type=_timeout,
        default=0,
        metavar="SECONDS",
        help=f"wait until a running migration has reached head, for at most {MAX_WAIT} seconds",
    )
    add_provider_option(parser)
    options = parser.parse_args(arguments)
    try:
        found = check_database(load_provider(options.provider), timeout=options.wait)
    except KeyboardInterrupt:
        print("The check was interrupted.", file=sys.stderr)  # noqa: T201 - its one sentence
        return INTERRUPTED
    except MsmError as error:
        return refuse(error, as_json=options.json)
    print(as_json(found) if options.json else as_text(found))  # noqa: T201 - the report
    return FOUND if found.differences else SUCCESS


def check_database(provider: MarketsMigration, *, timeout: int = 0) -> Check:
    """Check once, or again until no difference is left that a running migration explains.

    Args:
        provider: whose tables are compared.
        timeout: for how many seconds to check again; then the last result counts.

    Raises:
        PlatformError: the platform cannot be reached, or refuses what it is asked.
        NeverMigratedError: the catalog does not have the version table.
        SearchPathError: unqualified names do not resolve to the schema public.
        TableHeldError: another session held a table until the end.
        UnreadableDatabaseError: PostgreSQL cannot be reached, or refuses a query.
        RevisionFilesError: the revisions of this code are not one history.
    """
    deadline = time.monotonic() + timeout
    while True:
        try:
            return _check_until(provider, deadline)
        except (PlatformError, UnreadableDatabaseError):
            # The platform or PostgreSQL may be restarting, and a credential may be lost with it.
            if time.monotonic() >= deadline:
                raise
        time.sleep(POLL_INTERVAL)


def _check_until(provider: MarketsMigration, deadline: float) -> Check:
    registry = _wait_for_registry(provider, deadline)
    left = max(0, math.ceil(deadline - time.monotonic()))
    with read_only(registry, lifetime=CREDENTIAL_LIFETIME + left) as database:
        while True:
            try:
                found = check(database)
                if not found.is_pending or time.monotonic() >= deadline:
                    return found
            except DBAPIError as error:
                # The migration that this waits for locks tables while it runs.
                if not is_busy(error) or time.monotonic() >= deadline:
                    raise
            # An open transaction would keep vacuum from removing rows, and could be ended for being
            # idle.
            database.connection.rollback()
            time.sleep(POLL_INTERVAL)


def _wait_for_registry(provider: MarketsMigration, deadline: float) -> Registry:
    while (registry := find_registry(provider)) is None:
        if time.monotonic() >= deadline:
            raise NeverMigratedError(provider)
        time.sleep(POLL_INTERVAL)
    return registry


def _timeout(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > MAX_WAIT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to {MAX_WAIT}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
