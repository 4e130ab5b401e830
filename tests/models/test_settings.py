"""The namespace, and what it does to names."""

import pytest

from msm.errors import SettingsError
from msm.settings import DEFAULT_NAMESPACE, NAMESPACE_VARIABLE, Settings


def test_without_a_variable_the_namespace_is_the_default_and_leaves_no_suffix() -> None:
    settings = Settings.from_environment({})
    assert settings.namespace == DEFAULT_NAMESPACE == "mainsequence.markets"
    assert settings.slug == "mainsequence_markets"
    assert settings.table_suffix is None


def test_another_namespace_ends_every_table_name() -> None:
    settings = Settings.from_environment({NAMESPACE_VARIABLE: " acme.research "})
    assert settings.namespace == "acme.research"
    assert settings.table_suffix == "acme_research"


@pytest.mark.parametrize(
    ("value", "fault"),
    [("--", "has no letter or digit"), ("mainsequence-markets", "shares its migration folder")],
)
def test_a_namespace_that_cannot_name_tables_is_refused(value: str, fault: str) -> None:
    with pytest.raises(SettingsError, match=fault) as caught:
        Settings.from_environment({NAMESPACE_VARIABLE: value})
    assert (caught.value.variable, caught.value.value) == (NAMESPACE_VARIABLE, value)
