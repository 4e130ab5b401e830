"""A partition refuses in its own name; the error names the table and the table's key."""

import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Mapped

from msm.operations.failures.chunks import without_chunks
from tests.models.defining import time_indexed

TABLE = "acme__quotets"
KEY = "uix__acme__quotets__time_index__venue"
PART = f"{TABLE}_default"
OWN = f"{PART}_time_index_venue_idx"
TAKEN = "Key (time_index, venue)=(2026-01-01 00:00:00+00, A) already exists."


@pytest.fixture(autouse=True)
def _model() -> None:
    time_indexed(
        {"__partitioned__": True, "__identity_dimensions__": ("venue",)},
        time_index=Mapped[datetime.datetime],
        venue=Mapped[str],
    )


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            {"sqlstate": "23505", "constraint": OWN, "table": PART, "message_detail": TAKEN},
            {"constraint": KEY, "table": TABLE},
        ),
        ({"sqlstate": "23505", "constraint": OWN}, {"constraint": KEY}),
        ({"sqlstate": "23502", "column": "venue", "table": PART}, {"table": TABLE}),
        (
            {"sqlstate": "23514", "table": PART, "message_detail": f'is in "{PART}".'},
            {"table": TABLE, "message_detail": f'is in "{TABLE}".'},
        ),
        ({"sqlstate": "23503", "constraint": "theirs", "table": "others"}, {}),
        ({"sqlstate": "23502", "table": "ms_markets__asset"}, {}),
    ],
    ids=["a key", "a key alone", "a column", "a sentence", "a table of others", "another model"],
)
def test_partition_is_named_as_its_table(said: dict[str, Any], meant: dict[str, Any]) -> None:
    assert without_chunks(said, TABLE) == said | meant
