"""The command: ``python -m migrations.plan [TARGET] [--sql] [--json]``."""

import sys
from collections.abc import Sequence

from msm.errors import MsmError

from ..command_line import SUCCESS, add_json_option, add_provider_option, make_parser, refuse
from ..inspection.database import find_registry, read_only
from ..provider import MarketsMigration
from ..selection import load_provider
from .plan import Plan, make_plan
from .report import as_json, as_sql, as_text

__all__ = ["main", "plan_database"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Plan the path to a target and print it.

    Args:
        arguments: the command line; None is that of the process.

    Returns:
        The exit code.
    """
    parser = make_parser(
        "plan",
        "Say what an upgrade or a downgrade would run against this database now.",
        "Exit code 0 with a plan, 2 if it could not make one.",
    )
    parser.add_argument(
        "target",
        nargs="?",
        metavar="TARGET",
        help="a revision, head, base, or a number of steps such as +1 or -1 (default: all)",
    )
    parser.add_argument("--sql", action="store_true", help="print the SQL")
    parser.add_argument(
        "--from-base",
        action="store_true",
        help="plan as for an empty database, and ask neither a platform nor a database",
    )
    add_json_option(parser)
    add_provider_option(parser)
    options = parser.parse_args(arguments)
    try:
        provider = load_provider(options.provider)
        target = options.target or provider.target
        if options.from_base:
            plan = make_plan(provider, target, None)
        else:
            plan = plan_database(provider, target)
    except MsmError as error:
        return refuse(error, as_json=options.json)
    if options.json:
        text = as_json(plan, sql=options.sql)
    else:
        text = as_sql(plan) if options.sql else as_text(plan)
    print(text)  # noqa: T201 - the report
    return SUCCESS


def plan_database(provider: MarketsMigration, target: str) -> Plan:
    """Plan against the database of the current Git context.

    Args:
        provider: whose revisions would run.
        target: a revision, ``head``, ``base``, or a number of steps.

    Raises:
        PlatformError: the platform cannot be reached, or refuses what it is asked.
        UnreadableDatabaseError: PostgreSQL cannot be reached, or refuses a query.
        RevisionFilesError: the revisions of this code are not one history.
        SearchPathError: unqualified names do not resolve to the schema public.
        UnknownVersionError: this code does not know the revision of the database.
        UnversionedTablesError: no version row says which revision made the tables.
        UnknownTargetError: there is no path to the target.
        RevisionFailedError: a revision on the path cannot be read without a database.
    """
    # Without a version table in the catalog the platform issues no connection.
    registry = find_registry(provider)
    if registry is None:
        return make_plan(provider, target, None)
    with read_only(registry) as database:
        return make_plan(provider, target, database)


if __name__ == "__main__":
    sys.exit(main())
