"""What an adapter knows of the platform, in terms that both generations share."""

from dataclasses import dataclass

__all__ = ["Limits", "PlatformContext"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the platform allows of one operation.

    Attributes:
        max_rows: how many rows one answer carries.
        max_timeout: how long a statement may run, in seconds.
        max_request_bytes: the size of a request body; None where the platform states none.
        sends_exact_values: whether NUMERIC comes back with all its digits, and a float that is not
            finite as such. Otherwise a statement has to ask for them as text.
    """

    max_rows: int
    max_timeout: float
    max_request_bytes: int | None
    sends_exact_values: bool


@dataclass(frozen=True, slots=True)
class PlatformContext:
    """What the platform says of the process that asks.

    Attributes:
        data_source_uid: the data source that it uses.
        limits: what the platform allows of one operation.
    """

    data_source_uid: str
    limits: Limits
