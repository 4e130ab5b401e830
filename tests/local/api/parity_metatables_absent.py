"""Calls of the parity table under metatables: what msm-local does not have."""

from typing import Any

import pandas as pd
import pytest
from mainsequence.client.exceptions import ApiError, NotFoundError

from tests.local.api.parity_calls import NOW, UNKNOWN, Case
from tests.support.generation import sdk


def _refused(case: Case, *arguments: Any, **named: Any) -> None:
    """The method fails, because the platform does not have it and names it."""
    _fails(lambda: case.bound(*arguments, **named), case.method)


def _fails(call: Any, name: str) -> None:
    with pytest.raises(Exception, match=name) as refusal:
        call()
    caught = refusal.value
    if isinstance(caught, ApiError):
        assert caught.response.status_code == 400
    # Some methods raise an Exception with the text of the answer.
    assert "msm-local does not have" in str(caught)


def absent(case: Case) -> None:
    _refused(case)


def iterated(case: Case) -> None:
    _fails(lambda: list(case.bound()), case.method)


def search(case: Case) -> None:
    _refused(case, "price")


def by_uid(case: Case) -> None:
    _refused(case, case.item.uid)


def by_table_update(case: Case) -> None:
    _refused(case, UNKNOWN)


def labels(case: Case) -> None:
    with pytest.raises(NotFoundError):
        case.bound(["x"])


def role(case: Case) -> None:
    _refused(case, UNKNOWN, "owner")


def revoke_role(case: Case) -> None:
    _refused(case, UNKNOWN)


def explain(case: Case) -> None:
    _refused(case, "tables.get")


def get_impact(case: Case) -> None:
    _refused(case, action="drop_table")


def import_from_data_source(case: Case) -> None:
    _refused(case, case.source_uid)


def delete_after_date(case: Case) -> None:
    _refused(case, NOW)


def delete_with_cascade(case: Case) -> None:
    _refused(case, confirm_cascade_delete=True)


def delete_with_cascade_by_uid(case: Case) -> None:
    _refused(case, case.item.uid, confirm_cascade_delete=True)


def validate_contract(case: Case) -> None:
    _refused(case, table_contract=case.new_row()["table_contract"])


def register(case: Case) -> None:
    more = {"time_index_name": "time_index"}
    if case.client_class.__name__ == "MetaTable":
        more = {"management_mode": "platform_managed"}
    contract = case.new_row()["table_contract"]
    _refused(case, data_source_uid=case.source_uid, table_contract=contract, **more)


def register_source(case: Case) -> None:
    _refused(case, display_name="x", class_type="postgresql", configuration={})


def get_data_by_time_index(case: Case) -> None:
    [series] = sdk("models").TimeIndexMetaTable.filter(identifier="series")
    _fails(lambda: case.bound(series), "get_data_between_dates_from_api")


def insert_data_into_table(case: Case) -> None:
    [series] = sdk("models").TimeIndexMetaTable.filter(identifier="series")
    frame = pd.DataFrame({"time_index": [NOW], "uid": [UNKNOWN], "v": [1.0]})
    arguments: tuple[Any, ...] = (frame, series, False, "time_index", ["time_index", "uid"], {})
    _fails(lambda: case.bound(*arguments), "time-index-table-updates")
