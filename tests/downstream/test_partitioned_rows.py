"""Rows of a partitioned model are written, read and refused as those of any other."""

import datetime
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import msm
from msm.errors import CheckViolatedError, ConflictError, OperationRefusedError
from tests.downstream.conftest import Project
from tests.downstream.cycle import go_round, models_of
from tests.support.forked import run_forked

pytestmark = pytest.mark.slow

MODELS = """
    class Ticks(MarketsTimeIndexMetaTable):
        '''One price of one symbol.'''

        __application__ = "acme"
        __partitioned__ = True
        __identity_dimensions__ = ("symbol",)

        time_index: Mapped[datetime.datetime]
        symbol: Mapped[Str20]
        price: Mapped[float]

        __table_args__ = (CheckConstraint("price > 0", name="price"),)
"""
MONTH = "FOR VALUES FROM ('2026-01-01+00') TO ('2026-02-01+00')"
DAYS = tuple(datetime.datetime(2026, month, 15, tzinfo=datetime.UTC) for month in (1, 2, 3))


def _refusal(runtime: Any, model: Any, row: dict[str, Any]) -> OperationRefusedError:
    with pytest.raises(OperationRefusedError) as caught:
        runtime.insert(model, [row])
    return caught.value


def _use() -> dict[str, Any]:
    sys.path.insert(0, str(Path.cwd()))
    ticks = import_module("acme.models").Ticks
    runtime = msm.start_engine([ticks])
    rows = [{"time_index": day, "symbol": name, "price": 1} for day in DAYS for name in "AB"]
    found: dict[str, Any] = {"inserted": runtime.insert(ticks, rows)}
    raised = [row | {"price": 2} for row in rows[:3]]
    found["upserted"] = runtime.upsert(ticks, raised), runtime.upsert(ticks, raised)
    found["latest"] = [
        (row.time_index, row.symbol) for row in runtime.latest(ticks).scalars().all()
    ]
    between = runtime.between(ticks, DAYS[0], DAYS[1]).scalars().all()
    found["between"] = [(row.time_index, row.price) for row in between]
    statement = ticks.__table__.select()
    found["iterated"] = len(list(runtime.iter_rows(statement)))
    faults = [rows[0], rows[4], rows[0] | {"price": -1, "symbol": "C"}]
    errors = [_refusal(runtime, ticks, row) for row in faults]
    found["errors"] = [(type(error), error.table, error.constraint) for error in errors]
    found["messages"] = [str(error) for error in errors]
    old = [{"time_index": day, "symbol": "A"} for day in DAYS]
    found["deleted"] = runtime.delete(ticks, old)
    return found


def test_rows_of_a_partitioned_model_are_as_any_other(
    acme: Project, environment: Mapping[str, str]
) -> None:
    models_of(acme, MODELS, "Ticks")
    go_round(acme, environment)
    month = f"CREATE TABLE acme__ticks_2026_01 PARTITION OF acme__ticks {MONTH}"
    acme.write("acme0002", "acme0001", f'op.execute("{month}")')
    ran = acme.migrate("upgrade", "heads", environment=environment)
    assert ran.exit_code == 0, ran.stderr
    used = run_forked(_use, environment=environment, folder=acme.folder)
    assert used.exit_code == 0, used.stderr
    found = used.value
    assert (found["inserted"], found["upserted"], found["iterated"]) == (6, (3, 0), 6)
    assert found["latest"] == [(DAYS[2], "A"), (DAYS[2], "B")]
    assert sorted(found["between"]) == [(DAYS[0], 2.0), (DAYS[0], 2.0)]
    key, table = "uix__acme__ticks__time_index__symbol", "acme__ticks"
    assert found["errors"] == [
        (ConflictError, table, key),
        (ConflictError, table, key),
        (CheckViolatedError, table, "ck__acme__ticks__price"),
    ]
    assert not [text for text in found["messages"] if "ticks_2026" in text or "_default" in text]
    assert found["deleted"] == 3
