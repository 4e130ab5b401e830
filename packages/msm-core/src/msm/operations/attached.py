"""What a runtime has attached, as far as operations need it."""

from collections.abc import Mapping
from dataclasses import dataclass

from msm.sdk import DEFAULT_LIMITS, MetaTable
from msm.sdk.context import Limits

__all__ = ["Attached"]


@dataclass(frozen=True, slots=True)
class Attached:
    """Tables, and how they may be used.

    Attributes:
        tables: the catalog's resources, by physical table name.
        limits: what the platform allows of one operation.
        timeout: seconds that a statement may run; None for the SDK's default, 15.
    """

    tables: Mapping[str, MetaTable]
    limits: Limits = DEFAULT_LIMITS
    timeout: float | None = None
