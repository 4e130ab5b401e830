"""The identities of a platform with the metatables API: the same ones for every instance.

A database keeps them in its grants and registrations. With fixed ones, another instance can go on
with the same database. None of them is a secret.
"""

from uuid import NAMESPACE_URL, UUID, uuid5

__all__ = [
    "APP_UID",
    "ENVIRONMENT_NAME",
    "ENVIRONMENT_UID",
    "ISSUER",
    "KEY_ID",
    "ORGANIZATION_UID",
    "SECRET_NAME",
    "SECRET_UID",
    "USER_UID",
]


def _fixed(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"https://local.invalid/msm-local/{name}")


APP_UID = _fixed("release")
ENVIRONMENT_NAME = "local"
ENVIRONMENT_UID = _fixed("environment")
ORGANIZATION_UID = _fixed("organization")
USER_UID = _fixed("user")
# The Secret holds the database URL.
SECRET_NAME = "METATABLES_RUNTIME_DATABASE"  # noqa: S105 - the name of a secret
SECRET_UID = _fixed("secret")
# Of the assertions about callers.
ISSUER = "https://local.invalid/msm-local"
KEY_ID = "msm-local"
