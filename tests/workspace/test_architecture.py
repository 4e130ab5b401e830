"""What may import what, and how large a file and a folder may get."""

from collections import Counter
from pathlib import Path

from importlinter import api, cli

from tests.conftest import ROOT

MAX_LINES = 400
MAX_MODULES = 15
SOURCE = ("packages", "migrations")


def test_every_contract_on_imports_is_kept() -> None:
    config = str(ROOT / "pyproject.toml")
    assert cli.lint_imports(config, no_cache=True, no_logo=True) == 0


def test_every_folder_has_a_floor() -> None:
    """A new folder has to be put on a floor before it may import anything."""
    contracts = api.read_configuration(str(ROOT / "pyproject.toml"))["contracts_options"]
    layered = {each["containers"][0]: each for each in contracts if "containers" in each}
    assert set(layered) == {"msm", "migrations", "msm_local", "msm_local.api"}
    assert all(each["exhaustive"] == "True" for each in layered.values())


def test_no_file_is_too_long() -> None:
    long = {
        str(file): count
        for file in python_files(ROOT)
        if "versions" not in file.parts
        and (count := len((ROOT / file).read_text(encoding="utf-8").splitlines())) > MAX_LINES
    }
    assert long == {}


def test_no_folder_holds_too_many_modules() -> None:
    source = [file for file in python_files(ROOT) if file.parts[0] in SOURCE]
    assert len(source) > 100
    modules = Counter(str(file.parent) for file in source if file.name != "__init__.py")
    assert {folder: count for folder, count in modules.items() if count > MAX_MODULES} == {}


def python_files(root: Path) -> list[Path]:
    """The Python files of the repository, without environments and what was built."""
    found = []
    for folder, folders, files in root.walk():
        folders[:] = [name for name in folders if name[0] != "." and name != "dist"]
        found += [(folder / name).relative_to(root) for name in files if name.endswith(".py")]
    return found
