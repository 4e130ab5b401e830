"""docs/downstream.md shows what the example projects are made of."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.markdown import Block, blocks_of

BLOCKS = [
    block for block in blocks_of(ROOT / "docs" / "downstream.md") if block.language == "python"
]


def statements_of(code: str) -> Iterator[str]:
    """Every statement of some code; an import of several names counts as several."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                module = getattr(node, "module", "")
                yield from (f"import {module} {alias.name}" for alias in names)
            case ast.stmt():
                yield ast.unparse(node)


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_code_of_the_page_is_in_an_example(block: Block) -> None:
    wanted = set(statements_of(block.text))
    files = [path for path in (ROOT / "examples").glob("downstream-*/*/*.py") if path.is_file()]
    assert [path for path in files if wanted <= stated_in(path)] != []


def stated_in(path: Path) -> set[str]:
    return set(statements_of(path.read_text(encoding="utf-8")))
