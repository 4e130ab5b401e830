"""The namespace, and how table names depend on it."""

import pytest

from msm.errors import SettingsError
from msm.settings import DEFAULT_NAMESPACE, NAMESPACE_VARIABLE, Settings


def test_the_default_namespace_has_no_suffix() -> None:
    settings = Settings.from_environment({})
    assert settings.namespace == DEFAULT_NAMESPACE == "mainsequence.markets"
    assert settings.slug == "mainsequence_markets"
    assert settings.table_suffix is None


def test_another_namespace_is_a_suffix() -> None:
    settings = Settings.from_environment({NAMESPACE_VARIABLE: " acme.research "})
    assert settings.namespace == "acme.research"
    assert settings.table_suffix == "acme_research"


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("--", "has no letter or digit to name tables with"),
        ("mainsequence-markets", "shares its migration folder with 'mainsequence.markets'"),
    ],
)
def test_a_settings_error_says_what_to_set(value: str, fault: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({NAMESPACE_VARIABLE: value})
    assert (caught.value.variable, caught.value.value) == (NAMESPACE_VARIABLE, value)
    assert str(caught.value) == (
        f"MSM_AUTO_REGISTER_NAMESPACE={value!r} {fault}; set it to a name such as "
        "'acme.research', or unset it."
    )
