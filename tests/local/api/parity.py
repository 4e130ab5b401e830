"""Every method of the client classes for tables of both SDKs, and how msm-local answers it.

One table, for the page (``./dev run python -m tests.local.api.parity`` prints it) and for the
tests, which call every row of the SDK that is installed.
"""

import inspect
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from tests.conformance.differences import ANSWERS, CATALOG, SHAPES
from tests.local.api.parity_mainsequence8 import MAINSEQUENCE8
from tests.local.api.parity_metatables import METATABLES
from tests.local.api.parity_rows import Row
from tests.support.generation import GENERATION, sdk

__all__ = ["CLASSES", "PARITY", "methods", "page"]

CLASSES = {name: getattr(sdk("models"), name) for name in MAINSEQUENCE8}
# Of the SDK that is installed.
PARITY = {"mainsequence8": MAINSEQUENCE8, "metatables": METATABLES}[GENERATION]
HEAD = """\
# What msm-local answers

Every method of the client classes `MetaTable`, `TimeIndexMetaTable` and `DataSource`, of SDK 8 and
of metatables:

- **exact**: the answer is what the client's models accept and its docstrings describe, including
  errors;
- **approximate**: the method works, with a difference that the note describes;
- **absent**: msm-local refuses and names the method (SDK 8: 501, metatables: 400), or the client or
  its platform does not have it either;
- **-**: the client of this SDK has no such method.

The tests call each row with the SDK's own client (`tests/local/api/test_parity.py`), under the SDK
of its column. This page is made from the same table:
`./dev run python -m tests.local.api.parity > docs/parity.md`.

`User.get_authenticated_user_details` is exact under both. A running platform describes its
endpoints on the pages `<endpoint>/api/v1/docs/` (SDK 8) and `<endpoint>/metatables/docs/` (log in
with any name, and the token as password), and for programs in `openapi.json` beside each page.

## What metatables may rely on

msm-local answers metatables with the numbers and the words of its platform:

- at most 10,000 rows, 60,000 ms and an offset of 1,000,000; 8 MiB of an answer, 1 MiB of a row and
  12.1 MB of a data request;
- PostgreSQL's own text, with the code `compiled_sql_database_error`;
- NUMERIC as a float, and null for what is not finite;
- a percent sign of a statement without parameters means itself: `'50%%'` is not `'50%'`.

It is stricter in one point. A statement is one SELECT, INSERT, UPDATE or DELETE over active tables
of the catalog, with the functions and types of an allow-list. The code `statement_refused` refuses
all others: `pg_sleep`, advisory locks, `DO`, temporary tables, `pg_catalog`. The platform runs
whatever the database role of the caller may do.

## Differences from the server of metatables

`tests/conformance` runs the same migrations, statements and calls against msm-local and against the
vendor's own server. These differences are deliberate, and the only ones that the tests allow.

| where | msm-local |
|---|---|
"""


def methods(client_class: type[Any]) -> set[str]:
    """The public methods and properties of a client class, except those that every model has."""
    members = {name: inspect.getattr_static(client_class, name) for name in dir(client_class)}
    return {
        name
        for name, member in members.items()
        if not name.startswith("_")
        and name not in dir(BaseModel)
        and isinstance(member, property | classmethod | staticmethod | type(methods))
    }


def page() -> str:
    """The page, as Markdown."""
    reasons = {
        **{f"operations: {name}": reason for name, reason in ANSWERS.items()},
        **CATALOG,
        **{f"`{path.strip('.')}`": reason for path, reason in SHAPES.items()},
    }
    rows = "".join(f"| {where} | {reason} |\n" for where, reason in reasons.items())
    parts = [HEAD + rows]
    for name, methods_ in MAINSEQUENCE8.items():
        parts.append(f"## {name}\n\n| method | SDK 8 | metatables | note |\n|---|---|---|---|")
        parts += _lines(methods_, METATABLES[name])
        parts.append("")
    return "\n".join(parts)


def _lines(first: tuple[Row, ...], second: tuple[Row, ...]) -> list[str]:
    """The lines of a class: what works under either SDK first, then by name."""
    sdks = {name: {row.method: row for row in rows} for name, rows in
            (("SDK 8", first), ("metatables", second))}  # fmt: skip
    lines = []
    for method in {row.method for row in (*first, *second)}:
        rows = {name: rows[method] for name, rows in sdks.items() if method in rows}
        kinds = [rows[name].kind if name in rows else "-" for name in sdks]
        line = f"| `{method}` | {' | '.join(kinds)} | {_note(rows)} |"
        lines.append(({"absent", "-"} >= set(kinds), method, line))
    return [line for _absent, _method, line in sorted(lines)]


def _note(rows: Mapping[str, Row]) -> str:
    notes = {row.note for row in rows.values()}
    if len(notes) == 1:
        return notes.pop()
    return " ".join(f"{name}: {row.note}" for name, row in rows.items() if row.note)


if __name__ == "__main__":
    print(page(), end="")  # noqa: T201 - the page is what it is for
