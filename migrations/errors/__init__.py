"""Why a migration was refused or failed: every error of the migration package, as one tree.

    MigrationError
    ├── LimitError                  an MSM_MIGRATION_* variable has a value that cannot be used
    ├── LockHeldError               another migration is running; exit code 75, so try later
    ├── ProviderModelsError         the models cannot be a provider's; a ModelGraphError too
    ├── ReservationError            the platform did not reserve the tables
    ├── RevisionFilesError          the revision files cannot be one history
    │   ├── UnreadableRevisionError
    │   ├── DuplicateRevisionError
    │   ├── MissingParentError
    │   ├── UnknownDependencyError
    │   ├── RevisionCycleError
    │   └── SeveralHeadsError
    ├── DatabaseStateError          the database is not one that these revisions know
    │   ├── UnknownVersionError
    │   │   ├── DatabaseAheadError      rows of a later version of this code
    │   │   ├── PublishedHistoryError   rows of the published ms-markets
    │   │   └── MissingExtensionError   rows of a project that extends this history
    │   ├── PublishedCatalogError       the published ms-markets entered the tables into the catalog
    │   ├── UnversionedTablesError      tables exist, and no version row
    │   ├── LostTablesError             version rows exist, and tables are gone
    │   ├── SearchPathError
    │   ├── InvalidIndexError           a pending revision creates an INVALID index; exit code 6
    │   └── NamespaceTakenError
    ├── DataLossError               data would be lost, or nobody can know; nothing was changed
    │   ├── UnacknowledgedLossError     a pending revision gives no reason; exit code 3
    │   ├── UnreadableChangeError       nobody can read what it destroys; exit code 3
    │   ├── EditedRevisionError         an applied revision was edited; exit code 4
    │   ├── IrreversibleRevisionError   a revision says that nothing takes it back; exit code 5
    │   └── DowngradeLossError          rows would be dropped; exit code 5
    ├── SessionError                the connection cannot carry a migration
    │   ├── PoolerError
    │   ├── CredentialExpiredError
    │   ├── LockLostError
    │   └── ConnectionLostError
    ├── RunError                    the migration began and was undone
    │   ├── MigrationInterruptedError   Ctrl-C; exit code 130
    │   ├── TableBusyError              another session held a table for longer than we wait
    │   ├── StatementCancelledError
    │   ├── StatementFailedError
    │   ├── RevisionRaisedError
    │   └── AlembicRefusedError
    └── DownstreamError             a project's migrations cannot be run as they are
        ├── DownstreamModelsError       the models cannot be one project's
        ├── RevisionIdError             a revision would collide with one of msm, or is missing
        ├── OtherHistoryError           the catalog knows the project's history by other names
        ├── MissingReferenceError       tables that the project refers to do not exist yet
        └── ForeignTableChangedError    a revision changed a table that is not the project's

Each class carries its facts as attributes; the message is one sentence that ends with what to do.
Each is a SystemExit too: a command in which nothing catches it ends with that sentence.
The tools beside the provider (review, check, plan, adopt) derive errors of their own from the root.
"""

from .base import (
    DatabaseSession,
    LimitError,
    LockHeldError,
    MigrationError,
    ProviderModelsError,
    ReservationError,
)
from .database import (
    DatabaseAheadError,
    DatabaseStateError,
    InvalidIndexError,
    LostTablesError,
    MissingExtensionError,
    NamespaceTakenError,
    PublishedCatalogError,
    PublishedHistoryError,
    SearchPathError,
    UnknownVersionError,
    UnversionedTablesError,
)
from .downstream import (
    DownstreamError,
    DownstreamModelsError,
    ForeignTableChangedError,
    MissingReferenceError,
    OtherHistoryError,
    RevisionIdError,
)
from .loss import (
    DataLossError,
    DowngradeLossError,
    EditedRevisionError,
    IrreversibleRevisionError,
    UnacknowledgedLossError,
    UnreadableChangeError,
)
from .revisions import (
    DuplicateRevisionError,
    MissingParentError,
    RevisionCycleError,
    RevisionFilesError,
    SeveralHeadsError,
    UnknownDependencyError,
    UnreadableRevisionError,
)
from .run import (
    AlembicRefusedError,
    MigrationInterruptedError,
    RevisionRaisedError,
    RunError,
    StatementCancelledError,
    StatementFailedError,
    TableBusyError,
)
from .session import (
    ConnectionLostError,
    CredentialExpiredError,
    LockLostError,
    PoolerError,
    SessionError,
)

__all__ = [
    "AlembicRefusedError",
    "ConnectionLostError",
    "CredentialExpiredError",
    "DataLossError",
    "DatabaseAheadError",
    "DatabaseSession",
    "DatabaseStateError",
    "DowngradeLossError",
    "DownstreamError",
    "DownstreamModelsError",
    "DuplicateRevisionError",
    "EditedRevisionError",
    "ForeignTableChangedError",
    "InvalidIndexError",
    "IrreversibleRevisionError",
    "LimitError",
    "LockHeldError",
    "LockLostError",
    "LostTablesError",
    "MigrationError",
    "MigrationInterruptedError",
    "MissingExtensionError",
    "MissingParentError",
    "MissingReferenceError",
    "NamespaceTakenError",
    "OtherHistoryError",
    "PoolerError",
    "ProviderModelsError",
    "PublishedCatalogError",
    "PublishedHistoryError",
    "ReservationError",
    "RevisionCycleError",
    "RevisionFilesError",
    "RevisionIdError",
    "RevisionRaisedError",
    "RunError",
    "SearchPathError",
    "SessionError",
    "SeveralHeadsError",
    "StatementCancelledError",
    "StatementFailedError",
    "TableBusyError",
    "UnacknowledgedLossError",
    "UnknownDependencyError",
    "UnknownVersionError",
    "UnreadableChangeError",
    "UnreadableRevisionError",
    "UnversionedTablesError",
]
