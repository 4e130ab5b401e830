"""Every block of every page, followed in order in a fresh clone."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import markdown
import psycopg
import pytest

from msm_local.postgres.cluster import Cluster
from tests.conftest import ROOT, environment_of, platform_on
from tests.support.forked import run_forked
from tests.support.generation import GENERATION
from tests.support.history import HEAD
from tests.support.markdown import Block, apply_diff, blocks_of
from tests.support.workshop import copy_sources, git

DOCS = ROOT / "docs"
PACKAGES = ROOT / "packages"
GUIDES = [ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]
READMES = [ROOT / "README.md", ROOT / "migrations" / "README.md", *PACKAGES.glob("*/README.md")]
PAGES = sorted([*READMES, *GUIDES, *DOCS.rglob("*.md")])
# Its blocks are those of the example projects; tests/downstream follows all three.
DOWNSTREAM = DOCS / "downstream.md"
# tests/downstream/test_existing.py follows it in the project that it is about.
EXISTING = DOCS / "existing-tables.md"
MOVING = DOCS / "from-sdk8.md"
# The default suite runs the commands of both generations here: `./dev` chooses the environment.
BOTH = [MOVING, ROOT / "README.md"] if GENERATION == "metatables" else []
# A reader with SDK 8 chooses it once.
CHOICE: dict[str, str] = {} if GENERATION == "metatables" else {"MSM_SDK": GENERATION}
ENVIRONMENT = ".venv" if GENERATION == "metatables" else f".venv-{GENERATION}"
FOREIGN = ("MSM_", "MAINSEQUENCE_", "METATABLES_", "GIT_", "VIRTUAL_ENV", "PYTHON", "PYTEST")
TIMEOUT = 300
# A page shows the history as it was when the page was written: its head, and what comes next.
SHOWN = {str(1007 + step): str(int(HEAD) + step) for step in range(11)}
NUMBER = re.compile(rf"(?<![0-9A-Za-z])({'|'.join(SHOWN)})(?![0-9])")


def renumbered(text: str) -> str:
    """A text of a page, with the ids that its revisions have in this history."""
    return NUMBER.sub(lambda found: SHOWN[found[0]], text)


def in_order(page: Path) -> list[Block]:
    """The blocks to follow in a clone: all except marked blocks and code without a title."""
    return [
        replace(block, text=renumbered(block.text), title=block.title and renumbered(block.title))
        for block in blocks_of(page)
        if not block.is_marked and (block.language != "python" or block.title is not None)
        if page in BOTH or block.generation in {None, GENERATION}
    ]


def snippets() -> list[Block]:
    """The code that a reader does not save as a file: it runs alone, on a database at head."""
    return [
        block
        for page in PAGES
        if page != DOWNSTREAM
        for block in blocks_of(page)
        if not block.is_marked and block.language == "python" and block.title is None
        if block.generation in {None, GENERATION}
    ]


ELSEWHERE = {DOWNSTREAM, EXISTING} | (set() if MOVING in BOTH else {MOVING})
FOLLOWED = [page for page in PAGES if page not in ELSEWHERE and in_order(page)]
# Each takes a minute or more; the README, those of the packages, and short pages are followed in
# `.ci/run` too.
LONG = {
    *(DOCS / f"{name}.md" for name in ("add-a-table", "adoption", "api", "authoring", "from-sdk8")),
    *(DOCS / f"{name}.md" for name in ("index", "operations", "processes", "releases", "services")),
    DOCS / "sessions.md",
    ROOT / "packages" / "msm-local" / "README.md",
}


@pytest.fixture(scope="module")
def shared_clone() -> Iterator[Path]:
    """A clone as a reader has it; the packages of its environment come from uv's cache."""
    with tempfile.TemporaryDirectory(prefix="msm-docs-") as parent:
        # The user that runs PostgreSQL must enter it too; otherwise the data would be elsewhere.
        Path(parent).chmod(0o755)
        origin, folder = (Path(parent, name) for name in ("origin", "msm"))
        copy_sources(origin)
        do_not_compile(origin)
        subprocess.run(["git", "clone", "--quiet", origin, folder], check=True)
        yield folder


def do_not_compile(origin: Path) -> None:
    """Let Python compile what it imports, where every ``./dev`` would look at each module.

    For the hundred commands of the pages that takes as long as everything else that they do.
    """
    settings = origin / "pyproject.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(
        text.replace("compile-bytecode = true", "compile-bytecode = false"), encoding="utf-8"
    )
    git(origin, "commit", "--quiet", "--all", "--message", "Compile nothing in advance")


@pytest.fixture
def clone(shared_clone: Path) -> Iterator[Path]:
    """The clone without what the page before left behind; its environment stays."""
    yield shared_clone
    shell(shared_clone, "./dev run msm-local stop")
    shell(shared_clone, "git reset --quiet --hard && git clean -qfdx --exclude='.venv*'")


def shell(
    folder: Path, script: str, *, standard_input: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a script in a reader's shell, outside the environment of the tests."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    search = [part for part in os.environ["PATH"].split(os.pathsep) if ".venv" not in part]
    return subprocess.run(
        ["bash", "-euc", script],
        cwd=folder,
        env=inherited | {"PATH": os.pathsep.join(search)} | CHOICE,
        input=standard_input,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=pytest.mark.long if page in LONG else ()) for page in FOLLOWED],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_every_step_of_a_page_works(page: Path, clone: Path) -> None:
    blocks = in_order(page)
    made = {block.title for block in blocks if block.title and (clone / block.title).exists()}
    if made:
        pytest.skip(f"{', '.join(made)} exists already: somebody followed {page.name} here")
    printed = ""
    for block in blocks:
        printed = follow(block, clone, printed)


def follow(block: Block, clone: Path, printed: str) -> str:
    """Do what a block says; a text block is the output of the block before it."""
    match block.language:
        case "sh":
            # Readers of a package's page have activated an environment that has the package.
            in_package = PACKAGES in block.page.parents
            enter = f"./dev sync && . {ENVIRONMENT}/bin/activate\n" if in_package else ""
            result = shell(clone, enter + block.text)
            assert result.returncode == 0, f"{block}: {result.stdout}{result.stderr}"
            return result.stdout
        case "sql":
            stop_at_errors = "./dev run msm-local psql -v ON_ERROR_STOP=1"
            result = shell(clone, stop_at_errors, standard_input=block.text)
            assert result.returncode == 0, f"{block}: {result.stdout}{result.stderr}"
            return result.stdout
        case "python" if block.title is not None:
            (clone / block.title).write_text(block.text, encoding="utf-8")
            return ""
        case "diff":
            apply_diff(block.text, clone)
            return ""
        case "text":
            assert printed == block.text, f"{block} prints another text"
            return ""
    raise AssertionError(f"{block}: a reader cannot follow a block of {block.language}")


# Rows for each snippet that reads, and its output. They are inserted with foreign keys disabled,
# so that a snippet needs no parents.
CALENDAR = """
INSERT INTO ms_markets__calendar
    (unique_identifier, display_name, calendar_type, timezone, valid_from, valid_to)
VALUES ('XNYS', 'New York', 'exchange', 'America/New_York', '2025-01-01', '2025-12-31');
INSERT INTO ms_markets__calendarsession
    (calendar_uid, local_date, session_label, opens_at, closes_at, timezone)
SELECT uid, '2025-01-02', 'regular', '2025-01-02 14:30Z', '2025-01-02 21:00Z', timezone
FROM ms_markets__calendar
"""
ASSET = "INSERT INTO ms_markets__asset (unique_identifier) VALUES ('XNAS:AAPL')"
WEIGHT = """
INSERT INTO ms_markets__portfolioweightsts
    (time_index, portfolio_identifier, asset_identifier, weight)
VALUES ('2025-01-02Z', 'balanced', 'XNAS:AAPL', 0.5)
"""
CURVE = """
INSERT INTO ms_markets__discountcurvests (time_index, curve_identifier, curve, key_nodes)
VALUES ('2025-01-02Z', 'EUR-ESTR', 'serialized', 'nodes')
"""
READ = {
    "README.md": (CALENDAR, "2025-01-02 2025-01-02 14:30:00+00:00"),
    "docs/operations.md": ("SELECT", f"{HEAD} already current"),
    "packages/msm-core/README.md": (ASSET, "XNAS:AAPL"),
    "packages/msm-portfolio/README.md": (WEIGHT, "2025-01-02 00:00:00+00:00 XNAS:AAPL 0.5"),
    "packages/msm-pricing/README.md": (CURVE, "2025-01-02 00:00:00+00:00 nodes"),
}


@pytest.mark.parametrize("block", snippets(), ids=lambda block: f"{block.page.parent.name}:{block}")
def test_code_without_a_title_runs_alone(
    block: Block, cluster: Cluster, head_database: psycopg.Connection
) -> None:
    rows, printed = READ.get(str(block.page.relative_to(ROOT)), ("SELECT", ""))
    url = cluster.admin_url(head_database.info.dbname)
    with psycopg.connect(url, options="-c session_replication_role=replica") as superuser:
        superuser.execute(rows.encode())
    with platform_on(head_database) as platform:
        result = run_forked(run, block.text, environment=environment_of(platform), folder=ROOT)
    assert result.exit_code == 0, f"{block}: {result.stderr}"
    if "print(" in block.text:
        assert printed in result.stdout
        assert printed != ""


def run(code: str) -> None:
    exec(compile(code, "block.py", "exec"), {"__name__": "__main__"})  # noqa: S102


def test_the_test_named_above_a_block_exists() -> None:
    marks = {block.tested_by for page in PAGES for block in blocks_of(page) if block.tested_by}
    assert len(marks) > 1
    for mark in marks:
        file, _, name = mark.partition("::")
        assert f"\ndef {name}(" in (ROOT / file).read_text(encoding="utf-8"), mark


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_block_of_a_page_is_found(page: Path) -> None:
    # The pattern could miss indented blocks, other fences, and fences without an end.
    text = page.read_text(encoding="utf-8")
    shown = markdown.markdown(text, extensions=["admonition", "pymdownx.superfences", "tables"])
    assert shown.count("<pre>") == len(blocks_of(page))
