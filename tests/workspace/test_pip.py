"""pip, where the SDK changes from one to the other: it works, or one sentence says what to do.

Real pip, because it keeps what nobody asks for, where uv would replace it.
"""

import re
import subprocess
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.generation import only_metatables
from tests.support.wheels import PYTHON, clean_environment, run

# Each generation is installed here, so that one run of these tests is enough.
pytestmark = [pytest.mark.slow, pytest.mark.long, only_metatables]

OLD = "0.0.9"
METADATA = f"""Metadata-Version: 2.4
Name: msm-core
Version: {OLD}
Requires-Dist: mainsequence<8.1.26,>=8.1.20
"""
OURS = ("msm-core", "msm-migrations", "msm-portfolio", "msm-pricing")
PACKAGES = ("msm", "msm_migrations", "msm_portfolio", "msm_pricing")
DOCTOR = """
from msm_local.doctor.sdk import check_sdk
found = check_sdk()
print(f"{found.found}; {found.remedy}." if found.remedy else found.found)
"""
ASK = "from msm.generation import GENERATION; import msm; print(GENERATION)"


@dataclass(frozen=True, slots=True)
class Installation:
    """A virtual environment with its own pip.

    Attributes:
        folder: the folder of the environment.
        wheels: a folder of wheels, where pip finds those of this checkout.
    """

    folder: Path
    wheels: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """The result of a program of the environment."""
        return subprocess.run(
            [self.folder / "bin" / command[0], *command[1:]],
            cwd=self.folder,
            env=clean_environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def pip(self, *words: str) -> None:
        """Run a command of pip, which must succeed."""
        result = self.run("pip", *words)
        assert result.returncode == 0, result.stdout + result.stderr

    def install(self, *words: str) -> None:
        """Install what a user names, without bytecode, which takes half of the time."""
        self.pip("install", "--quiet", "--no-compile", "--find-links", str(self.wheels), *words)

    def use(self) -> str:
        """The generation that msm runs with, or the sentence of the error at its import."""
        result = self.run("python", "-I", "-c", ASK)
        return result.stdout.strip() or result.stderr.splitlines()[-1]


@pytest.fixture
def installation(wheels: dict[str, Path], tmp_path: Path) -> Installation:
    """An environment with nothing but pip."""
    run(str(PYTHON), "-m", "venv", str(tmp_path / "venv"), folder=tmp_path)
    return Installation(tmp_path / "venv", wheels["msm_core"].parent)


def write_old_wheel(folder: Path) -> Path:
    """A release of msm-core from before the extras: it requires SDK 8 itself."""
    facts = f"msm_core-{OLD}.dist-info"
    path = folder / f"msm_core-{OLD}-py3-none-any.whl"
    files = {
        "msm/__init__.py": "",
        "msm/generation.py": "GENERATION = 'old'\n",
        "msm/gone.py": "",
        f"{facts}/METADATA": METADATA,
        f"{facts}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as wheel:
        for name, text in files.items():
            wheel.writestr(name, text)
        wheel.writestr(f"{facts}/RECORD", "".join(f"{name},,\n" for name in files))
    return path


def test_an_older_msm_is_upgraded_to_either_sdk(installation: Installation, tmp_path: Path) -> None:
    installation.install(str(write_old_wheel(tmp_path)))
    assert installation.use() == "old"
    # The base requires no SDK, so that the one of the older release stays.
    installation.install("--upgrade", "msm-core")
    assert installation.use() == "mainsequence8"
    installation.install("--upgrade", "msm-core[metatables]")
    assert installation.use() == "metatables"


def test_changing_the_sdk_works_or_says_what_to_do(installation: Installation) -> None:
    installation.install("msm-core")
    assert "needs the Main Sequence SDK, and it is not installed" in installation.use()
    both = installation.run(
        "pip",
        "install",
        "--find-links",
        str(installation.wheels),
        "msm-core[metatables,mainsequence8]",
    )
    assert both.returncode == 1
    assert "conflicting dependencies" in both.stderr
    installation.install("msm-core[metatables]")
    assert installation.use() == "metatables"
    # pip says that mainsequence-metatable needs another mainsequence, and leaves it there.
    installation.install("msm-core[mainsequence8]")
    assert "are two generations of one SDK" in installation.use()
    # What that sentence says, either way.
    installation.install("msm-core[metatables]")
    assert installation.use() == "metatables"
    installation.install("msm-core[mainsequence8]")
    installation.pip("uninstall", "--quiet", "--yes", "mainsequence-metatable")
    assert installation.use() == "mainsequence8"


@pytest.fixture(scope="module", params=["1.0.16", "2.2.12"])
def published(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a release of ms-markets: the last one for SDK 8, and one for metatables."""
    folder = tmp_path_factory.mktemp("published")
    wanted = f"ms-markets=={request.param}"
    got = subprocess.run(
        [PYTHON, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, wanted],
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if got.returncode != 0:
        pytest.skip(f"{wanted} cannot be had: {got.stderr.strip().splitlines()[-1]}")
    (wheel,) = folder.iterdir()
    return wheel


def said_by(installation: Installation, code: str) -> str:
    """What code prints, or the last line of its error."""
    result = installation.run("python", "-I", "-c", code)
    said = result.stdout.strip() or result.stderr.strip().rpartition("\n")[2]
    return said.removeprefix("msm.errors.EnvironmentMismatchError: ")


@pytest.mark.parametrize("last", ["ours", "theirs"])
def test_beside_ms_markets_one_sentence_cures_all(
    installation: Installation, published: Path, last: str
) -> None:
    # Everything else comes from the environment of the tests.
    (site,) = installation.folder.glob("lib/python3.*/site-packages")
    (site / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    mine = ("--no-deps", "--no-index", *OURS, "msm-local")
    for words in (mine, ("--no-deps", str(published)))[:: -1 if last == "ours" else 1]:
        installation.install("--force-reinstall", *words)
    version = published.name.split("-")[1]
    sentence = (
        f"ms-markets {version} and msm-core both install a package named msm and overwrite each "
        "other; run `pip uninstall ms-markets`, then `pip install --force-reinstall --no-deps "
        f"{' '.join(OURS)}`."
    )
    assert said_by(installation, DOCTOR) == sentence
    for package in speaking(version, last):
        assert said_by(installation, f"import {package}") == sentence, package

    uninstall, reinstall = re.findall(r"`pip ([^`]+)`", sentence)
    installation.pip(*uninstall.split(), "--yes")
    assert said_by(installation, DOCTOR).endswith(f" are missing; run `pip {reinstall}`.")
    installation.install("--no-index", *reinstall.split()[1:])
    assert said_by(installation, DOCTOR).startswith("metatables (")
    for package in PACKAGES:
        assert said_by(installation, f"import {package}") == "", package


def speaking(version: str, last: str) -> tuple[str, ...]:
    """The packages that are ours still, and can say what is wrong, when they are imported."""
    if last == "ours":
        return PACKAGES
    # Its msm is imported instead of ours; that of 1.0.16 fails without SDK 8.
    return ("msm_portfolio", "msm.sdk") if version == "2.2.12" else ("msm_migrations",)
