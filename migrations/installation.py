"""What keeps the provider from being imported: packages and settings, before any error of ours."""

import sys
from importlib import metadata

__all__ = ["ProviderImportError", "refuse_published_package", "refuse_wrong_provider"]

# What ms-markets may damage. The package msm may be its own, so that nothing here comes from it.
OURS = ("msm-core", "msm-migrations", "msm-portfolio", "msm-pricing")
# The exit code of a wrong option.
USAGE = 2


class ProviderImportError(Exception, SystemExit):
    """The provider cannot be imported.

    Not a MigrationError, whose base class is of the package msm, which may be what cannot be
    imported. It is a SystemExit as those are: a command ends with its sentence.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.code = message


def refuse_published_package() -> None:
    """Make sure that the published ms-markets is not installed together with msm-core.

    Its package msm may hide ours.

    Raises:
        ProviderImportError: it is.
    """
    for published in metadata.distributions(name="ms-markets"):
        damaged = " ".join(name for name in OURS if any(metadata.distributions(name=name)))
        raise ProviderImportError(
            f"ms-markets {published.version} and msm-core both install a package named msm and "
            "overwrite each other; run `pip uninstall ms-markets`, then `pip install "
            f"--force-reinstall --no-deps {damaged}`."
        )


def refuse_wrong_provider(package: str, name: str) -> None:
    """Refuse the ``--provider`` of a command of the SDK that names no attribute of this package.

    The SDK's own refusal is a traceback.

    Args:
        package: this package.
        name: an attribute that it does not have, and that somebody looks for.

    Raises:
        SystemExit: the command looks for it as its provider.
    """
    # From the command line: msm, which knows the running command, may be what cannot be imported.
    words = [word.removeprefix("--provider=") for word in sys.argv[1:]]
    if "migrations" in words and f"{package}:{name}" in words:
        sys.stderr.write(
            f"{package} has no provider {name!r}; write `--provider {package}:migration`.\n"
        )
        raise SystemExit(USAGE)
