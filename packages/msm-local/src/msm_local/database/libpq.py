"""What libpq is told, and what is told of its words: they quote a malformed URL as it is."""

import os

import psycopg
from psycopg.conninfo import conninfo_to_dict

from msm_local.errors import DatabaseSetupError

__all__ = ["EXPLICIT", "check_url", "forget_variables", "message_of"]

# Named in a URL, these are not taken from the variables of whoever connects: PGSSLMODE, PGOPTIONS
# and their like are about another server, and a migration runs in the environment of the user.
EXPLICIT = {
    "hostaddr": "127.0.0.1",
    "sslmode": "disable",
    "gssencmode": "disable",
    "channel_binding": "prefer",
    "target_session_attrs": "any",
    # No blank in it: some who read a URL do not take %20 for one.
    "options": "-cstandard_conforming_strings=on",
}


def forget_variables() -> None:
    """Forget all PG* variables in this process, the service file included.

    To be called where only the embedded PostgreSQL is connected to.
    """
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def check_url(database_url: str) -> None:
    """Refuse a URL that libpq does not read as it was meant; no part of it is in the message.

    Raises:
        DatabaseSetupError: it is malformed, or a character of its password is taken for the end.
    """
    try:
        parts = conninfo_to_dict(database_url)
    except psycopg.ProgrammingError:
        parts = {"port": "none"}
    login, _, rest = database_url.partition("://")[2].partition("?")[0].partition("@")
    ports = str(parts.get("port") or "5432").split(",")
    misread = "@" in str(parts.get("host", "")) or (rest and "/" in login)
    if misread or not all(port.isdecimal() for port in ports if port):
        # Outside of the except, so that no traceback shows libpq's words.
        raise DatabaseSetupError(
            "The URL of --database-url cannot be read; write postgresql://USER:PASSWORD@HOST:PORT/"
            "DATABASE, and percent-encode what is no letter or digit in user and password (@ is "
            "%40, / is %2F, % is %25)."
        )


def message_of(error: psycopg.Error) -> str:
    """What libpq or PostgreSQL says, in one line and without a full stop."""
    return " ".join(str(error).split()).rstrip(".")
