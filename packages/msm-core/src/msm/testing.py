"""For tests: what a service must never do while it runs."""

import os
from collections.abc import Mapping

from msm.base import MarketsBase
from msm.platform import forget_connections
from msm.sdk import forget_meta_table, forget_platform

__all__ = ["use_platform"]


def use_platform(variables: Mapping[str, str]) -> None:
    """Have this process use another platform from now on.

    A process belongs to the platform that it began with: the SDK keeps its address, its token and
    its context, and each model its resource in the catalog. This forgets all of them. Call
    :func:`msm.start_engine` afterwards; a runtime from before belongs to the old platform and must
    not be used. No other thread may use msm during the call.

    Args:
        variables: the environment variables that name the platform, as ``msm-local env`` prints
            them; they replace those of this process.
    """
    os.environ.update(variables)
    forget_platform()
    forget_connections()
    for model in MarketsBase.models():
        forget_meta_table(model)
