"""A connection to the database of a migration provider, in terms that both generations share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["MigrationConnection"]


@dataclass(frozen=True, slots=True)
class MigrationConnection:
    """What the platform issues for a migration, or for a look at its database.

    Attributes:
        uri: of the database, with a credential that expires; for SQLAlchemy with psycopg 3.
        owner_role_name: the role that owns the tables; None if the platform names none.
        connect_arguments: what psycopg needs besides, such as the files of a TLS certificate.
    """

    uri: str = field(repr=False)
    owner_role_name: str | None
    connect_arguments: Mapping[str, str] = field(repr=False)
