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

NEEDED = f"mainsequence {MAINSEQUENCE_9} with mainsequence-metatable {METATABLES}"
NEEDED_8 = f"mainsequence {MAINSEQUENCE_8}"
INSTALL = '`pip install "msm-core[metatables]"`'
INSTALL_8 = '`pip install "msm-core[mainsequence8]"`'
OURS = ("msm-core", "msm-migrations", "msm-portfolio", "msm-pricing")


def check_installation() -> None:
    """Check that one supported generation of the SDK is installed, and no other package ``msm``.

    Raises:
        EnvironmentMismatchError: the SDK is missing, of an unsupported version, or of both
            generations at once, or ms-markets is there.
    """
    _check_sdk(installed_version("mainsequence"), installed_version("mainsequence-metatable"))
    published = installed_version("ms-markets")
    if published is not None:
        damaged = " ".join(name for name in OURS if installed_version(name) is not None)
        raise EnvironmentMismatchError(
            f"ms-markets {published} and msm-core both install a package named msm and overwrite "
            "each other; run `pip uninstall ms-markets`, then `pip install --force-reinstall "
            f"--no-deps {damaged}`.",
            found=f"ms-markets {published}",
            needed="an environment without ms-markets",
        )


def _check_sdk(sdk: str | None, tables: str | None) -> None:
    needed = NEEDED
    if sdk is None:
        message = (
            f"msm needs the Main Sequence SDK, and it is not installed; run {INSTALL}, or "
            f"{INSTALL_8} for SDK 8."
        )
    elif tables is None and sdk in MAINSEQUENCE_8:
        return
    elif tables is None and sdk in SpecifierSet("<9"):
        needed = NEEDED_8
        message = (
            f"msm needs {NEEDED_8}, or today's SDK, and mainsequence {sdk} is installed; run "
            f"{INSTALL_8}, or {INSTALL} for today's SDK."
        )
    elif tables is None:
        message = (
            f"msm needs {NEEDED}, and mainsequence {sdk} is installed without "
            f"mainsequence-metatable; run {INSTALL}, or {INSTALL_8} for SDK 8."
        )
    elif sdk in MAINSEQUENCE_9 and tables in METATABLES:
        return
    elif sdk in MAINSEQUENCE_8:
        needed = "one generation of the SDK"
        message = (
            f"mainsequence {sdk} and mainsequence-metatable {tables} are two generations of one "
            f"SDK, and msm needs one alone; run {INSTALL}, or `pip uninstall "
            "mainsequence-metatable` for SDK 8."
        )
    else:
        message = (
            f"msm needs {NEEDED}, and mainsequence {sdk} with mainsequence-metatable {tables} is "
            f"installed; run {INSTALL}."
        )
    installed = {"mainsequence": sdk, "mainsequence-metatable": tables}
    found = " and ".join(f"{name} {version}" for name, version in installed.items() if version)
    raise EnvironmentMismatchError(message, found=found or "no mainsequence", needed=needed)
