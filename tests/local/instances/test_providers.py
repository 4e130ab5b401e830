"""The providers of a project: where they are named, and what their revisions make of a target."""

from pathlib import Path

import pytest

from msm_local.errors import ProjectSettingsError, UnknownRevisionError
from msm_local.reset.steps import plan_steps
from msm_local.status.histories import find_history
from msm_local.status.providers import Provider, parse_providers, project_providers

MSM, ACME, GLOBEX = (f"{name}_migrations:migration" for name in ("msm", "acme", "globex"))


def write(root: Path, package: str, revision: str, parent: str | None, rest: str = "") -> None:
    folder = root / package / "versions" / "mainsequence_markets"
    folder.mkdir(parents=True, exist_ok=True)
    text = f"revision: str = {revision!r}\ndown_revision: str | None = {parent!r}\n{rest}\n"
    (folder / f"{revision}.py").write_text(text)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Revisions of msm, of a project that extends it, and of one with its own history."""
    for revision, parent in (("1001", None), ("1002", "1001"), ("1003", "1002")):
        write(tmp_path, "msm_migrations", revision, parent)
    write(
        tmp_path, "acme_migrations", "acme0001", None, "branch_labels = 'acme'\ndepends_on = '1002'"
    )
    write(tmp_path, "acme_migrations", "acme0002", "acme0001")
    write(tmp_path, "globex_migrations", "0001", None)
    write(tmp_path, "globex_migrations", "0002", "0001")
    return tmp_path


def steps(project: Path, *providers: str, target: str | None = None) -> list[tuple[str, str]]:
    named = parse_providers(" ".join(providers).split(), "here")
    return [(step.provider, step.target) for step in plan_steps(project, named, target)]


def test_project_names_its_providers_in_order(tmp_path: Path) -> None:
    assert project_providers(tmp_path) == ()
    file = tmp_path / "pyproject.toml"
    file.write_text("[project]\n")
    assert project_providers(tmp_path) == ()
    file.write_text(f'[tool.msm]\nproviders = ["{MSM} 1007", "{GLOBEX}"]\n')
    assert project_providers(tmp_path) == (Provider(MSM, "1007"), Provider(GLOBEX, "head"))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[tool.msm]\nproviders = 'a:b'", "providers = 'a:b'"),
        ("[tool.msm]\nprovider = ['a:b']", "the unknown key 'provider'"),
        ("[tool.msm]\nproviders = ['acme_migrations']", "'acme_migrations', which is no migration"),
        ("[tool.msm]\nproviders = ['a:b head', 'c d']", "'c', which is no migration"),
        ("[tool.msm]\nproviders = ['a:b 1007', '1008']", "'1008', which is no migration"),
        ("[tool.msm", "is not valid TOML"),
    ],
)
def test_wrong_settings_are_refused_with_a_sentence(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(ProjectSettingsError) as refusal:
        project_providers(tmp_path)
    assert fault in str(refusal.value)
    assert str(tmp_path / "pyproject.toml") in str(refusal.value)


def test_project_that_extends_has_the_revisions_of_msm(project: Path) -> None:
    history = find_history(project, ACME)
    assert history is not None
    assert history.known == ("1001", "1002", "1003", "acme0001", "acme0002")
    # Alembic keeps no row for a revision on which another one depends.
    assert history.heads == ("1003", "acme0002")
    assert history.branches == ("1003", "acme0002")
    assert history.labels == ("acme",)
    beside = find_history(project, GLOBEX)
    assert beside is not None
    assert (beside.known, beside.heads) == (("0001", "0002"), ("0002",))


def test_every_provider_runs_to_its_end(project: Path) -> None:
    assert steps(project, MSM, GLOBEX) == [(MSM, "head"), (GLOBEX, "head")]
    # Alembic refuses `head` where a history has two ends.
    assert steps(project, ACME) == [(ACME, "heads")]
    assert steps(project, ACME, target="heads") == [(ACME, "heads")]
    assert steps(project, MSM, "1002", GLOBEX) == [(MSM, "1002"), (GLOBEX, "head")]
    assert steps(project, MSM, "1002", GLOBEX, target="head") == [(MSM, "head"), (GLOBEX, "head")]


def test_target_of_one_provider_ends_the_list_there(project: Path) -> None:
    assert steps(project, MSM, GLOBEX, target="1002") == [(MSM, "1002")]
    assert steps(project, MSM, GLOBEX, target="0001") == [(MSM, "head"), (GLOBEX, "0001")]
    assert steps(project, ACME, target="acme@head") == [(ACME, "acme@head")]
    assert steps(project, ACME, target="acme@acme0001") == [(ACME, "acme@acme0001")]
    assert steps(project, MSM, GLOBEX, target="base") == []
    assert steps(project, MSM, "base", GLOBEX) == [(GLOBEX, "head")]


@pytest.mark.parametrize("target", ["4711", "other@head", "acme@4711"])
def test_unknown_target_names_what_there_is(project: Path, target: str) -> None:
    with pytest.raises(UnknownRevisionError) as refusal:
        steps(project, ACME, target=target)
    assert (
        f"no revision {target!r} in {project / 'acme_migrations' / 'versions'}; choose head, "
        in (str(refusal.value))
    )
    assert str(refusal.value).endswith("acme0001, acme0002, acme@head.")
