"""What has to be known before msm is imported: whether that is ours."""

from importlib import metadata

__all__ = ["PublishedPackageError", "refuse_published_package"]


class PublishedPackageError(ImportError):
    """The published ms-markets is installed, whose package msm may stand before ours.

    It stands beside the tree of errors, whose root it cannot import from a msm that is not ours.
    """


def refuse_published_package() -> None:
    """Make sure that the published ms-markets is not installed beside msm-core.

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
