"""How far a run came, which decides what a failure leaves behind."""

from dataclasses import dataclass

__all__ = ["Progress"]


@dataclass(slots=True)
class Progress:
    """How far a run came.

    Attributes:
        autocommitted: whether anything was committed outside of the run's one transaction.
        committing: whether PostgreSQL has been asked to commit that transaction.
    """

    autocommitted: bool = False
    committing: bool = False

    def outcome(self, *, lost: bool = False) -> str:
        """What is left of a run that failed, in words.

        Args:
            lost: whether it failed because the connection broke off.
        """
        if self.autocommitted:
            return "what ran outside of a transaction was kept, and an index may be left INVALID"
        if lost and self.committing:
            return "it broke off in COMMIT, so that either all of this run was kept or nothing"
        return "nothing of this run was kept"
