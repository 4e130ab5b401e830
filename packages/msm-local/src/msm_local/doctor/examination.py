"""All checks, in the order in which one depends on another."""

from collections.abc import Callable

import psycopg

from msm_local.database.libpq import forget_variables, message_of
from msm_local.database.metatables import check_given
from msm_local.database.privileges import check_database
from msm_local.doctor.database import (
    check_catalog,
    check_metatables_catalog,
    check_platform,
    check_roles,
    connect,
)
from msm_local.doctor.finding import Finding, bad, good
from msm_local.doctor.machine import (
    check_binaries,
    check_disk,
    check_folder,
    check_git,
    check_ports,
    check_python,
)
from msm_local.doctor.sdk import check_sdk
from msm_local.errors import AdministratorNeededError, MsmLocalError
from msm_local.instances.apis import METATABLES, VENDOR, vendor_version
from msm_local.instances.health import probe
from msm_local.instances.instance import Instance

__all__ = ["examine"]


def examine(instance: Instance) -> list[Finding]:
    """Check everything that a platform needs; nothing is started or changed."""
    findings = [
        check_python(),
        check_sdk(),
        check_git(),
        check_folder(instance),
        *_reading("ports", lambda: [check_ports(instance)]),
    ]
    return findings + _reading("state folder", lambda: _examine_database(instance))


def _reading(subject: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    """The findings of a check that reads files of ours, which may be damaged or not readable."""
    try:
        return check()
    except MsmLocalError as error:
        # A message of ours says what is wrong, and after the last semicolon what to do.
        found, _, remedy = str(error).rstrip(".").rpartition("; ")
        return [bad(subject, found, remedy)]


def _examine_database(instance: Instance) -> list[Finding]:
    url, api = instance.remembered_database_url(), instance.remembered_api()
    if url is None:
        findings = [check_disk(instance), check_binaries()]
    else:
        findings = _reading("server", lambda: [_check_server(url, api)])
    if api == METATABLES:
        findings += _reading("api", lambda: [good("api", f"{VENDOR} {vendor_version()}")])
    health = probe(instance)
    findings.append(check_platform(instance, health))
    # Without a healthy platform, roles and catalog cannot be reached.
    if health.status != "healthy" or health.state is None:
        return findings
    if health.state.embedded:
        forget_variables()
    try:
        with connect(health.state.database_url) as connection:
            if health.state.api == METATABLES:
                return [*findings, check_metatables_catalog(connection)]
            findings.append(check_roles(instance, health.state.database_url, connection))
            findings.append(check_catalog(instance, connection))
    except psycopg.Error as error:
        findings.append(bad("catalog", message_of(error), f"see {instance.log_path}"))
    return findings


def _check_server(url: str, api: str | None) -> Finding:
    try:
        (check_given if api == METATABLES else check_database)(url)
    except AdministratorNeededError as error:
        remedy = f"ask an administrator to run: {error.script.replace('\n', ' ')}"
        return bad("server", "the role of --database-url lacks privileges", remedy)
    return good("server", "the one of --database-url, with all necessary privileges")
