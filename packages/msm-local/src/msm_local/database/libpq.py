"""Settings for libpq, and its messages, which quote a malformed URL with its password."""

import os

import psycopg
from psycopg.conninfo import conninfo_to_dict

from msm_local.errors import DatabaseSetupError

__all__ = ["EXPLICIT", "check_url", "forget_variables", "message_of"]

# A parameter in a URL overrides the variable of libpq. A migration runs in the user's environment,
# whose PGSSLMODE, PGOPTIONS and so on are meant for another server.
EXPLICIT = {
    "hostaddr": "127.0.0.1",
    "sslmode": "disable",
    "gssencmode": "disable",
    "channel_binding": "prefer",
    "target_session_attrs": "any",
    # Without a space, because some readers of a URL do not decode %20.
    "options": "-cstandard_conforming_strings=on",
}


def forget_variables() -> None:
    """Remove all PG* variables from this process, including the one of the service file.

    Call it where every connection is to the embedded PostgreSQL.
    """
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def check_url(database_url: str) -> None:
    """Refuse a URL that libpq cannot read, or reads differently from what the user meant.

    Raises:
        DatabaseSetupError: it is malformed, or a character of its password ends the password. No
            part of the URL is in the message.
    """
    try:
        parts = conninfo_to_dict(database_url)
    except psycopg.ProgrammingError:
        parts = {"port": "none"}
    login, _, rest = database_url.partition("://")[2].partition("?")[0].partition("@")
    ports = str(parts.get("port") or "5432").split(",")
    misread = "@" in str(parts.get("host", "")) or (rest and "/" in login)
    if misread or not all(port.isdecimal() for port in ports if port):
        # Outside the except block: a traceback would show libpq's message, and so the password.
        raise DatabaseSetupError(
            "The URL of --database-url cannot be read; write postgresql://USER:PASSWORD@HOST:PORT/"
            "DATABASE, and percent-encode all characters of user and password that are not letters "
            "or digits (@ is %40, / is %2F, % is %25)."
        )


def message_of(error: psycopg.Error) -> str:
    """The message of libpq or PostgreSQL, in one line and without a full stop."""
    return " ".join(str(error).split()).rstrip(".")
