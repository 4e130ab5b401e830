"""Every refusal of a migration has one sentence, and a row in a table of the page for operators."""

import re

import pytest

from migrations import errors
from migrations.errors import DownstreamError, MigrationError
from tests.conftest import ROOT
from tests.support.refusals import SENTENCES

# Downstream projects have a page of their own. These two say several things, each tested whole.
SEVERAL: set[type[MigrationError]] = {errors.DownstreamModelsError, errors.RevisionIdError}
# Facts that the page repeats; others do not matter.
FACTS = {
    "variable": "MSM_MIGRATION_LOCK_TIMEOUT",
    "needed": "a number from 0 to 86400",
    "release": "the published ms-markets",
}
OPERATORS = [kind for kind in SENTENCES if not issubclass(kind, DownstreamError)]


def concrete(kind: type[MigrationError]) -> set[type[MigrationError]]:
    """The classes of the tree from which no other one derives."""
    below = [sub for sub in kind.__subclasses__() if sub.__name__ in errors.__all__]
    return set().union(*map(concrete, below)) if below else {kind}


def cells_for_operators() -> list[re.Pattern[str]]:
    """The messages that the page lists; an ellipsis stands for facts and what comes before."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    tables = page.partition("## When you are refused")[2]
    cells = re.findall(r"^\| (`.*?) \|", tables, re.MULTILINE)
    messages = [message for cell in cells for message in re.findall(r"`(.*?)`", cell)]
    return [
        re.compile(re.escape(message).replace(r"\.\.\.", ".*").replace("FILE:LINE", ".*"))
        for message in messages
    ]


def test_every_refusal_has_its_sentence() -> None:
    assert set(SENTENCES) | SEVERAL == concrete(MigrationError)


class AnyFacts(dict[str, object]):
    """These facts, and a dummy for every other one."""

    def __missing__(self, name: str) -> object:
        return f"<{name}>"


@pytest.mark.parametrize("kind", OPERATORS, ids=lambda kind: kind.__name__)
def test_the_page_for_operators_lists_every_refusal(kind: type[MigrationError]) -> None:
    said = SENTENCES[kind].format_map(AnyFacts(FACTS))
    assert [cell.pattern for cell in cells_for_operators() if cell.match(said)] != []


def test_no_message_of_the_page_matches_everything() -> None:
    for cell in cells_for_operators():
        matched = [kind for kind in OPERATORS if cell.match(SENTENCES[kind])]
        assert len(matched) <= 1, cell.pattern
