"""Models drawn at random from the table of supported types, as the source of a project."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from msm.column_types import SUPPORTED

__all__ = ["DrawnModel", "models", "sources_of"]

WORDS = st.text("ab é'\"%\\:{}$", min_size=1, max_size=12).filter(str.strip)
# Words of SQL have to be quoted in every statement that a revision or a check makes.
NAMES = ("order", "user", "end", "Mixed", "größe")
LITERAL = "Literal['a', \"it's\", '5%', ':b']"
# Beside what the table has, types with a length or a precision.
TYPES = {
    **{row.annotation: f"Mapped[{row.annotation}]" for row in SUPPORTED},
    "Str20": "Mapped[Str20]",
    "Decimal38": "Mapped[Decimal38]",
    "TextStr": "Mapped[TextStr]",
    LITERAL: f"Mapped[{LITERAL}]",
    "Color": "Mapped[Color]",
}
TEXTS = frozenset({"str", "Str20", "TextStr"})
WHOLE = frozenset({"int", "SmallInt", "BigInt"})
ESCAPED = r"""text(r"'it''s \:x'")"""
PLAIN_TEXTS = ('"it\'s 5%"', "''", "' :b'", "text(\"upper('5%')\")", ESCAPED)
ON_DELETE = st.sampled_from(("'CASCADE'", "'SET NULL'", "'RESTRICT'", "None"))
DEFAULTS = {
    "bool": ("sa.true()", "'false'", "text('1 < 2')"),
    "int": ("'7'", "text('7')", "text('7 % 4')", "'-1'"),
    "SmallInt": ("'7'", "text('-7')"),
    "BigInt": ("'7'", "text('2 ^ 40')"),
    "float": ("'1.5'", "text(\"'NaN'\")", "text('1e10')"),
    "Decimal": ("'1.10'", "text('0')"),
    "Decimal38": ("'1.10'", "text('0.0')"),
    "str": PLAIN_TEXTS,
    "Str20": PLAIN_TEXTS,
    "TextStr": PLAIN_TEXTS,
    "uuid.UUID": ("text('gen_random_uuid()')",),
    "datetime.date": ("'2025-01-02'", "text('CURRENT_DATE')"),
    "datetime.datetime": ("text('now()')", "sa.func.now()", "'2025-01-02 00:00+00'"),
    "datetime.time": ("'12:30'", "text(\"'12:30:00.5'\")"),
    "datetime.timedelta": ("'1 day'", "text(\"'1 hour'\")", 'text("make_interval(hours => 2)")'),
    "bytes": ("text(r\"'\\x00ff'\")", "''"),
    "Json": ("'{}'", "text('\\'{\"a\": \"5%\"}\\'')"),
    "Jsonb": ("'{}'", "text('\\'[1, \"it\\'\\'s\"]\\'')"),
    LITERAL: ('"it\'s"', "'5%'"),
    "Color": ("'red'",),
}
CHECKS = {
    **dict.fromkeys(WHOLE, ("{} % 7 < 9", "{} > 0", "{} BETWEEN 1 AND 99", "{} IN (1, 2)")),
    **dict.fromkeys(TEXTS, ("{} NOT LIKE '%x%'", "length({}) > 2", "{} <> 'it''s'", "{} ~ '^a%'")),
    "bool": ("{}", "NOT {}"),
    "float": ("{} > 0.5", "{} <> 'NaN'"),
    "Decimal": ("{} >= 0",),
    "datetime.timedelta": ("{} > interval '1 hour'",),
    "Jsonb": ("jsonb_typeof({}) = 'object'",),
    "list[int]": ("cardinality({}) < 9", "0 <> ALL ({})"),
}
EXPRESSIONS = {
    **dict.fromkeys(WHOLE, ("({} % 5)", "abs({})", "{} DESC")),
    **dict.fromkeys(TEXTS, ("lower({})", "({} || '5%')", "{} DESC NULLS LAST")),
    "Jsonb": ("({} ->> 'a')", "jsonb_typeof({})"),
    "list[int]": ("cardinality({})",),
    "datetime.date": ("EXTRACT(year FROM {})",),
}


@dataclass(frozen=True, slots=True)
class DrawnColumn:
    """A column: its name, its type by the keys of ``TYPES``, and its options."""

    name: str
    kind: str
    nullable: bool
    options: tuple[str, ...]

    @property
    def sql(self) -> str:
        return self.name if self.name.startswith("c") else f'"{self.name}"'

    @property
    def line(self) -> str:
        annotation = TYPES[self.kind]
        if self.nullable:
            annotation = f"{annotation.removesuffix(']')} | None]"
        value = f" = mapped_column({', '.join(self.options)})" if self.options else ""
        return f"    {self.name}: {annotation}{value}"


@dataclass(frozen=True, slots=True)
class DrawnModel:
    """A model before it has a name.

    Attributes:
        code: its source; NAME is its own, and a line with PARENT is for one that it refers to.
        is_parent: whether others can refer to its ``uid``.
    """

    code: str
    is_parent: bool


def sources_of(drawn: Sequence[DrawnModel]) -> dict[str, str]:
    """The source of each model, by the name that it gets."""
    sources: dict[str, str] = {}
    parent = None
    for number, model in enumerate(drawn):
        name = f"M{number}"
        lines = model.code.replace("NAME", name).splitlines()
        kept = [line for line in lines if parent is not None or "PARENT" not in line]
        sources[name] = "\n".join(kept).replace("PARENT", str(parent))
        parent = name if model.is_parent else parent
    return sources


@st.composite
def _column(draw: st.DrawFn, number: int) -> DrawnColumn:
    kind = draw(st.sampled_from(sorted(TYPES)))
    name = draw(st.sampled_from((f"c{number}", f"c{number}", NAMES[number % len(NAMES)])))
    options = []
    defaults = DEFAULTS.get(kind, ("'{}'", "text(\"'{}'\")"))
    if draw(st.booleans()):
        options.append(f"server_default={draw(st.sampled_from(defaults))}")
    if draw(st.booleans()):
        options.append(f"comment={draw(WORDS)!r}")
    return DrawnColumn(name, kind, draw(st.booleans()), tuple(options))


@st.composite
def _index(draw: st.DrawFn, name: str, columns: list[DrawnColumn], time: str | None) -> str:
    """An index; a unique one has the time of a time-indexed model."""
    sortable = [column for column in columns if column.kind != "Json"]
    gin = [column for column in columns if column.kind == "Jsonb" or column.kind.startswith("list")]
    forms = ["plain", "unique", "hash", "include", *(["gin"] if gin else [])]
    options = []
    form = draw(st.sampled_from(forms))
    if form == "gin":
        parts = [repr(draw(st.sampled_from(gin)).name)]
        options.append("postgresql_using='gin'")
    else:
        chosen = draw(st.lists(st.sampled_from(sortable), min_size=1, max_size=3, unique=True))
        parts = [draw(_part(column, form)) for column in chosen[: 1 if form == "hash" else 3]]
        if form == "hash":
            options.append("postgresql_using='hash'")
        if form == "unique":
            options.append("unique=True")
            parts += [] if time is None else [repr(time)]
        rest = [column for column in columns if column not in chosen]
        if form == "include" and rest:
            options.append(f"postgresql_include=[{draw(st.sampled_from(rest)).name!r}]")
    conditions = [column for column in columns if column.kind in CHECKS]
    if draw(st.booleans()) and conditions:
        options.append(f"postgresql_where=text({draw(_condition(conditions))!r})")
    return f"Index({', '.join([repr(name), *parts, *options])})"


@st.composite
def _part(draw: st.DrawFn, column: DrawnColumn, form: str) -> str:
    expressions = EXPRESSIONS.get(column.kind, ())
    # A hash index has no order, and a unique one is easier to read without.
    found = [item for item in expressions if form != "hash" or "DESC" not in item]
    if draw(st.booleans()) and found:
        return f"text({draw(st.sampled_from(found)).format(column.sql)!r})"
    return repr(column.name)


@st.composite
def _condition(draw: st.DrawFn, columns: list[DrawnColumn]) -> str:
    column = draw(st.sampled_from(columns))
    return draw(st.sampled_from(CHECKS[column.kind])).format(column.sql)


@st.composite
def _key(draw: st.DrawFn) -> tuple[list[str], bool]:
    """The lines of a primary key, and whether others can refer to it."""
    match draw(st.sampled_from(("uuid", "integer", "identity", "always", "text", "several"))):
        case "uuid":
            itself = f"mapped_column(ForeignKey(uid, ondelete={draw(ON_DELETE)}))"
            other = f"mapped_column(ForeignKey(PARENT.uid, ondelete={draw(ON_DELETE)}))"
            refers = [
                f"    itself_uid: Mapped[uuid.UUID | None] = {itself}",
                f"    other_uid: Mapped[uuid.UUID | None] = {other}",
            ]
            key = "    uid: Mapped[UuidKey] = mapped_column()"
            return [key, *(line for line in refers if draw(st.booleans()))], True
        case "integer":
            key = "Mapped[int] = mapped_column(primary_key=True)"
        case "identity":
            key = "Mapped[BigInt] = mapped_column(Identity(start=5, increment=2), primary_key=True)"
        case "always":
            key = "Mapped[int] = mapped_column(Identity(always=True), primary_key=True)"
        case "text":
            key = "Mapped[Str20] = mapped_column(primary_key=True)"
        case _:
            part = "Mapped[{}] = mapped_column(primary_key=True)"
            return [f"    a: {part.format('int')}", f"    b: {part.format('datetime.date')}"], False
    return [f"    number: {key}"], False


@st.composite
def models(draw: st.DrawFn) -> DrawnModel:
    """A relational or a time-indexed model."""
    columns = [draw(_column(place)) for place in range(draw(st.integers(2, len(NAMES))))]
    lines = [f"    {draw(WORDS)!r}", "", '    __application__ = "globex"']
    is_parent = False
    if draw(st.booleans()):
        base, time = "MarketsMetaTable", None
        key, is_parent = draw(_key())
        lines += ["", *key]
    else:
        base, time = "MarketsTimeIndexMetaTable", "time_index"
        columns[0] = replace(columns[0], kind="Str20", nullable=False, options=())
        lines += [f"    __identity_dimensions__ = ({columns[0].name!r},)"]
        lines += [f"    __partitioned__ = {draw(st.booleans())}", ""]
        lines += ["    time_index: Mapped[datetime.datetime]"]
    lines += [column.line for column in columns]
    source = next((column.sql for column in columns if column.kind in WHOLE), None)
    if source is not None and draw(st.booleans()):
        lines += [f"    twice: Mapped[float | None] = mapped_column(Computed('{source} * 2 % 7'))"]
    arguments = draw(_arguments(columns, time))
    lines += ["", f"    __table_args__ = ({', '.join([*arguments, ''])})"] if arguments else []
    return DrawnModel("\n".join([f"class NAME({base}):", *lines, "", ""]), is_parent)


@st.composite
def _arguments(draw: st.DrawFn, columns: list[DrawnColumn], time: str | None) -> list[str]:
    """The indexes, checks and unique constraints."""
    found = [
        draw(_index(f"ix_NAME_{place}", columns, time))
        for place in range(draw(st.integers(0, 3)))
        if any(column.kind != "Json" for column in columns)
    ]
    checked = [column for column in columns if column.kind in CHECKS]
    found += [
        f"CheckConstraint({draw(_condition(checked))!r}, name='rule{place}')"
        for place in range(draw(st.integers(0, 2)) if checked else 0)
    ]
    unique = [column.name for column in columns if column.kind in TEXTS | WHOLE]
    if draw(st.booleans()) and unique:
        parts = [*unique[:2], *([] if time is None else [time])]
        nulls = ", postgresql_nulls_not_distinct=True" if draw(st.booleans()) else ""
        found.append(f"sa.UniqueConstraint({', '.join(map(repr, parts))}{nulls})")
    return found
