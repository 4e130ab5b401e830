"""The fingerprints that msm-migrations recorded of the revisions it applied."""

import re
from typing import Any

from psycopg import Connection

__all__ = ["find_fingerprints"]

# How msm-migrations writes them into the comment of Alembic's version table.
ENTRY = re.compile(r"(\S+)=([0-9a-f]{12})\b")
COMMENT = """
SELECT obj_description(c.oid, 'pg_class') FROM pg_class c
WHERE c.relname = %s AND c.relkind IN ('r', 'p')
"""


def find_fingerprints(connection: Connection[Any], version_table: str) -> dict[str, str]:
    """The fingerprint of each revision that was applied, by its id."""
    comments = [row[0] or "" for row in connection.execute(COMMENT, [version_table])]
    return dict(ENTRY.findall(" ".join(comments)))
