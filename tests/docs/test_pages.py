"""The pages: built strictly and offline, in line with the code, with commands that exist."""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pytest

import migrations.downstream
import msm
import msm.errors
import msm_portfolio
import msm_pricing
from generated_pages.__main__ import stale
from generated_pages.schema.graphs import GRAPHS
from generated_pages.tabs import LABELS, on_page_markdown
from tests.conftest import ROOT
from tests.support.generation import PROGRAM
from tests.support.markdown import apply_diff, blocks_of, commands_of
from tests.support.workshop import copy_sources

DOCS = ROOT / "docs"
GUIDES = [ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"]
READMES = [ROOT / "README.md", ROOT / "migrations" / "README.md", *ROOT.glob("packages/*/*.md")]
PAGES = sorted([*READMES, *GUIDES, *DOCS.rglob("*.md")])
# Attributes that make a browser load a file without a click.
LOADED = {"img": "src", "script": "src", "link": "href", "iframe": "src", "object": "data"}
BIN = Path(sys.executable).parent
# Its subject is a database that both generations use, so it has no tabs.
MOVING = DOCS / "from-sdk8.md"


class Loads(HTMLParser):
    """Collects the addresses that a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if said.get("rel") not in {"canonical", "next", "prev", "alternate"}:
            self.found.append(said.get(LOADED.get(tag, "")) or "")


def build(site: Path, *, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "mkdocs", "build", "--strict", "--site-dir", site],
        cwd=folder,
        # A proxy that does not exist: every request to the network fails.
        env={"PATH": str(BIN), "HTTPS_PROXY": "http://127.0.0.1:9", "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    result = build(folder)
    assert result.returncode == 0, result.stderr
    return folder


@pytest.mark.slow
def test_the_site_loads_nothing_from_other_servers(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(list(DOCS.rglob("*.md")))
    for page in pages:
        loads = Loads()
        loads.feed(page.read_text(encoding="utf-8"))
        assert any(loads.found), page
        assert [link for link in loads.found if "//" in link] == [], page


@pytest.mark.slow
def test_a_broken_link_or_anchor_fails_the_build(tmp_path: Path) -> None:
    copy_sources(tmp_path / "msm")
    page = tmp_path / "msm" / "docs" / "concepts.md"
    with page.open("a", encoding="utf-8") as file:
        file.write("\n[gone](gone.md) [elsewhere](services.md#gone) [file](../gone.toml)\n")
    result = build(tmp_path / "site", folder=tmp_path / "msm")
    assert result.returncode != 0
    for link in ("'gone.md'", "'services.md#gone'", "'../gone.toml'"):
        assert link in result.stderr


@pytest.mark.slow
def test_every_table_is_on_the_site(site: Path) -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in site.glob("schema/*/index.html"))
    assert len(set(re.findall(r'<h3 id="(ms_markets__\w+)"', text))) == sum(
        len(graph.models) for graph in GRAPHS
    )
    assert len(list(site.glob("schema/*.svg"))) == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    "package", [msm, msm.errors, msm_portfolio, msm_pricing, migrations.downstream]
)
def test_every_public_name_is_on_the_site(site: Path, package: ModuleType) -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in site.rglob("*.html"))
    anchors = set(re.findall(r' id="([\w.]+)"', text))
    absent = [name for name in package.__all__ if not places_of(package, name) & anchors]
    assert absent == []


def places_of(package: ModuleType, name: str) -> set[str]:
    """The anchors that a name may have: its export, its definition, or its table."""
    found = getattr(package, name)
    module, qualified = (getattr(found, key, "") for key in ("__module__", "__qualname__"))
    table = getattr(found, "__tablename__", "")
    return {f"{package.__name__}.{name}", f"{module}.{qualified}", str(table)}


def test_generated_pages_are_what_the_code_says() -> None:
    assert list(stale(DOCS)) == [], "bring them up to date with ./dev docs"


@pytest.mark.slow
def test_the_check_of_generated_pages_needs_no_graphviz() -> None:
    without = "import sys; sys.modules['pygraphviz'] = None"
    check = "from generated_pages.__main__ import DOCS, stale; print(list(stale(DOCS)))"
    subprocess.run([sys.executable, "-c", f"{without}; {check}"], cwd=ROOT, check=True)


def test_a_page_of_another_state_is_found(tmp_path: Path) -> None:
    for folder in ("schema", "architecture"):
        shutil.copytree(DOCS / folder, tmp_path / folder)
    changes = {
        "schema/core.md": ("uid", "id"),
        "schema/pricing.svg": ("sha256 ", "sha256 0"),
        "architecture/msm.svg": ("sha256 ", "sha256 0"),
        "deployment.svg": ("sha256 ", "sha256 0"),
        "architecture.md": ("| `engine` |", "| `motor` |"),
        "schema.md": ("| `bytes` |", "| `blob` |"),
        "scale.md": ("| replicated |", "| local |"),
    }
    for page in ("architecture.md", "deployment.svg", "scale.md", "schema.md"):
        shutil.copy(DOCS / page, tmp_path / page)
    for name, (old, new) in changes.items():
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    (tmp_path / "schema" / "portfolio.md").unlink()
    assert set(stale(tmp_path)) == {*changes, "schema/portfolio.md"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_of_a_page_exists(page: Path) -> None:
    for block in blocks_of(page):
        if block.language == "sh":
            for words in commands_of(block):
                fault = fault_of(words)
                assert fault is None, f"{block}: {' '.join(words)}: {fault}"


def fault_of(words: Sequence[str]) -> str | None:
    """What is wrong with a command; None if nothing is, or if the command is not one of ours."""
    match words:
        case [variable, *command] if "=" in variable:
            return fault_of(command)
        case ["./dev", "run", *command]:
            return fault_of(command)
        case ["./dev", task, *_]:
            return None if task in dev_tasks() else f"./dev has no task {task}"
        case ["msm-local", "exec", "--", *command]:
            return fault_of(command)
        case ["msm-local", verb, *_] if not verb.startswith("-"):
            return None if verb in local_verbs() else f"msm-local has no verb {verb}"
        case ["python", "-m", module, *_] if module.startswith("msm_migrations"):
            return fault_of(["python", "-m", module.replace("msm_migrations", "migrations")])
        case ["python", "-m", module, *_]:
            return None if runs(module) else f"there is no module {module} to run"
        case ["mainsequence" | "metatables", "migrations", verb, *_]:
            return None if verb in sdk_verbs() else f"the SDK has no migrations {verb}"
    return None


def runs(module: str) -> bool:
    try:
        found = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        return False
    if found is None or found.submodule_search_locations is None:
        return found is not None
    return importlib.util.find_spec(f"{module}.__main__") is not None


@cache
def dev_tasks() -> set[str]:
    result = subprocess.run(["./dev"], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(re.findall(r"^  (\w+) ", result.stdout, re.MULTILINE))


@cache
def local_verbs() -> set[str]:
    program = [str(BIN / "msm-local"), "--help"]
    result = subprocess.run(program, capture_output=True, text=True, check=True)
    _, _, commands = result.stdout.partition("Commands:")
    return set(re.findall(r"^  (\w+)", commands, re.MULTILINE))


@cache
def sdk_verbs() -> set[str]:
    # Read as text: the import of the SDK's command line costs seconds, and its libraries warn.
    found = importlib.util.find_spec(PROGRAM)
    assert found is not None
    source = Path(str(found.origin)).parent / "cli" / "migrations.py"
    return set(re.findall(r'@migrations\.command\("(\w+)"\)', source.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "command",
    [
        "./dev publish",
        "./dev run msm-local exec -- python -m migrations.apply",
        "./dev run msm-local begin",
        "mainsequence migrations uprade head",
        "metatables migrations uprade head",
        "MSM_LOCAL_NAME=second msm-local begin",
    ],
)
def test_a_command_that_does_not_exist_is_reported(command: str) -> None:
    assert fault_of(command.split()) is not None


@pytest.mark.parametrize(
    "page",
    [page for page in (*PAGES, *ROOT.glob("examples/*/README.md")) if page != MOVING],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_a_migration_command_has_both_spellings(page: Path) -> None:
    spelled: dict[str | None, list[list[str]]] = {None: []} | {name: [] for name in LABELS.values()}
    for block in blocks_of(page):
        if block.language == "sh":
            commands = (words for words in commands_of(block) if "migrations" in words)
            spelled[block.generation].extend(commands)
    assert spelled[None] == []
    assert spelled["mainsequence8"] == [
        ["mainsequence" if word == "metatables" else word for word in words]
        for words in spelled["metatables"]
    ]


def test_labelled_blocks_become_tabs() -> None:
    for page in DOCS.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        tabs = on_page_markdown(text)
        labelled = sum(text.count(f"{label}\n") for label in LABELS)
        assert (tabs.count("\n=== "), tabs.count("**SDK 8**")) == (labelled, 0), page


def links_of(page: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)#\s]+)", text):
        if "://" not in link:
            yield link


@pytest.mark.parametrize(
    "page",
    [*READMES, *GUIDES, *ROOT.glob("examples/*/README.md")],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_links_of_a_readme_exist(page: Path) -> None:
    assert [link for link in links_of(page) if not (page.parent / link).exists()] == []


DIFF = """--- a/model.sql
+++ b/model.sql
@@ -40,3 +40,3 @@ CREATE TABLE
     a int
 )
--- a comment
+@@ -1 @@ no hunk
"""


def test_a_diff_changes_only_what_it_names(tmp_path: Path) -> None:
    model = tmp_path / "model.sql"
    model.write_text("(\n)\n    a int\n)\n-- a comment\nend\n")
    apply_diff(DIFF, tmp_path)
    assert model.read_text() == "(\n)\n    a int\n)\n@@ -1 @@ no hunk\nend\n"


@pytest.mark.parametrize("between", ["\n    b int\n", "\n)\n-- a comment\n    a int\n"])
def test_a_diff_that_does_not_fit_is_refused(tmp_path: Path, between: str) -> None:
    (tmp_path / "model.sql").write_text(f"    a int{between})\n-- a comment\n")
    with pytest.raises(ValueError, match=r"model\.sql does not have these lines exactly once"):
        apply_diff(DIFF, tmp_path)
