"""The login of the metatables API in a database, and which databases it can use."""

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

import psycopg
from psycopg.conninfo import conninfo_to_dict

from msm_local.database.libpq import check_url
from msm_local.database.privileges import check_database
from msm_local.errors import AdministratorNeededError, DatabaseSetupError

__all__ = ["LOGIN", "OWNER", "ApiDatabase", "check_given", "embedded_url", "find_given", "tls_of"]

# Its start refuses every other name.
LOGIN = "metatables"
# It owns the migrated tables; LOGIN is a member of it.
OWNER = "mt_owner"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TLS = ("disable", "require")


@dataclass(frozen=True, slots=True)
class ApiDatabase:
    """A database that the metatables API can serve.

    Attributes:
        url: logs in as LOGIN, without parameters: it refuses a URL that has any.
        tls: whether it connects with TLS, as libpq's sslmode.
        server_version: version of PostgreSQL.
    """

    url: str = field(repr=False)
    tls: str
    server_version: str


def embedded_url(port: int, name: str, password: str) -> str:
    """The URL of a database of the embedded PostgreSQL."""
    return f"postgresql://{LOGIN}:{quote(password, safe='')}@127.0.0.1:{port}/{name}"


def check_given(database_url: str) -> None:
    """Refuse a database of --database-url that the metatables API cannot use; nothing is changed.

    Raises:
        DatabaseSetupError: the URL is malformed or has parameters, or the server cannot be reached.
        AdministratorNeededError: the login is another one, or lacks a privilege; has the SQL.
    """
    _split(database_url)
    parts = conninfo_to_dict(database_url)
    if parts.get("user") != LOGIN:
        raise AdministratorNeededError(
            f"The metatables API logs in as {LOGIN} and as no other role; ask an administrator to "
            "run the printed SQL with a password of your choice, and name that role in "
            "--database-url.",
            script=f"CREATE ROLE {LOGIN} LOGIN CREATEROLE PASSWORD '...';\n"
            f'ALTER DATABASE "{parts.get("dbname", "postgres")}" OWNER TO {LOGIN};',
        )
    check_database(database_url)


def find_given(database_url: str) -> ApiDatabase:
    """The database of --database-url.

    Raises:
        DatabaseSetupError: the URL has parameters.
        psycopg.OperationalError: the database does not answer.
    """
    url, tls = _split(database_url)
    with psycopg.connect(database_url, connect_timeout=5) as connection:
        return ApiDatabase(url, tls, str(connection.info.parameter_status("server_version")))


def tls_of(database_url: str) -> str:
    """Whether --database-url means a connection with TLS, as libpq's sslmode.

    Raises:
        DatabaseSetupError: the URL is malformed or has parameters.
    """
    return _split(database_url)[1]


def _split(database_url: str) -> tuple[str, str]:
    """The URL without its parameters, and how it connects with TLS."""
    check_url(database_url)
    parts = urlsplit(database_url)
    parameters = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls = parameters.pop("sslmode", "disable" if parts.hostname in LOOPBACK else "require")
    if parameters or tls not in TLS or parts.password is None:
        raise DatabaseSetupError(
            "The metatables API reads host, database, login and password from --database-url, and "
            f"sslmode={' or '.join(TLS)}; write no other parameter, and leave out none of them."
        )
    return urlunsplit(parts._replace(query="")), tls
