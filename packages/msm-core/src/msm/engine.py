"""Attaching models to the resources that migrations have finalized in the platform's catalog."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import batched

from msm.base import MarketsBase, MarketsModel, MarketsTimeIndexMetaTable
from msm.contract import column_faults, is_behind
from msm.errors import AttachError, AttachProblem, ModelGraphError, StatementError
from msm.platform import probe, quiet_sdk, refusals_of
from msm.rows.keys import table_of
from msm.runtime import MarketsRuntime
from msm.sdk import (
    CONTEXT,
    MetaTable,
    TimeIndexMetaTable,
    bind_meta_table,
    find_meta_tables,
    forget_context,
    platform_context,
)
from msm.sdk.context import Limits, PlatformContext
from msm.sdk.process.forks import after_fork, unforked

__all__ = ["start_engine"]

# A table of one name may exist in several data sources; this is how many a lookup leaves room for.
CANDIDATES_PER_TABLE = 10
# A lookup returns 5,000 resources at most.
TABLES_PER_LOOKUP = 500

# Binding changes classes, and the SDK's Git context belongs to the process: one attach at a time.
_lock = threading.Lock()


def _renew_lock() -> None:
    # A thread of the parent holds it while it attaches.
    global _lock
    _lock = threading.Lock()


after_fork(_renew_lock)


def start_engine(
    models: Sequence[type[MarketsModel]] | None = None,
    *,
    timeout: float | None = None,
    at_least: str | None = None,
) -> MarketsRuntime:
    """Attach models to their catalog resources, and return the runtime that uses them.

    It only reads: one lookup for each kind of resource (relational, time-indexed) among the models,
    and the first call of a process asks for the Git context. Call it once, when a process starts,
    and keep the runtime. A further call attaches again, to what the catalog holds then: do that
    after the local platform was reset. Several threads may call it.

    Args:
        models: the models to attach; the core graph when None.
        timeout: seconds to wait for a catalog lookup, and that a statement may run; None for the
            SDK's defaults, 120 and 15. The platform has a maximum, such as 60.
        at_least: the revision that the tables have to be at, or a later one of its history, such as
            ``1007``; None for any. Revisions are compared by the number at their end; tables of
            another history are not concerned.

    Raises:
        ModelGraphError: a model is listed twice, or is not a mapped markets model.
        PlatformUnreachableError: nothing listens at the endpoint; said within two seconds.
        EndpointChangedError: the environment names another platform than the one that this process
            has used, or has another token. Tests may change: see ``msm.testing.use_platform``.
        GitContextError: the SDK cannot tell which repository branch this process belongs to.
        PlatformRefusedError: the platform answered with an error.
        StatementError: ``timeout`` is longer than the platform lets a statement run.
        AttachError: a resource is missing, duplicated, still reserved, or elsewhere, lacks what its
            model has, or is at an older revision. Then nothing has been attached by this call.
    """
    if isinstance(models, type):
        raise ModelGraphError(
            f"start_engine expected a list of models, got the class {models.__qualname__}; pass "
            f"msm.start_engine([{models.__qualname__}]).",
            models=[models],
        )
    wanted = list(_core_models() if models is None else models)
    _check_models(wanted)
    # SQLAlchemy would do it with the first statement, under a lock that a child may inherit.
    with unforked:
        MarketsBase.registry.configure()
    with _lock:
        found, context = find_resources(wanted, timeout, at_least)
        for model, meta_table in found.items():
            bind_meta_table(model, meta_table)
    return MarketsRuntime(found, context.data_source_uid, timeout, context.limits)


def find_resources(
    models: Sequence[type[MarketsModel]], timeout: float | None, at_least: str | None
) -> tuple[dict[type[MarketsModel], MetaTable], PlatformContext]:
    """Look for the resource of each model, and check that it can be used.

    Args:
        models: the models, each once.
        timeout: as for :func:`start_engine`.
        at_least: as for :func:`start_engine`.

    Raises:
        MsmError: as :func:`start_engine`.
    """
    with quiet_sdk():
        probe()
        context = _context()
        _check_timeout(timeout, context.limits)
        candidates = _look_up(models, timeout)
        found, problems = _judge_all(models, candidates, context.data_source_uid)
        if problems:
            # The SDK keeps the Git context of a process, which may be older than the data source:
            # a local platform that was destroyed and started again has another one.
            forget_context()
            context = _context()
            found, problems = _judge_all(models, candidates, context.data_source_uid)
        problems = problems or (_judge_revisions(found, at_least) if at_least else [])
        if problems:
            raise AttachError(problems, data_source_uid=context.data_source_uid)
    return found, context


def _context() -> PlatformContext:
    with refusals_of(CONTEXT):
        return platform_context("msm.start_engine")


def _check_timeout(timeout: float | None, limits: Limits) -> None:
    if timeout is not None and timeout > limits.max_timeout:
        raise StatementError(
            f"timeout is {timeout:g} s, and the platform lets a statement run for "
            f"{limits.max_timeout:g} s at most; pass that, or less."
        )


def _core_models() -> Sequence[type[MarketsModel]]:
    # Here, so that importing msm maps no tables for those who attach models of their own.
    from msm.models import markets_sqlalchemy_models

    return markets_sqlalchemy_models()


def _check_models(models: Sequence[type[MarketsModel]]) -> None:
    mapped = MarketsBase.models()
    strangers = [model for model in models if model not in mapped]
    if strangers:
        raise ModelGraphError(
            f"{', '.join(map(repr, strangers))} cannot be attached: not a mapped class on "
            "MarketsMetaTable or MarketsTimeIndexMetaTable; pass classes, as `from msm.models "
            "import Asset` imports one.",
            models=strangers,
        )
    twice = [model for model, count in Counter(models).items() if count > 1]
    if twice:
        names = ", ".join(f"{model.__module__}.{model.__qualname__}" for model in twice)
        raise ModelGraphError(f"{names} is listed twice; list each model once.", models=twice)


def _look_up(
    models: Sequence[type[MarketsModel]], timeout: float | None
) -> dict[str, list[MetaTable]]:
    """The resources of each table that the catalog has, in any data source."""
    kinds: dict[type[MetaTable], list[type[MarketsModel]]] = {}
    for model in models:
        indexed = issubclass(model, MarketsTimeIndexMetaTable)
        kinds.setdefault(TimeIndexMetaTable if indexed else MetaTable, []).append(model)
    candidates: dict[str, list[MetaTable]] = {model.__tablename__: [] for model in models}
    for resource, members in kinds.items():
        tables = sorted(model.__tablename__ for model in members)
        for names in batched(tables, TABLES_PER_LOOKUP, strict=False):
            with refusals_of(f"a lookup of {len(names)} {resource.__name__} resources"):
                rows = find_meta_tables(
                    resource, names, limit=CANDIDATES_PER_TABLE * len(names), timeout=timeout
                )
            for row in rows:
                # A resource that was renamed still carries the table's name as its identifier.
                for name in {row.physical_table_name, row.identifier} & set(names):
                    candidates[name].append(row)
    return candidates


def _judge_all(
    models: Sequence[type[MarketsModel]],
    candidates: Mapping[str, Sequence[MetaTable]],
    data_source: str,
) -> tuple[dict[type[MarketsModel], MetaTable], list[AttachProblem]]:
    found: dict[type[MarketsModel], MetaTable] = {}
    problems: list[AttachProblem] = []
    for model in models:
        match _judge(model, candidates[model.__tablename__], data_source):
            case AttachProblem() as problem:
                problems.append(problem)
            case meta_table:
                found[model] = meta_table
    return found, problems


def _judge(
    model: type[MarketsModel], rows: Sequence[MetaTable], data_source: str
) -> MetaTable | AttachProblem:
    table = model.__tablename__
    identifier = model.__metatable_identifier__
    schema = model.__table__.schema or "public"
    here = [row for row in rows if row.data_source_uid == data_source]
    same = [
        row for row in here if (row.physical_schema, row.physical_table_name) == (schema, table)
    ]
    if not rows:
        return AttachProblem(
            identifier, table, "missing", "not in the catalog, or not visible to this account"
        )
    if not here:
        others = ", ".join(sorted({str(row.data_source_uid) for row in rows}))
        detail = f"in data source {others}, not in {data_source} of this Git context"
        return AttachProblem(identifier, table, "data_source", detail)
    if not same:
        others = ", ".join(f"{row.physical_schema}.{row.physical_table_name}" for row in here)
        detail = f"the catalog says it is {others}, not {schema}.{table}"
        return AttachProblem(identifier, table, "physical_name", detail)
    if len(same) > 1:
        uids = ", ".join(str(row.uid) for row in same)
        return AttachProblem(identifier, table, "duplicated", f"{len(same)} resources: {uids}")
    if same[0].provisioning_status != "active":
        detail = f"{same[0].provisioning_status}, not active: a migration has not finished"
        return AttachProblem(identifier, table, "reserved", detail)
    if faults := column_faults(table_of(model), same[0].columns):
        return AttachProblem(identifier, table, "columns", "; ".join(faults))
    return same[0]


def _judge_revisions(
    found: Mapping[type[MarketsModel], MetaTable], at_least: str
) -> list[AttachProblem]:
    behind = {
        model: is_behind(meta_table.alembic_revision, at_least)
        for model, meta_table in found.items()
    }
    # Tables of another history have revisions of another form.
    concerned = [model for model in found if behind[model] is not None] or list(found)
    return [
        AttachProblem(
            model.__metatable_identifier__,
            model.__tablename__,
            "revision",
            f"at revision {found[model].alembic_revision or 'unknown'}, and {at_least} or a later "
            "one of its history is needed",
        )
        for model in concerned
        if behind[model] is not False
    ]
