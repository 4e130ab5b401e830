"""Explaining a refused statement in terms of the models: which columns and values, and why."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Numeric,
    String,
    Table,
)
from sqlalchemy.schema import ColumnCollectionConstraint

from msm.base import MarketsBase
from msm.errors import (
    CheckViolatedError,
    ConflictError,
    DiskFullError,
    MissingReferenceError,
    MissingTableError,
    NotNullViolatedError,
    OperationRefusedError,
    PlatformRefusedError,
    StillReferencedError,
    TimedOutError,
    TooLargeError,
    TransactionConflictError,
)
from msm.errors.commands import CHECK
from msm.errors.formatting import shortened
from msm.operations.compile import CompiledOperation
from msm.operations.scope import model_name
from msm.values.literals import column_text
from msm.values.texts import TooLargeValueError, UnfitValueError

__all__ = ["Refusal", "sentence"]

type Rule = ColumnCollectionConstraint | Index

# SQLAlchemy adds this to the placeholders of every row of an INSERT after the first.
ROW_SUFFIX = re.compile(r"_m\d+$")
NAME = re.compile(r"\w+")
# How PostgreSQL names the key of a row that violates a unique constraint or a foreign key.
KEY = re.compile(
    r"Key \((?P<columns>.*?)\)=\((?P<values>.*)\) (?:already exists|is not present in table )",
    re.DOTALL,
)
# SQLSTATEs of a string that is too long and a number that is out of range. PostgreSQL names neither
# table nor column for them, so the values that were sent are searched.
DOES_NOT_FIT = frozenset({"22001", "22003"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is known of a refused statement.

    Attributes:
        compiled: the operation.
        table: physical name of the table that the refusal is about.
        model: identifier of that table's model.
        constraint: name of the constraint or unique index that was violated.
        referred: identifier of the model that the constraint, a foreign key, refers to.
        condition: the condition of the constraint, a CHECK.
        columns: the columns of the constraint, or the wrong columns where there is none.
        values: by column, the value that was sent, where exactly one was.
        explanation: PostgreSQL's own sentence about the row.
        key: by column, the value of the row in PostgreSQL's sentence; empty where it has none.
    """

    compiled: CompiledOperation
    table: str | None
    model: str | None
    constraint: str | None
    referred: str | None
    condition: str | None
    columns: tuple[str, ...]
    values: Mapping[str, Any]
    explanation: str | None
    key: Mapping[str, str]

    @classmethod
    def of(cls, compiled: CompiledOperation, facts: Mapping[str, Any]) -> Self:
        """Combine the platform's answer with the models and the statement.

        Args:
            compiled: the operation that was refused.
            facts: the platform's JSON answer.
        """
        name = facts.get("table") or _table_of(facts.get("constraint"), compiled.target)
        table = MarketsBase.metadata.tables.get(name or "")
        rule = None if table is None else _rule(table, facts.get("constraint"))
        sent = {} if table is None or name != compiled.target else _sent(table, compiled)
        values = {}
        columns: Sequence[str] = ()
        if facts.get("column"):
            columns = [facts["column"]]
        elif table is not None and rule is not None:
            columns = _columns(table, rule)
            values = _single(sent, columns)
        elif table is not None and facts.get("sqlstate") in DOES_NOT_FIT:
            values = _misfits(table, sent)
            columns = list(values)
        return cls(
            compiled=compiled,
            table=name,
            model=None if name is None else model_name(name),
            constraint=facts.get("constraint"),
            referred=(
                model_name(rule.referred_table.name)
                if isinstance(rule, ForeignKeyConstraint)
                else None
            ),
            condition=str(rule.sqltext) if isinstance(rule, CheckConstraint) else None,
            columns=tuple(columns),
            values=values,
            explanation=facts.get("message_detail"),
            key=_key(table, columns, facts.get("message_detail") or ""),
        )

    @property
    def described(self) -> str:
        """The columns, each with its value where the value is known."""
        # The verbs send many rows at once: then only PostgreSQL knows which one it is.
        shown = dict(self.key) | {column: _shown(value) for column, value in self.values.items()}
        return " and ".join(
            f"{column} {shown[column]}" if column in shown else column for column in self.columns
        )

    @property
    def source(self) -> str:
        """The constraint's name, and PostgreSQL's sentence where the values are not known."""
        known = self.key.keys() | self.values.keys()
        if self.explanation is None or known.issuperset(self.columns):
            return f"({self.constraint})"
        return f"({self.constraint}; PostgreSQL says: {self.explanation.rstrip('.')})"


def sentence(
    kind: type[OperationRefusedError], refusal: Refusal, plain: PlatformRefusedError
) -> str:
    """The message: what went wrong, in one sentence that ends with what to do.

    Args:
        kind: the class of the error.
        refusal: what is known.
        plain: the error that repeats the platform's message, used where nothing more is known.
    """
    write = _SENTENCES.get(kind)
    if write is None or (kind in _ABOUT_COLUMNS and not (refusal.model and refusal.columns)):
        return str(plain)
    return write(refusal)


def _conflict(refusal: Refusal) -> str:
    return (
        f"{refusal.model} already has a row with {refusal.described} {refusal.source}; "
        "choose another key, or use an upsert."
    )


def _missing_reference(refusal: Refusal) -> str:
    return (
        f"{refusal.model} refers by {refusal.described} to a row of {refusal.referred} that "
        f"does not exist {refusal.source}; write that row first."
    )


def _still_referenced(refusal: Refusal) -> str:
    verb = refusal.compiled.operation.operation
    change = (
        "that the delete would remove" if verb == "delete" else f"whose key the {verb} would change"
    )
    return (
        f"Rows of {refusal.model} refer by {', '.join(refusal.columns)} to rows of "
        f"{model_name(refusal.compiled.target or '')} {change} {refusal.source}; "
        "delete or change the referring rows first."
    )


def _check(refusal: Refusal) -> str:
    return (
        f"{refusal.model} does not allow {refusal.described} {refusal.source}; the check is: "
        f"{refusal.condition}."
    )


def _not_null(refusal: Refusal) -> str:
    return f"{refusal.model} needs a value in {', '.join(refusal.columns)} and got none; pass one."


def _too_large(refusal: Refusal) -> str:
    table = MarketsBase.metadata.tables[refusal.table or ""]
    # The columns are known here, so the table is that of a model.
    types = ", ".join(str(table.c[column].type) for column in refusal.columns)
    return (
        f"{refusal.model} cannot store {refusal.described}, which is too large for {types}; "
        "pass a smaller value."
    )


def _timed_out(refusal: Refusal) -> str:
    limit = refusal.compiled.operation.limits.statement_timeout_ms / 1000
    slow = f"{_operation(refusal)} did not finish within {limit:g} s"
    if limit >= refusal.compiled.limits.max_timeout:
        return f"{slow}, the longest that the platform lets a statement run; narrow it."
    return f"{slow}; narrow it, or give it more time with msm.start_engine(..., timeout=SECONDS)."


def _transaction_conflict(refusal: Refusal) -> str:
    return (
        f"{_operation(refusal)} conflicted with another transaction that was faster, and "
        "nothing was written; run it again."
    )


def _disk_full(refusal: Refusal) -> str:
    return (
        f"{_operation(refusal)} needs disk space that PostgreSQL does not have, and nothing was "
        "written; free some space on the server and run it again."
    )


def _missing_table(refusal: Refusal) -> str:
    return (
        f"{_operation(refusal)} uses a table that does not exist in the database, though the "
        f"catalog had it when this runtime was attached; run `{CHECK}` from the repository root: "
        "it names the table and prints the SQL that creates it."
    )


def _operation(refusal: Refusal) -> str:
    models = " and ".join(map(model_name, sorted(refusal.compiled.access)))
    return f"The {refusal.compiled.operation.operation} over {models}"


_SENTENCES: Mapping[type[OperationRefusedError], Callable[[Refusal], str]] = {
    CheckViolatedError: _check,
    ConflictError: _conflict,
    MissingReferenceError: _missing_reference,
    DiskFullError: _disk_full,
    MissingTableError: _missing_table,
    NotNullViolatedError: _not_null,
    StillReferencedError: _still_referenced,
    TimedOutError: _timed_out,
    TooLargeError: _too_large,
    TransactionConflictError: _transaction_conflict,
}
# These sentences name a model and its columns, so they need both to be known.
_ABOUT_COLUMNS = _SENTENCES.keys() - {
    DiskFullError,
    MissingTableError,
    TimedOutError,
    TransactionConflictError,
}


def _table_of(constraint: str | None, target: str | None) -> str | None:
    """The table that an error is about which names none."""
    # PostgreSQL names a table for constraints only; otherwise it is the one that is written.
    if constraint is None:
        return target
    # The platform sent PostgreSQL's sentence alone. A write can violate a constraint of another
    # table, through a foreign key that passes a new key on.
    tables = MarketsBase.metadata.tables.values()
    named = [table.name for table in tables if _rule(table, constraint) is not None]
    return named[0] if len(named) == 1 else None


def _rule(table: Table, name: str | None) -> Rule | None:
    rules: list[Rule] = [
        *(rule for rule in table.constraints if isinstance(rule, ColumnCollectionConstraint)),
        *table.indexes,
    ]
    return next((rule for rule in rules if rule.name == name), None)


def _columns(table: Table, rule: Rule) -> list[str]:
    if isinstance(rule, CheckConstraint):
        # A check is text to SQLAlchemy, which does not know its columns.
        names = dict.fromkeys(NAME.findall(str(rule.sqltext)))
        return [name for name in names if name in table.c]
    return [column.name for column in rule.columns]


def _key(table: Table | None, columns: Sequence[str], explanation: str) -> dict[str, str]:
    """The values of a key in PostgreSQL's sentence, which does not quote them."""
    found = KEY.match(explanation)
    if table is None or found is None or found["columns"] != ", ".join(columns):
        return {}
    texts = [found["values"]] if len(columns) == 1 else found["values"].split(", ")
    if len(texts) != len(columns):
        # A value has a comma itself, and nothing says which one.
        return {}
    return {
        column: shortened(text) if isinstance(table.c[column].type, String) else text
        for column, text in zip(columns, texts, strict=True)
    }


def _sent(table: Table, compiled: CompiledOperation) -> dict[str, list[Any]]:
    """The values that the statement writes, by column: one value, or one a row."""
    sent: dict[str, list[Any]] = {}
    for name, value in compiled.parameters.items():
        column = name if name in table.c else ROW_SUFFIX.sub("", name)
        if column in table.c:
            sent.setdefault(column, []).append(value)
    return sent


def _single(sent: Mapping[str, Sequence[Any]], columns: Sequence[str]) -> dict[str, Any]:
    """The values of the columns for which all rows have the same one."""
    return {
        column: sent[column][0]
        for column in columns
        if column in sent and all(value == sent[column][0] for value in sent[column])
    }


def _misfits(table: Table, sent: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """The first value that is too large, of each column that has one."""
    return {
        name: bad[0]
        for name, values in sent.items()
        if (bad := [value for value in values if _is_too_large(table.c[name], value)])
    }


def _is_too_large(column: Column[Any], value: Any) -> bool:
    if not isinstance(column.type, Integer | Numeric | String):
        return False
    if isinstance(value, float) and column.type.python_type is Decimal:
        # The row verbs refuse a float for NUMERIC, as its digits are not exact; PostgreSQL took it.
        value = Decimal(value)
    try:
        column_text(column).write(value)
    except TooLargeValueError:
        return True
    except UnfitValueError:
        # A value of another type is not too large: PostgreSQL may have cast it.
        return False
    return False


def _shown(value: Any) -> str:
    # str of a date, a UUID or a Decimal is shorter than its repr, and as clear.
    return shortened(value) if isinstance(value, str) else str(value)
