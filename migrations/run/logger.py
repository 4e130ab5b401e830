"""The logger of a run."""

import logging

__all__ = ["LOG"]

# Below Alembic's own, whose level and handler the SDK sets.
LOG = logging.getLogger("alembic.msm")
