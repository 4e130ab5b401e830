"""Migration credentials: short-lived logins, and how they end."""

import logging
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from msm_local.contract import responses
from msm_local.contract.filters import ResourceKind
from msm_local.contract.requests import MigrationConnectionRequest
from msm_local.database.pools import Database
from msm_local.errors import MsmLocalError, ProviderConflictError
from msm_local.repositories import credentials, roles
from msm_local.repositories.settings import Settings
from msm_local.services import meta_tables

__all__ = ["CredentialReaper", "Login", "create_login", "drop_logins", "issue", "login_uri"]

# In seconds; a credential that another platform on this database issued is noticed by then.
MAX_PAUSE = 30.0
RETRY_INTERVAL = 5.0
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Login:
    """A role that can log in until ``expires_at``, or until its lease is released."""

    name: str
    password: str = field(repr=False)
    expires_at: datetime
    lease_uid: UUID


def create_login(
    connection: Connection[Any], settings: Settings, uid: UUID, ttl_seconds: int
) -> Login:
    """Create a login whose sessions act as the owner of the tables, and record it.

    Args:
        connection: of the platform role.
        settings: of this platform.
        uid: the row of the catalog that it was asked for.
        ttl_seconds: how long it is valid.
    """
    name = f"msm_migrate_{secrets.token_hex(8)}"
    password = secrets.token_urlsafe(24)
    expires_at = datetime.now(UTC) + timedelta(seconds=ttl_seconds)
    roles.create_login(connection, name, password, acts_as=settings.owner_role, until=expires_at)
    lease = credentials.insert(
        connection, role_name=name, meta_table_uid=uid, expires_at=expires_at
    )
    return Login(name, password, expires_at, lease)


def issue(
    database: Database, resource: ResourceKind, uid: UUID, request: MigrationConnectionRequest
) -> responses.MigrationConnection:
    """A login role for one migration, as the URI that Alembic connects with.

    Raises:
        NotFoundError: there is no such row.
        ProviderConflictError: the row belongs to a provider that the request does not name.
    """
    settings = database.settings
    with database.transaction() as connection:
        row = meta_tables.get(connection, resource, uid)
        key = request.migration_provider_key
        if key and key != row.migration_provider_key:
            raise ProviderConflictError(
                f"{row.qualified_name} belongs to the provider {row.migration_provider_key!r}, "
                f"and {key!r} asked for a migration connection.",
                table=row.qualified_name,
                owner=row.migration_provider_key,
                asked=key,
            )
        login = create_login(connection, settings, uid, request.ttl_seconds)
    return {
        "ok": True,
        "data_source_uid": str(settings.data_source_uid),
        "dialect": "postgresql",
        "credential_kind": "temporary_role",
        "role_name": login.name,
        "owner_role_name": settings.owner_role,
        "expires_at": login.expires_at.isoformat(),
        "uri": login_uri(database.url, login, "postgresql", {}),
    }


def login_uri(database_url: str, login: Login, scheme: str, more: Mapping[str, str]) -> str:
    """The URI of a login in a database.

    Args:
        database_url: of the platform, whose host, port and further parameters are kept.
        login: who logs in.
        scheme: in front of the colon.
        more: further parameters; they replace those of ``database_url``.
    """
    parts = conninfo_to_dict(database_url)
    host = str(parts.pop("host", "127.0.0.1"))
    host = f"[{host}]" if ":" in host else host
    port = parts.pop("port", 5432)
    name = quote(str(parts.pop("dbname", "postgres")), safe="")
    # The login of the platform role itself must not reach the client.
    for secret in ("user", "password"):
        parts.pop(secret, None)
    parts |= more
    rest = f"?{urlencode(parts, quote_via=quote)}" if parts else ""
    user = f"{quote(login.name, safe='')}:{quote(login.password, safe='')}"
    return f"{scheme}://{user}@{host}:{port}/{name}{rest}"


def drop_logins(connection: Connection[Any], owner_role: str) -> None:
    """Drop the logins that a database recorded, which belong to the server and would outlive it.

    Args:
        connection: to that database, of a role that may drop them.
        owner_role: gets what they own.
    """
    names = credentials.undropped(connection)
    roles.end_sessions(connection, names)
    for name in names:
        roles.drop_login(connection, name, heir=owner_role)
        credentials.mark_dropped(connection, name)


class CredentialReaper:
    """Ends the sessions of expired credentials and drops their roles, in a thread of its own."""

    # PostgreSQL refuses the login of an expired role, but its open sessions stay open.

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="msm-local reaper", daemon=True)

    def start(self) -> None:
        """Start the thread; it begins with what expired while the platform was stopped."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread, and wait for it."""
        self._stopping = True
        self._wake.set()
        self._thread.join()

    def notice(self) -> None:
        """Wake the thread, because there is a new credential."""
        self._wake.set()

    def _run(self) -> None:
        while not self._stopping:
            pause = MAX_PAUSE
            try:
                pause = self._reap()
            except (MsmLocalError, psycopg.Error):
                LOG.warning("cannot look for expired migration roles", exc_info=True)
                pause = RETRY_INTERVAL
            self._wake.wait(pause)
            self._wake.clear()

    def _reap(self) -> float:
        # In one transaction, whose now() is one moment: no role expires between the queries.
        with self._database.transaction() as connection:
            names = credentials.expired(connection)
            remaining = credentials.next_expiry(connection)
            roles.end_sessions(connection, names)
        # Each in a transaction of its own: one that PostgreSQL does not drop must not keep others.
        kept = [name for name in names if not self._drop(name)]
        pause = RETRY_INTERVAL if kept else MAX_PAUSE
        return pause if remaining is None else min(remaining, pause)

    def _drop(self, name: str) -> bool:
        """Drop a role; False if PostgreSQL refuses."""
        try:
            with self._database.transaction() as connection:
                roles.drop_login(connection, name, heir=self._database.settings.owner_role)
                credentials.mark_dropped(connection, name)
        except psycopg.Error:
            # Another process may be dropping it too; the next round tries again.
            LOG.warning("the expired role %s could not be dropped yet", name, exc_info=True)
            return False
        return True
