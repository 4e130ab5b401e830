"""Checks of a running platform: its health, its roles, its catalog."""

from typing import Any

import psycopg
from psycopg import Connection

from msm_local.catalog import catalog_steps
from msm_local.database.bootstrap import runtime_conninfo
from msm_local.doctor.finding import Finding, bad, good
from msm_local.instances.health import Health
from msm_local.instances.instance import Instance
from msm_local.repositories import credentials, roles
from msm_local.repositories.catalog_version import read_steps
from msm_local.repositories.contents.overview import (
    METATABLES_CATALOG,
    OWN_CATALOG,
    Catalog,
    find_missing_tables,
)
from msm_local.repositories.settings import Settings, read_settings

__all__ = ["check_catalog", "check_metatables_catalog", "check_platform", "check_roles", "connect"]

CONNECT_TIMEOUT = 5

MAX_SHOWN = 3


def check_platform(instance: Instance, health: Health) -> Finding:
    """The status of the server; a stopped one is not a problem."""
    if health.status == "stopped":
        return good("platform", f"stopped; `{instance.command('start')}` starts it")
    if health.status == "degraded":
        remedy = f"see {instance.log_path}, run `{instance.command('stop')}`, and start again"
        return bad("platform", health.reason, remedy)
    return good("platform", f"healthy, PostgreSQL {health.postgresql}")


def connect(database_url: str) -> Connection[Any]:
    """A connection of the platform role.

    Raises:
        psycopg.OperationalError: the database does not answer.
    """
    return psycopg.connect(database_url, connect_timeout=CONNECT_TIMEOUT)


def check_roles(instance: Instance, database_url: str, connection: Connection[Any]) -> Finding:
    """Whether the roles have the rights that they need, and no others."""
    settings = read_settings(connection)
    remedy = f"run `{instance.command('stop')}`, and start again: a start repairs the roles"
    if settings is None:
        return bad("roles", "the catalog has no settings", remedy)
    try:
        faults = roles.find_faults(
            connection, owner=settings.owner_role, runtime=settings.runtime_role
        )
    except psycopg.errors.UndefinedObject as error:
        connection.rollback()
        return bad("roles", str(error).partition("\n")[0], remedy)
    if not faults and not _can_log_in(instance, database_url, settings):
        faults = [f"{settings.runtime_role} cannot log in"]
    if faults:
        return bad("roles", "; ".join(faults), remedy)
    return good("roles", f"{settings.owner_role} and {settings.runtime_role} have their rights")


def check_catalog(instance: Instance, connection: Connection[Any]) -> Finding:
    """Whether the catalog has the schema of this version, and agrees with the tables."""
    step = max(read_steps(connection), default=0)
    newest = catalog_steps()[-1].number
    restart = f"run `{instance.command('stop')}`, and start again"
    if step != newest:
        return bad("catalog", f"it is at step {step}, but this version is at {newest}", restart)
    missing = _check_tables(connection, OWN_CATALOG)
    if missing is not None:
        return missing
    expired = credentials.count_overdue(connection)
    if expired:
        found = f"{expired} expired migration role(s) were not dropped"
        return bad("catalog", found, f"see {instance.log_path}; {restart}")
    return good("catalog", f"step {step}, and every active table exists")


def check_metatables_catalog(connection: Connection[Any]) -> Finding:
    """Whether the catalog of the metatables API agrees with the tables.

    The API checks its roles itself, at every start.
    """
    missing = _check_tables(connection, METATABLES_CATALOG)
    return missing or good("catalog", "every active table exists")


def _check_tables(connection: Connection[Any], catalog: Catalog) -> Finding | None:
    missing = find_missing_tables(connection, catalog)
    if not missing:
        return None
    shown = ", ".join(missing[:MAX_SHOWN])
    found = f"{len(missing)} active table(s) do not exist: {shown}"
    return bad("catalog", found, "`python -m migrations.check` prints the SQL that creates them")


def _can_log_in(instance: Instance, database_url: str, settings: Settings) -> bool:
    conninfo = runtime_conninfo(database_url, settings, instance.secrets()[1])
    try:
        psycopg.connect(conninfo, connect_timeout=CONNECT_TIMEOUT).close()
    except psycopg.OperationalError:
        return False
    return True
