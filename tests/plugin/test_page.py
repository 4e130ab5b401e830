"""docs/testing.md shows a whole project, whose tests pass."""

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.plugin.conftest import make_sample
from tests.support.markdown import blocks_of

pytestmark = pytest.mark.slow

MARK = "tests/plugin/test_page.py::test_page_is_a_project_whose_tests_pass"


def test_page_is_a_project_whose_tests_pass(tmp_path: Path) -> None:
    sample = make_sample(tmp_path / "project")
    blocks = [block for block in blocks_of(ROOT / "docs" / "testing.md") if block.tested_by == MARK]
    for block in blocks:
        if block.title is not None:
            # The copy of the provider that the project has instead of a wheel.
            text = block.text.replace("msm_migrations:", "migrations:")
            (sample.folder / block.title).write_text(text, encoding="utf-8")
    assert [block.text for block in blocks if block.language == "sh"] == ["pytest\n"]
    sample.passes(4)
    lines = next(block.text for block in blocks if block.title == "conftest.py").splitlines()
    assert len([line for line in lines if line]) <= 10
