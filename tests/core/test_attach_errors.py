"""What the error of an attach says, by the reasons of its problems."""

import pytest

from msm.errors import AttachError, AttachProblem
from msm.errors.platform import AttachReason
from tests.support.generation import PROGRAM

UPGRADE = (
    "bring the database to head, from the repository root, or with msm_migrations where that is "
    f"installed: `{PROGRAM} migrations upgrade --provider migrations:migration head`"
)
CHECK = (
    "run `python -m migrations.check`, from the repository root, or with msm_migrations where that "
    "is installed"
)
REMEDIES: dict[AttachReason, str] = {
    "missing": f"{UPGRADE}; if it is at head already, run `python -m migrations.check`",
    "duplicated": CHECK,
    "reserved": UPGRADE,
    "revision": UPGRADE,
    "columns": (
        f"{UPGRADE}; if it is at head already, run `python -m migrations.check` or deploy the code "
        "of its head"
    ),
    "physical_name": CHECK,
    "data_source": (
        "run this from the checkout or the branch of that data source, or under "
        "`msm-local exec -- COMMAND` there"
    ),
}


@pytest.mark.parametrize("reason", REMEDIES)
def test_an_attach_error_says_the_remedy(reason: AttachReason) -> None:
    problem = AttachProblem("Asset", "ms_markets__asset", reason, "what was found")
    error = AttachError([problem], data_source_uid="here")
    assert error.problems == (problem,)
    assert str(error) == (
        "1 table cannot be attached:\n"
        "  ms_markets__asset (Asset): what was found\n"
        f"To attach it, {REMEDIES[reason]}."
    )


def test_an_attach_error_says_each_remedy_once() -> None:
    problems = [
        AttachProblem("Asset", "ms_markets__asset", "reserved", "reserved"),
        AttachProblem("Index", "ms_markets__index", "reserved", "reserved"),
        AttachProblem("Issuer", "ms_markets__issuer", "duplicated", "2 resources"),
    ]
    assert str(AttachError(problems, data_source_uid="here")) == (
        "3 tables cannot be attached:\n"
        "  ms_markets__asset (Asset): reserved\n"
        "  ms_markets__index (Index): reserved\n"
        "  ms_markets__issuer (Issuer): 2 resources\n"
        f"To attach them, {UPGRADE}; {CHECK}."
    )


def test_an_attach_error_says_whose_provider_to_run() -> None:
    problem = AttachProblem("Quote", "acme__quote", "missing", "not in the catalog")
    assert str(AttachError([problem], data_source_uid="here")) == (
        "1 table cannot be attached:\n"
        "  acme__quote (Quote): not in the catalog\n"
        "To attach it, bring the database to head, from the repository of acme, with its migration "
        f"package: `{PROGRAM} migrations upgrade --provider PACKAGE:migration heads`; if it is at "
        "head already, run `python -m msm_migrations.check --provider PACKAGE:migration`."
    )
