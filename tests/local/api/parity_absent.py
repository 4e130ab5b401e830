"""Calls of the parity table, which run in a forked process: what msm-local does not have."""

from typing import Any

import pandas as pd
import pytest
from mainsequence.client.exceptions import ApiError, ServerError

from msm_local.errors import NotImplementedHereError
from tests.local.api.parity_calls import NOW, UNKNOWN, Case
from tests.support.generation import sdk

MetaTable = sdk("models").MetaTable
TimeIndexMetaTable = sdk("models").TimeIndexMetaTable


def _refused(case: Case, *arguments: Any, **named: Any) -> None:
    """The method fails, because the platform does not implement it and names it."""
    with pytest.raises(Exception, match=case.method) as refusal:
        case.bound(*arguments, **named)
    caught = refusal.value
    # Some methods raise an Exception with the text of the answer.
    answer = caught.response.text if isinstance(caught, ApiError) else str(caught)
    assert f'"error":"{NotImplementedHereError.__name__}"' in answer


def absent(case: Case) -> None:
    _refused(case)


def search(case: Case) -> None:
    _refused(case, "price")


def by_uid(case: Case) -> None:
    _refused(case, case.item.uid)


def by_table_update(case: Case) -> None:
    _refused(case, UNKNOWN)


def shared_with_a_user(case: Case) -> None:
    _refused(case, user_uid=UNKNOWN)


def shared_with_a_team(case: Case) -> None:
    _refused(case, team_uid=UNKNOWN)


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
    if case.client_class is MetaTable:
        more = {"management_mode": "platform_managed"}
    contract = case.new_row()["table_contract"]
    _refused(case, data_source_uid=case.source_uid, table_contract=contract, **more)


def get_data_by_time_index(case: Case) -> None:
    [series] = TimeIndexMetaTable.filter(identifier="series")
    with pytest.raises(ServerError, match="get_data_between_dates_from_api"):
        case.bound(series)


def insert_data_into_table(case: Case) -> None:
    [series] = TimeIndexMetaTable.filter(identifier="series")
    frame = pd.DataFrame({"time_index": [NOW], "uid": [UNKNOWN], "v": [1.0]})
    _refused(case, frame, series, False, "time_index", ["time_index", "uid"], {})


def not_in_the_client(case: Case) -> None:
    with pytest.raises(NotImplementedError):
        case.bound(case.item)


def insert_data_into_local_table(case: Case) -> None:
    with pytest.raises(NotImplementedError):
        case.bound(pd.DataFrame(), None, False, "time_index", [], {})
