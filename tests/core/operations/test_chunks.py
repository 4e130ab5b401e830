"""A hypertable refuses in the name of a chunk; the error names the table and its own index."""

from typing import Any

import pytest

from msm.models import IndexValuesTS
from msm.operations.failures.chunks import without_chunks

TABLE = IndexValuesTS.__tablename__
GRAIN = "uix__ms_markets__indexvaluests__time_index__index_identifier"
REFERENCE = "fk__ms_markets__indexvaluests__index_identifier__ms_dc817632b8"
CHUNK = "_hyper_3_61_chunk"


def test_chunk_of_a_referring_table_is_not_the_target() -> None:
    said = {"constraint": REFERENCE, "table": CHUNK}
    assert without_chunks(said, "ms_markets__index")["table"] == TABLE


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            {"constraint": f"{CHUNK}_{GRAIN}"[:63], "table": CHUNK},
            {"constraint": GRAIN, "table": TABLE},
        ),
        ({"constraint": f"{CHUNK}_{GRAIN}"[:63]}, {"constraint": GRAIN, "table": TABLE}),
        (
            {"constraint": REFERENCE, "table": CHUNK, "message_detail": f'is in "{CHUNK}".'},
            {"constraint": REFERENCE, "table": TABLE, "message_detail": f'is in "{TABLE}".'},
        ),
        ({"column": "value", "table": CHUNK}, {"column": "value", "table": TABLE}),
        ({"constraint": GRAIN, "table": TABLE}, {"constraint": GRAIN, "table": TABLE}),
        (
            {"constraint": f"{CHUNK}_other_index"},
            {"constraint": f"{CHUNK}_other_index"},
        ),
    ],
    ids=["a key", "a key alone", "a reference", "a column", "no chunk", "an unknown index"],
)
def test_chunk_is_named_as_its_table(said: dict[str, Any], meant: dict[str, Any]) -> None:
    assert without_chunks(said, TABLE) == meant
