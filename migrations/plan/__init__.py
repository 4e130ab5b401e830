"""What an upgrade or a downgrade would run against the database as it is now.

``python -m migrations.plan [TARGET]`` looks through the SDK's scoped migration connection and
changes nothing; a credential is the one trace that it leaves.
"""

from .plan import Loss, Plan, RevisionFailedError, Step, UnknownTargetError, make_plan

__all__ = ["Loss", "Plan", "RevisionFailedError", "Step", "UnknownTargetError", "make_plan"]
