"""The lines that review prints for a rename keep every row, and leave nothing for the check."""

import json
from collections.abc import Mapping

import pytest
from psycopg import Connection

from tests.downstream.conftest import Project
from tests.downstream.cycle import look, models_of
from tests.downstream.renaming import generate, questions, take_lines
from tests.support.generation import GENERATION

pytestmark = pytest.mark.slow

MODELS = """
    class Desk(MarketsMetaTable):
        '''One desk that trades.'''

        __application__ = "acme"

        number: Mapped[int] = mapped_column(primary_key=True)
        parent: Mapped[int | None] = mapped_column(ForeignKey(number, ondelete="SET NULL"))
        code: Mapped[str] = mapped_column(index=True, comment="Code of the desk.")
        city: Mapped[str] = mapped_column(server_default="it's 5%")

        __table_args__ = (
            sa.UniqueConstraint("code", "city"),
            CheckConstraint("length(code) < 9 AND code <> 'x'", name="code_length"),
            CheckConstraint("city <> ''", name="a_token_that_makes_the_name_longer_than_bytes"),
            postgresql.ExcludeConstraint(
                ("code", "="), where=text("code <> ''"), using="hash", name="ex__acme__desk__code"
            ),
            Index("ix__acme__desk__lower", text("lower(code)"), postgresql_where=text("code > ''")),
        )

    class DeskTrade(MarketsMetaTable):
        '''One trade of one desk.'''

        __application__ = "acme"

        uid: Mapped[UuidKey] = mapped_column()
        desk: Mapped[int] = mapped_column(ForeignKey(Desk.number))
        code: Mapped[str] = mapped_column(index=True)

    class DeskLevelsTS(MarketsTimeIndexMetaTable):
        '''One level of one desk.'''

        __application__ = "acme"
        __identity_dimensions__ = ("code",)

        time_index: Mapped[datetime.datetime] = mapped_column()
        code: Mapped[str] = mapped_column()
        level: Mapped[float] = mapped_column()
"""
TABLES = MODELS.replace("Desk", "Team").replace("__desk__", "__team__")
TABLES = TABLES.replace("One desk that trades", "One team that trades")
COLUMN = MODELS.replace("code", "short_code").replace(
    "Code of the desk.", "Short code of the desk, without its city."
)
BOTH = COLUMN.replace("Desk", "Team").replace("__desk__", "__team__")
BOTH = BOTH.replace("One desk that trades", "One team that trades")
ROWS = """
    INSERT INTO acme__desk (parent, code) VALUES (NULL, 'a'), (1, 'b');
    INSERT INTO acme__desktrade SELECT gen_random_uuid(), 2, 'c';
    INSERT INTO acme__desklevelsts (time_index, code, level) VALUES (now(), 'd', 1);
"""


def names_of(superuser: Connection) -> set[str]:
    rows = superuser.execute(
        "SELECT relname FROM pg_class WHERE relname LIKE '%acme%' AND relkind IN ('r', 'i', 'S')"
        " AND relname NOT LIKE 'pg_%'"
        " UNION SELECT conname FROM pg_constraint WHERE conname LIKE '%acme%' AND contype <> 'n'"
    ).fetchall()
    return {str(name) for (name,) in rows}


def apply(project: Project, verb: str, target: str, environment: Mapping[str, str]) -> None:
    ran = project.migrate(verb, target, environment=environment)
    assert ran.exit_code == 0, ran.stderr


def assert_clean(project: Project, environment: Mapping[str, str]) -> None:
    check = look(project, "check", "--json", environment=environment)
    found = json.loads(check.stdout)["differences"]
    if GENERATION == "mainsequence8":
        # It keeps the resource of the old name, and the check says with what to delete it.
        found = [each for each in found if each["kind"] != "dropped_table"]
    assert found == []


@pytest.fixture
def filled(acme: Project, environment: Mapping[str, str], superuser: Connection) -> Project:
    """The project with the models above, at its first revision, with rows."""
    models_of(acme, MODELS, "Desk", "DeskTrade", "DeskLevelsTS")
    generate(acme, "acme0001", environment)
    apply(acme, "upgrade", "heads", environment)
    superuser.execute(ROWS)
    return acme


@pytest.mark.parametrize(
    ("models", "names", "old", "query"),
    [
        pytest.param(
            TABLES,
            ("Team", "TeamTrade", "TeamLevelsTS"),
            "acme__desk",
            """SELECT b.code, t.code, l.code, b.city FROM acme__team a JOIN acme__team b
            ON b.parent = a.number JOIN acme__teamtrade t ON t.desk = b.number,
            acme__teamlevelsts l""",
            marks=pytest.mark.long,
        ),
        pytest.param(
            COLUMN,
            ("Desk", "DeskTrade", "DeskLevelsTS"),
            "__code",
            """SELECT b.short_code, t.short_code, l.short_code, b.city FROM acme__desk a JOIN
            acme__desk b ON b.parent = a.number JOIN acme__desktrade t ON t.desk = b.number,
            acme__desklevelsts l""",
            marks=pytest.mark.long,
        ),
        (
            BOTH,
            ("Team", "TeamTrade", "TeamLevelsTS"),
            "acme__desk",
            """SELECT b.short_code, t.short_code, l.short_code, b.city FROM acme__team a JOIN
            acme__team b ON b.parent = a.number JOIN acme__teamtrade t ON t.desk = b.number,
            acme__teamlevelsts l""",
        ),
    ],
    ids=["tables", "columns", "both"],
)
def test_printed_lines_rename_with_every_row(
    filled: Project,
    environment: Mapping[str, str],
    superuser: Connection,
    models: str,
    names: tuple[str, ...],
    old: str,
    query: str,
) -> None:
    before = names_of(superuser)
    provider = filled.folder / "acme_migrations" / "__init__.py"
    text = provider.read_text(encoding="utf-8")
    provider.write_text(text.replace("Desk, DeskTrade, DeskLevelsTS", ", ".join(names)))
    models_of(filled, models)
    file = generate(filled, "acme0002", environment)
    found = questions(filled, "acme0002", environment)
    assert len(found) == 3
    take_lines(file, found)
    review = look(filled, "review", "acme0002", environment=environment)
    assert review.value == 0, review.stdout
    assert questions(filled, "acme0002", environment) == []

    plan = look(filled, "plan", environment=environment)
    assert "Nothing is destroyed." in plan.stdout
    new_resources = plan.stdout.count("becomes a new resource of the catalog, with another uid")
    assert new_resources == (3 if old == "acme__desk" else 0)

    apply(filled, "upgrade", "heads", environment)
    assert superuser.execute(query).fetchall() == [("b", "c", "d", "it's 5%")]
    assert_clean(filled, environment)
    after = names_of(superuser)
    assert len(after) == len(before)
    assert [name for name in after if old in name] == []

    apply(filled, "downgrade", "acme0001", environment)
    assert names_of(superuser) == before
    apply(filled, "upgrade", "heads", environment)
    assert names_of(superuser) == after
    assert superuser.execute(query).fetchall() == [("b", "c", "d", "it's 5%")]
    assert_clean(filled, environment)
