"""What keeps the provider from being imported: packages and settings, before any error of ours."""

from importlib import metadata

__all__ = ["ProviderImportError", "refuse_published_package"]


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
    try:
        published = metadata.version("ms-markets")
    except metadata.PackageNotFoundError:
        return
    raise ProviderImportError(
        f"ms-markets {published} and msm-core both install a package named msm and overwrite each "
        "other; run `pip uninstall ms-markets`, then `pip install --force-reinstall --no-deps "
        "msm-core msm-migrations msm-portfolio msm-pricing`."
    )
