"""The sentence of every refusal of a migration, whole and in one place.

A test that provokes a refusal asks for its sentence here, with the facts that it expects. So a new
wording changes this table and the code, and no test.
"""

from collections.abc import Mapping

from migrations import errors
from migrations.errors import MigrationError
from msm.errors.commands import UPGRADE, migration_command

__all__ = ["KEPT", "NOTHING_KEPT", "SENTENCES", "remedy_of_edit", "sentence"]

# What a failed run leaves behind.
NOTHING_KEPT = "nothing of this run was kept"
KEPT = "what ran outside of a transaction was kept, and an index may be left INVALID"

SENTENCES: Mapping[type[MigrationError], str] = {
    errors.AlembicRefusedError: "Alembic refuses: {reason}.",
    errors.ConnectionLostError: (
        "PostgreSQL at {server} cannot be reached, or ended the session ({reason}); {outcome}; run "
        "this again when it is back, with a larger --ttl-seconds if the credential expired."
    ),
    errors.CredentialExpiredError: (
        "The migration credential expired before the migration began, and nothing was changed; run "
        "this again, with a larger --ttl-seconds if it has to wait."
    ),
    errors.DatabaseAheadError: (
        "The database is ahead of this code: it is at {row} and this code ends at {head}, and "
        "nothing was changed; run this with the version of {origin} that has {row}, or restore the "
        "file of {row}, or downgrade the database with that version: "
        f"`{migration_command('downgrade', '{provider}', '{head}')}`{{reset}}."
    ),
    errors.DowngradeLossError: (
        "This downgrade of mainsequence.markets would lose {losses}, and nothing was changed; look "
        "at `python -m migrations.plan`, make a backup, and set MSM_ALLOW_DATA_LOSS=1 to lose them."
    ),
    errors.EditedRevisionError: (
        "Revision {revision} in {file} was edited after it was applied, so this database is not "
        "what the file says, and nothing was changed; {remedy}."
    ),
    errors.DuplicateRevisionError: (
        "Revision {revision} is in {first} and in {second}; give one of them another id, and "
        "correct down_revision of what follows it."
    ),
    errors.InvalidIndexError: (
        "The index {index} of {table}, which revision {revision} creates, was left INVALID by a "
        "build that did not end, and nothing was changed; run `DROP INDEX CONCURRENTLY {index}` as "
        "the owner of the table, and run this again."
    ),
    errors.LimitError: "{variable}={value!r} is not {needed}; correct it, or unset it.",
    errors.LockHeldError: (
        "Another migration holds the lock of {table} and did not end within {timeout} s: {holder}; "
        "run this again when it has ended, or set {variable} (seconds) to wait longer."
    ),
    errors.LockLostError: (
        "The lock of {table} was lost while the migration ran; {outcome}; find out what ended the "
        "session that held it, and run this again."
    ),
    errors.LostTablesError: (
        "{table} is gone from the database, though it is at {head}, and nothing was changed; "
        "`python -m migrations.check` prints the SQL that creates what is gone{reset}."
    ),
    errors.MigrationInterruptedError: (
        "The migration was interrupted; {outcome}; run this again to do what is left."
    ),
    errors.MissingExtensionError: (
        "The database is at {row}, and {row} comes from a project that extends this history and is "
        "not part of {provider}, and nothing was changed; install that project, and pass the "
        "provider of its migration package as --provider."
    ),
    errors.MissingParentError: (
        "Revision {revision} in {file} follows {parent}, which is in no file; restore that file, "
        "or correct down_revision."
    ),
    errors.NamespaceTakenError: (
        "{table} of the namespace {namespace!r} belongs to {owner!r} in the platform's catalog, "
        "because both namespaces give the same table names, and nothing was changed; set "
        "MSM_AUTO_REGISTER_NAMESPACE to {owner!r}, or to a name that differs from it in more than "
        "punctuation."
    ),
    errors.PoolerError: (
        "A transaction pooler is in front of PostgreSQL at {server}, and the lock that lets one "
        "migration run at a time does not work through it; let the platform connect to PostgreSQL "
        "directly, or to a port in session mode, and run this again."
    ),
    errors.PublishedCatalogError: (
        "ms_markets__alembic_version is 'msm.alembic_version' in the platform's catalog, as the "
        "published ms-markets names it, and nothing was changed; compare its tables and take them "
        "over with `python -m {package}.adopt`."
    ),
    errors.PublishedHistoryError: (
        "The database is at {row} of {release}, whose tables have to be compared before this code "
        "can take them over, and nothing was changed; {remedy}run `python -m {package}.adopt`."
    ),
    errors.ReservationError: (
        "The platform at {url} refused the reservation of the tables {reason}; nothing was "
        "changed; run this again."
    ),
    errors.RevisionCycleError: (
        "Revisions {circle} follow each other in a circle, in {files}; correct down_revision or "
        "depends_on of one of them."
    ),
    errors.RevisionRaisedError: (
        "{error}, raised at {file}:{line}; {outcome}; fix that line, and run this again."
    ),
    errors.SearchPathError: (
        "search_path is {path}, which resolves to {schemas}, but unqualified names have to resolve "
        "to public alone, so nothing was changed; {remedy}, then run this again."
    ),
    errors.SeveralHeadsError: (
        "Revisions {first} and {second} are both heads of {branch}, in {first_file} and "
        "{second_file}; set down_revision of the one that is not deployed yet to the other."
    ),
    errors.StatementCancelledError: (
        "`{statement}` was cancelled ({reason}); {outcome}; run this again, with a larger "
        "MSM_MIGRATION_STATEMENT_TIMEOUT (seconds) and --ttl-seconds if it needs more time."
    ),
    errors.StatementFailedError: (
        "PostgreSQL refuses `{statement}` ({reason}); {outcome}; {remedy} and run this again."
    ),
    errors.TableBusyError: (
        "`{statement}` did not get its lock ({reason}), which is held by {holder}; {outcome}; run "
        "this again when that session has ended its transaction{end}, or set "
        "MSM_MIGRATION_TABLE_LOCK_TIMEOUT (seconds) to wait longer."
    ),
    errors.UnacknowledgedLossError: (
        "{why}; revision {revision} gives no reason for it at {file}:{line}{more} ({rule}), and "
        "nothing was changed; {remedy}"
    ),
    errors.IrreversibleRevisionError: (
        "Revision {revision} cannot be taken back ({said}): its downgrade() at {file}:{line} "
        "raises NotImplementedError, and nothing was changed; downgrade no further than "
        "{revision}, or restore a backup from before it."
    ),
    errors.UnreadableChangeError: (
        "Revision {revision} {fault} at {file}:{line}, so what it destroys cannot be read before "
        "it runs, and nothing was changed; {remedy}, or set MSM_ALLOW_DATA_LOSS=1 to run it unread."
    ),
    errors.UnknownDependencyError: (
        "Revision {revision} in {file} depends on {needed}, which is in no file; restore that "
        "file, or correct depends_on."
    ),
    errors.UnreadableRevisionError: (
        "{file} does not say as literals which revision it is and what it follows ({reason}); fix "
        "it, or move it out of that folder."
    ),
    errors.UnversionedTablesError: (
        "The database has {tables}, and {version_table} does not say which revision made them, so "
        "nothing was changed; restore {version_table} from the same backup as the others, or drop "
        "the others if you do not need them, and run `{command}`{reset}."
    ),
    # Of a downstream project.
    errors.MissingReferenceError: (
        "{columns}: not in this database, but {project} refers to it, so nothing was changed; "
        f"upgrade msm first with `{UPGRADE}`, and run this again."
    ),
    errors.OtherHistoryError: (
        "{there} is {known!r} of the provider {owner!r} in the platform's catalog, and this code "
        "has {table} as {identifier!r} of {key!r}, and nothing was changed; pass "
        "history=ExistingHistory(provider={package!r}, version_table={there!r}, "
        "identifier={known!r}) to stand_beside() and set __metatable_namespace__ = {namespace!r} "
        "on the abstract bases if that is this project, or choose another __application__."
    ),
    errors.ForeignTableChangedError: (
        "{tables}: created, changed or dropped during the migration of {project}, which does not "
        "own it; {outcome}; remove that from its revisions, or, if another migration did it at the "
        "same time, run this again."
    ),
}


def sentence(kind: type[MigrationError], **facts: object) -> str:
    """What an error of this class says about these facts."""
    return SENTENCES[kind].format(**{"reset": ""} | facts)


def remedy_of_edit(parent: str) -> str:
    """What to do about an applied revision that was edited and follows ``parent``."""
    downgrade = migration_command("downgrade", "migrations:migration", parent)
    return (
        "restore the file as it was applied, and make the change in a new revision; if nobody has "
        f"that file any more and no other database has applied it, run `{downgrade}` and then "
        f"`{UPGRADE}`"
    )
