"""The command: ``python -m migrations.check [--json] [--wait SECONDS]``."""

import argparse
import sys
import time
from collections.abc import Sequence

from sqlalchemy.exc import DBAPIError

from msm.errors import MsmError

from ..command_line import FOUND, SUCCESS, add_json_option, add_provider_option, make_parser, refuse
from ..inspection.database import (
    CREDENTIAL_LIFETIME,
    MAX_CREDENTIAL_LIFETIME,
    NeverMigratedError,
    Registry,
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
# One credential covers the wait and the check after it.
MAX_WAIT = MAX_CREDENTIAL_LIFETIME - CREDENTIAL_LIFETIME


def main(arguments: Sequence[str] | None = None) -> int:
    """Check database and catalog, and print what was found.

    Args:
        arguments: the command line; that of the process where it is None.

    Returns:
        The exit code.
    """
    parser = make_parser(
        "check",
        "Compare the models with the database, and the database with the catalog.",
        "Exit code 0 without differences, 1 with, 2 where it could not look.",
    )
    add_json_option(parser)
    parser.add_argument(
        "--wait",
        type=_timeout,
        default=0,
        metavar="SECONDS",
        help=f"wait for a running migration to bring the database to head, {MAX_WAIT} at most",
    )
    add_provider_option(parser)
    options = parser.parse_args(arguments)
    try:
        found = check_database(load_provider(options.provider), timeout=options.wait)
    except MsmError as error:
        return refuse(error)
    print(as_json(found) if options.json else as_text(found))  # noqa: T201 - the report
    return FOUND if found.differences else SUCCESS


def check_database(provider: MarketsMigration, *, timeout: int = 0) -> Check:
    """Check once, or until nothing is left that a running migration would explain.

    Args:
        provider: whose tables are compared.
        timeout: seconds to wait for that; what is found when they are over is the answer.

    Raises:
        PlatformError: the platform cannot be reached, or refuses what it is asked.
        NeverMigratedError: the catalog does not hold the version table.
        SearchPathError: unqualified names do not mean the schema public.
        TableHeldError: a session held a table until the end.
        UnreadableDatabaseError: PostgreSQL cannot be reached, or does not answer.
        RevisionFilesError: this code's revisions are not one history.
    """
    deadline = time.monotonic() + timeout
    registry = _wait_for_registry(provider, deadline)
    with read_only(registry, lifetime=CREDENTIAL_LIFETIME + timeout) as database:
        while True:
            try:
                found = check(database)
                if not found.is_pending or time.monotonic() >= deadline:
                    return found
            except DBAPIError as error:
                # The migration that this waits for holds tables while it runs.
                if not is_busy(error) or time.monotonic() >= deadline:
                    raise
            # A transaction kept open would hold back vacuum while this waits.
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
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to {MAX_WAIT}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
