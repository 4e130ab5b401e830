"""The logger of a run."""

import logging

__all__ = ["LOG"]

# Below Alembic's own, so that its messages appear where Alembic's do.
LOG = logging.getLogger("alembic.msm")
