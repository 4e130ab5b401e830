"""The APIs that an instance can serve: msm-local's own, or the one of the metatables packages."""

from importlib import metadata
from importlib.util import find_spec

from msm_local.contract.paths import METATABLES_ROOT
from msm_local.errors import ApiMissingError

__all__ = ["APIS", "METATABLES", "OWN", "ROOTS", "VENDOR", "vendor_version"]

OWN = "msm-local"
METATABLES = "metatables"
APIS = (OWN, METATABLES)
# Where the metatables API is below the endpoint. The vendor's puts its own path into the links to
# next pages, so that it has to be at the root.
ROOTS = {OWN: METATABLES_ROOT, METATABLES: ""}
# The distribution that contains the vendor's API, and the packages that run it here.
VENDOR = "mainsequence-metatable"
NEEDED = ("metatables", "cryptography", "httpx", "jwt", "trustme")
EXTRA = '`pip install "msm-local[metatables]"`'


def vendor_version() -> str:
    """The version of the vendor's API.

    Raises:
        ApiMissingError: it is not installed, or a package that runs it is missing.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ApiMissingError(
            f"--api {METATABLES} runs the API of {VENDOR}, and this environment lacks "
            f"{', '.join(missing)}; run {EXTRA}, or in a checkout `./dev sync`."
        )
    return metadata.version(VENDOR)
