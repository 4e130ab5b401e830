"""Migration connections of generation 2: a login with a lease, which the client releases."""

from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict

from msm_local.contract.filters import ResourceKind
from msm_local.contract.metatables import responses
from msm_local.contract.metatables.requests import MigrationConnectionRequest
from msm_local.database.pools import Database
from msm_local.errors import OwnerUnreachableError, ProviderConflictError
from msm_local.repositories import credentials, meta_tables, physical
from msm_local.repositories.meta_table_rows import MetaTableRow
from msm_local.repositories.settings import Settings
from msm_local.services.credentials import create_login, login_uri
from msm_local.services.meta_tables import get
from msm_local.services.metatables.presentation import SCHEMA, runtime_instance_id

__all__ = ["issue", "release"]

# The platform names psycopg2, which SQLAlchemy used by default; clients choose their own.
SCHEME = "postgresql+psycopg2"
# The client refuses a session whose unqualified names could be elsewhere.
OPTIONS = f"-c search_path={SCHEMA}"
DEFAULT_SSL_MODE = "prefer"


def issue(
    database: Database, resource: ResourceKind, uid: UUID, request: MigrationConnectionRequest
) -> responses.MigrationConnection:
    """A login for the migration of the provider that the row belongs to.

    Raises:
        NotFoundError: there is no such row.
        ProviderConflictError: the row belongs to a provider that the request does not name.
        OwnerUnreachableError: a table of the provider belongs to another role.
    """
    settings = database.settings
    with database.transaction() as connection:
        row = get(connection, resource, uid)
        _check_provider(row, request)
        root = row.alembic_version_meta_table_uid or row.uid
        rows = meta_tables.find_of_registry(connection, root)
        _check_owners(connection, settings, rows)
        login = create_login(connection, settings, uid, request.ttl_seconds)
    parts = conninfo_to_dict(database.url)
    options = f"{parts.get('options', '')} {OPTIONS}".strip()
    return {
        "ok": True,
        "data_source_uid": str(settings.data_source_uid),
        "dialect": "postgresql",
        "credential_kind": "temporary_role",
        "role_name": login.name,
        # The sessions of the login act as the owner already.
        "owner_role_name": None,
        "expires_at": login.expires_at.isoformat(),
        "uri": login_uri(database.url, login, SCHEME, {"options": options}),
        "tls": {
            "ssl_mode": str(parts.get("sslmode", DEFAULT_SSL_MODE)),
            "ca_certificate": None,
            "client_certificate": None,
            "client_key": None,
        },
        "default_schema": SCHEMA,
        # Tables whose models are gone are among them: the migration finalizes them too.
        "meta_table_uids": [str(item.uid) for item in rows if item.uid != root],
        "runtime_lease_uid": str(login.lease_uid),
        "runtime_instance_id": runtime_instance_id(settings),
    }


def release(database: Database, lease_uid: UUID) -> None:
    """End the credential of a lease; one that is unknown, or has ended, is not an error."""
    with database.transaction() as connection:
        credentials.release(connection, lease_uid)


def _check_provider(row: MetaTableRow, request: MigrationConnectionRequest) -> None:
    named = (
        (request.package, row.migration_package),
        (request.migration_namespace, row.migration_namespace),
        (request.migration_provider_key, row.migration_provider_key),
    )
    for asked, owner in named:
        if asked and asked != owner:
            raise ProviderConflictError(
                f"{row.qualified_name} belongs to the provider {row.migration_provider_key!r}, "
                f"and {asked!r} asked for a migration connection.",
                table=row.qualified_name,
                owner=owner,
                asked=asked,
            )


def _check_owners(
    connection: Connection[Any], settings: Settings, rows: list[MetaTableRow]
) -> None:
    names = [(row.physical_schema, row.physical_table_name) for row in rows]
    found = physical.read_tables(connection, names)
    strange = {".".join(name): table.owner for name, table in found.items()
               if table.owner != settings.owner_role}  # fmt: skip
    if strange:
        owners = ", ".join(sorted({f'"{owner}"' for owner in strange.values()}))
        raise OwnerUnreachableError(
            f"{', '.join(sorted(strange))} must belong to {settings.owner_role!r} before the "
            f'provider migrates; run `REASSIGN OWNED BY {owners} TO "{settings.owner_role}"` as '
            "an administrator of this database.",
            tables=sorted(strange),
        )
