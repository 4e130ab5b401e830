"""How far a run has got, which decides what a failure leaves behind."""

from dataclasses import dataclass

__all__ = ["Progress"]


@dataclass(slots=True)
class Progress:
    """How far a run has got.

    Attributes:
        autocommitted: whether anything was committed outside the transaction of the run.
        committing: whether PostgreSQL has been asked to commit that transaction.
    """

    autocommitted: bool = False
    committing: bool = False

    def outcome(self, *, lost: bool = False) -> str:
        """What a failed run leaves behind, for a message.

        Args:
            lost: whether it failed because the connection was lost.
        """
        if self.autocommitted:
            # PostgreSQL keeps the index of a CREATE INDEX CONCURRENTLY that failed.
            return "what ran outside of a transaction was kept, and an index may be left INVALID"
        if lost and self.committing:
            # Only the server knows whether it received the COMMIT.
            return "the connection was lost in COMMIT, so all of this run was kept or nothing of it"
        return "nothing of this run was kept"
