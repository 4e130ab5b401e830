"""Whether what is installed can carry msm; asked before the SDK, seconds of work, is imported."""

from importlib import metadata

from packaging.specifiers import SpecifierSet

from msm.errors import EnvironmentMismatchError

__all__ = ["SUPPORTED_SDK", "check_installation"]

# 8.1.20 is the first that understands what the platform says about a repository branch, and 8.1.25
# the last with `mainsequence migrations` and `mainsequence.meta_tables`.
SUPPORTED_SDK = SpecifierSet(">=8.1.20,<8.1.26")


def check_installation() -> None:
    """Check the version of the SDK, and that no other distribution installs a package ``msm``.

    Raises:
        EnvironmentMismatchError: the SDK is outside the supported range, or ms-markets is there.
    """
    installed = metadata.version("mainsequence")
    if installed not in SUPPORTED_SDK:
        raise EnvironmentMismatchError(
            f"msm needs mainsequence {SUPPORTED_SDK}, and {installed} is installed; run "
            f'`pip install "mainsequence{SUPPORTED_SDK}"`.',
            found=f"mainsequence {installed}",
            needed=f"mainsequence {SUPPORTED_SDK}",
        )
    try:
        published = metadata.version("ms-markets")
    except metadata.PackageNotFoundError:
        return
    raise EnvironmentMismatchError(
        f"ms-markets {published} and msm-core both install a package named msm and overwrite each "
        "other; run `pip uninstall ms-markets`, then `pip install --force-reinstall msm-core`.",
        found=f"ms-markets {published}",
        needed="an environment without ms-markets",
    )
