"""What an upgrade or a downgrade would run against the database as it is now.

``python -m migrations.plan [TARGET]`` reads through a migration connection that the platform
issues, and changes nothing; only the credential is left behind.
"""

from .losses import Loss
from .plan import Plan, RevisionFailedError, Step, UnknownTargetError, make_plan

__all__ = ["Loss", "Plan", "RevisionFailedError", "Step", "UnknownTargetError", "make_plan"]
