"""Upgrades that are killed at a chosen moment, and the state of database and catalog then."""

import itertools
import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import psycopg

from tests.conftest import PROVIDER, ROOT
from tests.support.forked import Finished, run_forked
from tests.support.migrating import wait_until
from tests.support.schema import TableShape, defaults_and_comments, describe
from tests.support.tracing import UUID, Moment, ddl_of, trace

__all__ = [
    "Clean",
    "State",
    "choose",
    "kill",
    "read_state",
    "read_versions",
    "run_clean",
    "run_traced",
    "survive",
]


def run_traced(
    environment: Mapping[str, str], *, command: str = "upgrade", to: str = "head"
) -> Sequence[Moment]:
    """Run a migration, and return all its moments."""
    finished = run_up_to(None, environment, command, to)
    assert finished.exit_code == 0, finished.stderr
    moments: Sequence[Moment] = finished.value
    return moments


def kill(
    last: Moment, environment: Mapping[str, str], *, command: str = "upgrade", to: str = "head"
) -> None:
    """Run a migration in a process that dies at a moment."""
    try:
        finished = run_up_to(last, environment, command, to)
    except EOFError:
        return
    raise AssertionError(f"{last} was never reached: {finished.stderr}")


def run_up_to(
    last: Moment | None, environment: Mapping[str, str], command: str, to: str
) -> Finished:
    arguments = ("migrations", command, "--provider", PROVIDER, to)
    return run_forked(trace, arguments, last, environment=environment, folder=ROOT)


@dataclass(frozen=True, slots=True)
class State:
    """What an upgrade made, without uids and times.

    Attributes:
        versions: the rows of Alembic's version table; None if there is no such table.
        tables: columns, constraints and indexes of every table.
        details: defaults, comments, owners and privileges.
        catalog: every row of the platform's catalog, ordered by table, with names for uids.
        branches: the Git branches that the platform has seen.
    """

    versions: list[str] | None
    tables: dict[str, TableShape]
    details: dict[str, str]
    catalog: list[dict[str, Any]]
    branches: list[str]


def read_state(url: str) -> State:
    """Read the state, after every session of a killed migration has ended."""
    with psycopg.connect(url, autocommit=True) as connection:
        wait_until(
            lambda: not has_sessions(connection) or None, "the end of a killed migration's work"
        )
        defaults, comments = defaults_and_comments(connection)
        return State(
            versions=read_versions(connection),
            tables=describe(connection),
            details=defaults | comments | read_privileges(connection),
            catalog=read_catalog(connection),
            branches=[
                f"{identity} {branch}"
                for identity, branch in connection.execute(
                    "SELECT repository_identity, repository_branch"
                    " FROM msm_local.code_repository_branches"
                )
            ],
        )


def has_sessions(connection: psycopg.Connection) -> bool:
    query = (
        "SELECT 1 FROM pg_stat_activity"
        " WHERE datname = current_database() AND usename LIKE 'msm_migrate_%'"
    )
    return connection.execute(query).fetchone() is not None


def read_versions(connection: psycopg.Connection) -> list[str] | None:
    table = "public.ms_markets__alembic_version"
    if connection.execute("SELECT to_regclass(%s)", [table]).fetchone() == (None,):
        return None
    return [version for (version,) in connection.execute(f"SELECT version_num FROM {table}")]


def read_privileges(connection: psycopg.Connection) -> dict[str, str]:
    rows = connection.execute(
        "SELECT 'privileges of ' || relname, relowner::regrole || ' ' || coalesce(relacl::text, '')"
        " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')"
    )
    # Each database has its own owner role, with its name.
    owners = re.compile(rf"{re.escape(connection.info.dbname)}_(owner|runtime)")
    return {name: owners.sub(r"\1", said) for name, said in rows}


def read_catalog(connection: psycopg.Connection) -> list[dict[str, Any]]:
    rows = [
        row
        for (row,) in connection.execute(
            "SELECT to_jsonb(t) - '{created_at,updated_at}'::text[]"
            " FROM msm_local.meta_tables t ORDER BY physical_table_name"
        )
    ]
    names = {row["uid"]: row["physical_table_name"] for row in rows}
    for (settings,) in connection.execute("SELECT to_jsonb(s) FROM msm_local.settings s"):
        names |= {uid: name for name, uid in settings.items() if name.endswith("_uid")}
    text = UUID.sub(lambda found: names.get(found[0], found[0]), json.dumps(rows))
    catalog: list[dict[str, Any]] = json.loads(text)
    return catalog


@dataclass(frozen=True, slots=True)
class Clean:
    """A run without any disturbance.

    Attributes:
        moments: all its moments.
        before: the state before it.
        after: the state after it.
    """

    moments: Sequence[Moment]
    before: State
    after: State


def run_clean(environment: Mapping[str, str], url: str) -> Clean:
    """Upgrade an empty database, and record every moment."""
    before = read_state(url)
    return Clean(run_traced(environment), before, read_state(url))


def choose(moments: Sequence[Moment], count: int, seed: int) -> list[Moment]:
    """Some moments, the same for the same seed, spread evenly over the stages."""
    dice = random.Random(seed)  # noqa: S311 - a test needs to be repeatable, not secret
    stages = list(dict.fromkeys(moment.stage for moment in moments))
    shuffled = [[m for m in moments if m.stage == stage] for stage in stages]
    for of_stage in shuffled:
        dice.shuffle(of_stage)
    in_turn = [m for turn in itertools.zip_longest(*shuffled) for m in turn if m is not None]
    return sorted(in_turn[:count], key=lambda moment: moment.number)


def survive(last: Moment, clean: Clean, environment: Mapping[str, str], url: str) -> None:
    """Kill an upgrade of an empty database at a moment, and let the next one complete it.

    Raises:
        AssertionError: half of the schema exists, or the next upgrade did too much or too little.
    """
    kill(last, environment)
    left = read_state(url)
    committed = left.versions is not None
    made = clean.after if committed else clean.before
    half_made = differing(left, made) & {"versions", "tables", "details"}
    assert not half_made, f"the schema was left half made: {half_made}"
    ddl = ddl_of(run_traced(environment))
    expected = [] if committed else ddl_of(clean.moments)
    assert ddl == expected, f"{len(ddl)} statements of DDL ran instead of {len(expected)}"
    wrong = differing(read_state(url), clean.after)
    assert not wrong, f"not what an undisturbed run leaves: {wrong}"


def differing(found: State, expected: State) -> set[str]:
    """The attributes in which two states differ."""
    return {
        attribute.name
        for attribute in fields(State)
        if getattr(found, attribute.name) != getattr(expected, attribute.name)
    }
