"""Why msm-local answers a request in another way than the vendor's server, by a short name.

The rows are a section of docs/parity.md.
"""

from typing import Any

__all__ = ["ANSWERS", "CATALOG", "SHAPES", "reason_for"]

# Of operations: each recorded difference has one of these reasons.
ANSWERS: dict[str, str] = {
    "own words": (
        "Same status and code. The sentence says what is wrong and what to do, where the platform "
        "has a code or a few words."
    ),
    "stricter statements": (
        "`statement_refused` for what is not one SELECT, INSERT, UPDATE or DELETE of the "
        "allow-list (`MERGE`, `EXPLAIN`, `SET`, `%b` and `%t` as placeholders too). The platform "
        "runs what the database role of the caller may do."
    ),
    "after a refused statement": (
        "Rows or counts differ because an earlier statement, which made the rows, is refused here."
    ),
    "NUL in a statement": "422 that names the field, where PostgreSQL cuts the text at the NUL.",
    "no columns": "`SELECT` without columns has one row without columns, as in PostgreSQL.",
}
# They follow statements that msm-local refuses.
AFTER = ("label.for_update_as_update", "reset", "statement.update_from")
NAMED = {"request.sql_nul": "NUL in a statement", "value.no_columns": "no columns"}


def reason_for(name: str, ours: dict[str, Any], theirs: dict[str, Any]) -> str | None:
    """The reason for two answers to the request with this name; None if it has none yet."""
    if name in NAMED:
        return NAMED[name]
    if ours.get("code") == "statement_refused":
        return "stricter statements"
    if "detail" in ours and "detail" in theirs:
        alike = (ours["status"], ours.get("code")) == (theirs["status"], theirs.get("code"))
        return "own words" if alike else None
    return "after a refused statement" if name.startswith(AFTER) else None


# Of catalog and context: paths within a row or an answer, of which one side has another type.
SHAPES: dict[str, str] = {
    ".bootstrap.": "No deployment declares the database, and no revisions make its catalog.",
    ".credential_store": "null: there is no store of credentials.",
    ".hosted_environment.uid": "null: there is no hosted Environment.",
    ".configuration.": "Nothing of a login is in the configuration of the DataSource.",
    ".created_at": "Absent from the DataSource.",
    ".namespace_uid": "Absent: a namespace is a name, and no row of its own.",
    ".introspection_snapshot": "Absent; the contract is what the database has.",
    ".expires_at": "A migration connection has a login of its own, which expires.",
    ".role_name": "The name of that login.",
    ".indexes_meta[].contract_fragment.": (
        "Beside the facts of the platform: `primary`, `constraint`, `predicate`, `definition`."
    ),
    ".table_contract.indexes[].": "As `indexes_meta`.",
    ".incoming_fks[].contract_fragment.": "Beside the facts of the platform: the source table.",
}
# Of reservations, finalize and lists, which the tests of msm-local hold.
CATALOG: dict[str, str] = {
    "errors of a reservation": (
        "The same status, and a sentence that names the table, where the platform has `item`, "
        "`identifier` and a code."
    ),
    "one table twice in a reservation": "422; the platform answers with the same row twice.",
    "a table of another provider": "404 or 409; the platform answers with that provider's row.",
    "an identifier or a data source that is taken or unknown": "409; the platform answers 503.",
    "a table that is reserved again": (
        "It stays as it is until finalize brings the texts of the models; the platform takes them "
        "at once."
    ),
    "`backend_type` and `data_type`": (
        "As the database has it, with length and precision (`VARCHAR(20)`, on the platform "
        "`varchar`), and always the SDK's token."
    ),
    "comments of the database": (
        "The description of a column where the models have none; the platform does not read them."
    ),
    "a view in place of a table": "409 for that table; the platform answers 400 for all of them.",
    "the filter `ordering`": "422; rows come by their names.",
    "`GET /`, `caller/`, `search-document/`": "404; clients do not call them.",
}
