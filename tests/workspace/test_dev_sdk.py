"""./dev chooses the generation of the SDK, by the command that it runs or by MSM_SDK."""

import pytest

from tests.workspace.checkout import ENVIRONMENTS, USING, UV, Checkout, sentence_of, write_program

UPGRADE = ("migrations", "upgrade", "--provider", "migrations:migration", "head")
GROUPS = "--no-group metatables --group mainsequence8"


def ran(checkout: Checkout, *arguments: str, **variables: str) -> str:
    """The environment of the program that a task reached, which must be the one that it says."""
    result = checkout.dev(*arguments, **variables)
    reached, _, environment = result.stdout.strip().rpartition(" in ")
    assert reached.startswith("reached "), result.stderr
    (sdk,) = (sdk for sdk, name in ENVIRONMENTS.items() if name == environment)
    assert result.stderr == USING[sdk]
    return sdk


@pytest.mark.parametrize(
    "command",
    [
        ("mainsequence", "migrations", "--help"),
        ("ms", "migrations", "--help"),
        ("env", "A=b", "mainsequence", "migrations", "--help"),
        ("msm-local", "exec", "--", "mainsequence", *UPGRADE),
        ("msm-local", "--name", "other", "exec", "mainsequence", *UPGRADE),
    ],
    ids=" ".join,
)
def test_the_command_of_sdk_8_chooses_it(checkout: Checkout, command: tuple[str, ...]) -> None:
    assert ran(checkout, "run", *command) == "mainsequence8"
    assert ran(checkout, "run", *command, MSM_SDK="mainsequence8") == "mainsequence8"
    assert sentence_of(checkout.dev("run", *command, MSM_SDK="metatables")) == (
        "./dev: 'mainsequence migrations' is a command of SDK 8, but MSM_SDK is metatables; unset "
        "MSM_SDK, or run 'metatables migrations'."
    )


@pytest.mark.parametrize(
    "command",
    [
        ("metatables", "migrations", "--help"),
        ("msm-local", "exec", "--", "metatables", *UPGRADE),
    ],
    ids=" ".join,
)
def test_the_command_of_metatables_chooses_it(checkout: Checkout, command: tuple[str, ...]) -> None:
    assert ran(checkout, "run", *command) == "metatables"
    assert ran(checkout, "run", *command, MSM_SDK="metatables") == "metatables"
    assert sentence_of(checkout.dev("run", *command, MSM_SDK="mainsequence8")) == (
        "./dev: SDK 8 has no command 'metatables', but MSM_SDK is mainsequence8; unset MSM_SDK, or "
        "run 'mainsequence migrations'."
    )


@pytest.mark.parametrize(
    "words",
    [
        ("run", "msm-local", "status"),
        ("run", "msm-local", "start", "--api", "metatables"),
        ("run", "mainsequence", "login", "--help"),
        ("run", "msm-local", "exec", "--", "python", "-m", "migrations.plan"),
        ("demo",),
    ],
    ids=" ".join,
)
def test_msm_sdk_chooses_for_everything_else(checkout: Checkout, words: tuple[str, ...]) -> None:
    assert ran(checkout, *words) == "metatables"
    assert ran(checkout, *words, MSM_SDK="") == "metatables"
    assert ran(checkout, *words, MSM_SDK="mainsequence8") == "mainsequence8"
    assert ran(checkout, *words, MSM_SDK="metatables") == "metatables"


@pytest.mark.parametrize("task", ["test", "docs"])
def test_arguments_of_other_tasks_choose_nothing(checkout: Checkout, task: str) -> None:
    for sdk in ENVIRONMENTS:
        for word in ("mainsequence", "metatables"):
            result = checkout.dev(task, "-k", word, "migrations", MSM_SDK=sdk)
            assert result.stderr.startswith(USING[sdk])


def test_an_unknown_sdk_is_refused(checkout: Checkout) -> None:
    for words in (("sync",), ("run", "mainsequence", "migrations", "current")):
        assert sentence_of(checkout.dev(*words, MSM_SDK="8")) == (
            "./dev: MSM_SDK is '8'; set it to metatables, which is the default, or to "
            "mainsequence8."
        )
    assert checkout.calls() == []


def test_an_environment_is_created_when_first_needed(checkout: Checkout) -> None:
    checkout.without_environments()
    python = str(checkout.installed / ".venv" / "bin" / "python")
    created = "./dev: creating the environment {}; the first time on a machine, this downloads up "
    for sdk, name in ENVIRONMENTS.items():
        first = checkout.dev("run", "msm-local", "status", MSM_SDK=sdk, UV_PYTHON=python)
        assert first.stderr.startswith(created.format(name))
        assert checkout.dev("run", "msm-local", "status", MSM_SDK=sdk).stderr == USING[sdk]
        # What is left of an attempt without a network.
        (checkout.folder / name / "bin" / "msm-local").unlink()
        assert checkout.dev("sync", MSM_SDK=sdk).stderr.startswith(created.format(name))
    assert [GROUPS in call for call in checkout.calls()] == [False] * 3 + [True] * 3


def test_both_environments_have_the_same_python(checkout: Checkout) -> None:
    assert checkout.dev("sync").returncode == 0
    python = checkout.used_python()
    checkout.remove(".venv-mainsequence8")
    assert checkout.dev("sync", MSM_SDK="mainsequence8").returncode == 0
    assert checkout.used_python() == python


@pytest.mark.parametrize("sdk", ENVIRONMENTS)
def test_uv_pip_is_about_the_chosen_environment(checkout: Checkout, sdk: str) -> None:
    write_program(checkout.bin / "uv", UV.replace("exit 2", 'echo "$VIRTUAL_ENV$UV_PYTHON"', 1))
    result = checkout.dev("run", "uv", "pip", "list", MSM_SDK=sdk)
    assert result.stdout == f"{checkout.folder / ENVIRONMENTS[sdk]}\n"
