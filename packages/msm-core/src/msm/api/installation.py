"""Says what to install where the extra of this package is missing; imported before the others."""

from msm.errors import EnvironmentMismatchError

try:
    import fastapi  # noqa: F401
except ImportError as error:
    raise EnvironmentMismatchError(
        "msm.api needs FastAPI, which is not installed; add the extra api of msm-core: "
        "uv add 'msm-core[api]'.",
        found="no fastapi",
        needed="msm-core[api]",
    ) from error
