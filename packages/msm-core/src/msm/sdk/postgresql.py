"""What an error text of PostgreSQL says, for a platform that sends the text and nothing else.

The sentences are the format strings of PostgreSQL's own message catalogue. A name is taken only
from the place that its sentence has for it, so that a value that looks like a constraint is never
mistaken for one. A text in another language, or one that is not listed, says nothing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

__all__ = ["SENTENCES", "facts_in"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of PostgreSQL.

    Attributes:
        template: its format string, up to a value that it may end with.
        sqlstate: the code that PostgreSQL raises it with.
        names: what each of its placeholders is; "" for one that is not needed.
    """

    template: str
    sqlstate: str
    names: tuple[str, ...] = ()


# The sentences of constraints name what they are about.
CONSTRAINTS = (
    Sentence('duplicate key value violates unique constraint "%s"', "23505", ("constraint",)),
    Sentence('conflicting key value violates exclusion constraint "%s"', "23P01", ("constraint",)),
    Sentence(
        'insert or update on table "%s" violates foreign key constraint "%s"',
        "23503",
        ("table", "constraint"),
    ),
    # The table of the constraint is the one that refers, not the one that is written.
    Sentence(
        'update or delete on table "%s" violates foreign key constraint "%s" on table "%s"',
        "23503",
        ("", "constraint", "table"),
    ),
    Sentence(
        'update or delete on table "%s" violates RESTRICT setting of foreign key constraint "%s" '
        'on table "%s"',
        "23001",
        ("", "constraint", "table"),
    ),
    Sentence(
        'new row for relation "%s" violates check constraint "%s"',
        "23514",
        ("table", "constraint"),
    ),
    Sentence(
        'value for domain %s violates check constraint "%s"',
        "23514",
        ("", "constraint"),
    ),
    Sentence(
        'null value in column "%s" of relation "%s" violates not-null constraint',
        "23502",
        ("column", "table"),
    ),
)
OTHERS: Mapping[str, tuple[str, ...]] = {
    "22001": (
        "value too long for type character varying(%d)",
        "value too long for type character(%d)",
    ),
    "22003": (
        "smallint out of range",
        "integer out of range",
        "bigint out of range",
        "numeric field overflow",
        "value overflows numeric format",
        "value out of range: overflow",
        "value out of range: underflow",
        'value "%s" is out of range for type %s',
        '"%s" is out of range for type real',
        '"%s" is out of range for type double precision',
    ),
    "22008": (
        "date out of range",
        "timestamp out of range",
        "interval out of range",
        "date/time field value out of range",
    ),
    "22012": ("division by zero",),
    "22021": ('invalid byte sequence for encoding "%s"',),
    "22P02": (
        "invalid input syntax for type %s",
        "invalid input value for enum %s",
        "malformed array literal",
    ),
    "22P05": ("unsupported Unicode escape sequence",),
    "23502": ("domain %s does not allow null values",),
    "40001": (
        "could not serialize access due to concurrent update",
        "could not serialize access due to concurrent delete",
        "could not serialize access due to read/write dependencies among transactions",
    ),
    "40P01": ("deadlock detected",),
    "42501": (
        "permission denied for table %s",
        "permission denied for schema %s",
        "permission denied for function %s",
    ),
    "42703": (
        'column "%s" does not exist',
        "column %s.%s does not exist",
        'column "%s" of relation "%s" does not exist',
    ),
    "42803": (
        'column "%s.%s" must appear in the GROUP BY clause or be used in an aggregate function',
    ),
    "42804": ('column "%s" is of type %s but expression is of type %s',),
    "42883": ("function %s does not exist", "operator does not exist"),
    "42P01": ('relation "%s" does not exist', 'relation "%s.%s" does not exist'),
    "53100": ('could not extend file "%s": wrote only %d of %d bytes at block %u',),
    "53200": ("out of memory",),
    "54000": ("requested length too large",),
    "54001": ("stack depth limit exceeded",),
    "55P03": ("canceling statement due to lock timeout",),
    "57014": (
        "canceling statement due to statement timeout",
        "canceling statement due to user request",
    ),
}
SENTENCES = CONSTRAINTS + tuple(
    Sentence(template, sqlstate) for sqlstate, templates in OTHERS.items() for template in templates
)
# These share their sentence with other types, and have a code of their own.
TIMES = re.compile(r"invalid input syntax for type (date|time|timestamp|interval)\b")
# PostgreSQL derives the code of a failed file operation from the error of the operating system.
DISK_FULL = re.compile(r"could not [^\n]+: No space left on device(?=\n|\Z)")
PLACEHOLDER = re.compile(r'"%s(?:\.%s)?"|%[sdu]')
# libpq writes the other parts of an error below its sentence, each after its name.
DETAIL = re.compile(r"\nDETAIL:  (?P<detail>.*\.)(?:\n(?:HINT|QUERY|CONTEXT):  .*)?\Z", re.DOTALL)


def _pattern(template: str) -> re.Pattern[str]:
    def piece(match: re.Match[str]) -> str:
        if match[0].startswith('"'):
            return r'"([^"\n]+)"'
        return r"(\d+)" if match[0] in {"%d", "%u"} else r'([^"\n:]+)'

    literal = PLACEHOLDER.split(template)
    places = [*map(piece, PLACEHOLDER.finditer(template)), ""]
    text = "".join(re.escape(part) + place for part, place in zip(literal, places, strict=True))
    return re.compile(text + r"(?=\n|:|\Z)")


_PATTERNS = tuple((_pattern(sentence.template), sentence) for sentence in SENTENCES)


def facts_in(text: str) -> dict[str, str]:
    """The facts that an error text of PostgreSQL states, by the names that its protocol gives them.

    Args:
        text: the sentence, and below it DETAIL and other parts, as libpq writes them.

    Returns:
        ``sqlstate``, ``constraint``, ``table``, ``column`` and ``message_detail``, as far as the
        text states them; nothing where the sentence is not known.
    """
    return dict(_facts(text))


def _facts(text: str) -> Iterator[tuple[str, str]]:
    if DISK_FULL.match(text):
        yield "sqlstate", "53100"
        return
    found = next(
        ((match, sentence) for pattern, sentence in _PATTERNS if (match := pattern.match(text))),
        None,
    )
    if found is None:
        return
    match, sentence = found
    yield "sqlstate", "22007" if TIMES.match(text) else sentence.sqlstate
    if not sentence.names:
        return
    for name, value in zip(sentence.names, match.groups(), strict=True):
        if name:
            yield name, value
    detail = DETAIL.match(text, match.end())
    if detail is not None:
        yield "message_detail", detail["detail"]
