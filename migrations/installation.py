"""A check that has to pass before msm is imported: that the package msm is ours."""

from importlib import metadata

__all__ = ["PublishedPackageError", "refuse_published_package"]


class PublishedPackageError(ImportError):
    """The published ms-markets is installed, and its package msm may hide ours.

    Not a MigrationError, whose base class would have to come from a package msm that may not be
    ours.
    """


def refuse_published_package() -> None:
    """Make sure that the published ms-markets is not installed together with msm-core.

    Raises:
        PublishedPackageError: it is.
    """
    try:
        published = metadata.version("ms-markets")
    except metadata.PackageNotFoundError:
        return
    raise PublishedPackageError(
        f"ms-markets {published} and msm-core both install a package named msm and overwrite each "
        "other; run `pip uninstall ms-markets`, then `pip install --force-reinstall msm-core`."
    )
