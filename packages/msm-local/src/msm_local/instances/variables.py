"""The environment variables by which an SDK of either generation finds a platform."""

from msm_local.contract.paths import METATABLES_ROOT

__all__ = ["ENDPOINT", "METATABLES_URL", "platform_variables"]

ENDPOINT = "MAINSEQUENCE_ENDPOINT"
METATABLES_URL = "METATABLES_API_URL"


def platform_variables(
    endpoint: str, token: str, metatables_root: str = METATABLES_ROOT
) -> dict[str, str]:
    """The variables for a platform at ``endpoint``, for both generations of the SDK.

    Args:
        endpoint: a URL without a path, such as ``http://127.0.0.1:8765``.
        token: the token of the platform.
        metatables_root: the path of the metatables API below it.
    """
    return {
        ENDPOINT: endpoint,
        "MAINSEQUENCE_ACCESS_TOKEN": token,
        "MAINSEQUENCE_AUTH_MODE": "jwt",
        METATABLES_URL: endpoint + metatables_root,
        "METATABLES_LOCAL_TOKEN": token,
    }
