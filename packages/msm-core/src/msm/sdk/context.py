"""What an adapter knows of the platform, in terms that both generations share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Endpoint", "Limits", "MigrationConnection", "PlatformContext"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the requests of a process go, and how a user changes that.

    Attributes:
        url: the address, without a slash at its end.
        variable: the environment variable that names it.
        example: a value of that variable.
        token: the environment variable that holds the token for it.
        hosted: how to use the hosted platform instead, to complete "..., or ...".
    """

    url: str
    variable: str
    example: str
    token: str
    hosted: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What the platform allows of one operation.

    Attributes:
        max_rows: how many rows one answer carries.
        max_timeout: how long a statement may run, in seconds.
        max_request_bytes: the size of a request body; None where the platform states none.
        sends_exact_values: whether NUMERIC comes back with all its digits, a float that is not
            finite as such, and the type of each column. Otherwise a statement has to ask for them.
    """

    max_rows: int
    max_timeout: float
    max_request_bytes: int | None
    sends_exact_values: bool


@dataclass(frozen=True, slots=True)
class PlatformContext:
    """What the platform says of the process that asks.

    Attributes:
        data_source_uid: the data source that it uses.
        limits: what the platform allows of one operation.
    """

    data_source_uid: str
    limits: Limits


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
