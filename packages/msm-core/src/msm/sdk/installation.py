"""Whether what is installed can carry msm; asked before the SDK, seconds of work, is imported."""

from packaging.specifiers import SpecifierSet

from msm.errors import EnvironmentMismatchError
from msm.generation import installed_version

__all__ = ["MAINSEQUENCE_8", "MAINSEQUENCE_9", "METATABLES", "check_installation"]

# 8.1.20 is the first that understands what the platform says about a repository branch, and 8.1.25
# the last with `mainsequence migrations` and `mainsequence.meta_tables`.
MAINSEQUENCE_8 = SpecifierSet(">=8.1.20,<8.1.26")
MAINSEQUENCE_9 = SpecifierSet(">=9.0.33,<10")
METATABLES = SpecifierSet(">=0.1.57,<0.2")

INSTALL = 'run `pip install "msm-core[metatables]"`'
# For a project that stays with the platform's older clients.
INSTALL_8 = '`pip install "msm-core[mainsequence8]"`'


def check_installation() -> None:
    """Check that one supported generation of the SDK is installed, and no other package ``msm``.

    Raises:
        EnvironmentMismatchError: the SDK is missing, of an unsupported version, or of both
            generations at once, or ms-markets is there.
    """
    sdk, tables = installed_version("mainsequence"), installed_version("mainsequence-metatable")
    _check_sdk(sdk, tables)
    published = installed_version("ms-markets")
    if published is not None:
        raise EnvironmentMismatchError(
            f"ms-markets {published} and msm-core both install a package named msm and overwrite "
            "each other; run `pip uninstall ms-markets`, then `pip install --force-reinstall "
            "msm-core`.",
            found=f"ms-markets {published}",
            needed="an environment without ms-markets",
        )


def _check_sdk(sdk: str | None, tables: str | None) -> None:
    if sdk is None:
        raise EnvironmentMismatchError(
            f"msm needs the Main Sequence SDK, and it is not installed; {INSTALL}, or {INSTALL_8} "
            "for SDK 8.",
            found="no mainsequence",
            needed=f"mainsequence {MAINSEQUENCE_9} with mainsequence-metatable {METATABLES}",
        )
    if tables is None:
        if sdk in MAINSEQUENCE_8:
            return
        raise EnvironmentMismatchError(
            f"msm needs mainsequence-metatable {METATABLES} beside mainsequence {sdk}, and it is "
            f"not installed; {INSTALL}, or {INSTALL_8} for SDK 8 ({MAINSEQUENCE_8}).",
            found=f"mainsequence {sdk}",
            needed=f"mainsequence {MAINSEQUENCE_9} with mainsequence-metatable {METATABLES}",
        )
    if sdk in MAINSEQUENCE_8:
        raise EnvironmentMismatchError(
            f"mainsequence {sdk} and mainsequence-metatable {tables} are two generations of one "
            f"SDK, and only one can be installed; {INSTALL}, or `pip uninstall "
            "mainsequence-metatable` for SDK 8.",
            found=f"mainsequence {sdk} and mainsequence-metatable {tables}",
            needed="one generation of the SDK",
        )
    if sdk not in MAINSEQUENCE_9 or tables not in METATABLES:
        raise EnvironmentMismatchError(
            f"msm needs mainsequence {MAINSEQUENCE_9} with mainsequence-metatable {METATABLES}, "
            f"and {sdk} with {tables} is installed; {INSTALL}.",
            found=f"mainsequence {sdk} and mainsequence-metatable {tables}",
            needed=f"mainsequence {MAINSEQUENCE_9} with mainsequence-metatable {METATABLES}",
        )
