"""What the fixtures and the marker of the plugin give a test."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.plugin.conftest import Sample
from tests.support.history import HEAD, NEXT

KEEP = "--msm-keep"

EVERYTHING = """
@pytest.mark.parametrize("time", [1, 2, 3])
def test_rows_of_other_tests_are_gone(msm_runtime, time):
    assert msm_runtime.scalar(COUNT) == 0
    assert msm_runtime.insert(AssetType, [BOND]) == 1
    note()

@pytest.mark.msm(reset="clone")
@pytest.mark.parametrize("time", [1, 2, 3])
def test_clone_is_clean_even_of_other_tables(msm_database, msm_runtime, time):
    msm_runtime.insert(AssetType, [BOND])
    assert msm_database.execute("SELECT count(*) FROM ms_markets__assettype").fetchone() == (1,)
    msm_database.execute("CREATE TABLE something_else (n int)")

def test_after_a_clone(msm_runtime, msm_platform):
    assert msm_runtime.scalar(COUNT) == 0
    assert os.environ["MAINSEQUENCE_ENDPOINT"] == msm_platform.endpoint

def test_sql_alone_is_clean_too(msm_database):
    assert msm_database.execute("SELECT count(*) FROM ms_markets__assettype").fetchone() == (0,)
    assert msm_database.execute("SELECT to_regclass('something_else')").fetchone() == (None,)

@pytest.fixture(scope="session")
def bonds(msm_seed):
    return msm_seed(lambda runtime: runtime.insert(AssetType, [BOND]))

def test_seed_is_the_same_each_time(bonds):
    for _ in range(2):
        runtime = bonds.fresh()
        assert runtime.scalar(COUNT) == 1
        runtime.insert(AssetType, [{"asset_type": "share", "display_name": "Share"}])

@pytest.mark.msm(revision="base")
def test_marker_names_a_revision(msm_database):
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    assert msm_database.execute(tables).fetchone() == (0,)

def test_after_another_revision(msm_runtime):
    assert msm_runtime.scalar(COUNT) == 0

def test_lock_of_a_test_does_not_stop_the_next_one(msm_runtime, msm_platform):
    import psycopg
    msm_runtime.insert(AssetType, [BOND])
    global forgotten
    forgotten = psycopg.connect(msm_platform.database_url)
    forgotten.execute("LOCK TABLE ms_markets__assettype")

def test_after_a_lock(msm_runtime):
    assert msm_runtime.scalar(COUNT) == 0
    forgotten.close()
"""

MODULE = """
def test_module_writes(msm_module_runtime):
    assert msm_module_runtime.insert(AssetType, [BOND]) == 1

def test_module_reads(msm_module_runtime, msm_database):
    assert msm_module_runtime.scalar(COUNT) == 1
    assert msm_database.execute("SELECT count(*) FROM ms_markets__assettype").fetchone() == (1,)
"""

REFUSED = """
def test_module(msm_module_runtime):
    msm_module_runtime.insert(AssetType, [BOND])

def test_both(msm_module_runtime, msm_runtime):
    pass

def test_other(msm_runtime):
    pass

@pytest.mark.msm(revison="1004")
def test_misspelt(msm_database):
    pass

def test_rows_are_still_there(msm_module_runtime):
    assert msm_module_runtime.scalar(COUNT) == 1
"""


@pytest.mark.slow
def test_tests_get_the_databases_that_they_ask_for(sample: Sample) -> None:
    sample.write(EVERYTHING)
    sample.passes(13, KEEP)
    assert sample.has_ended()
    log = sample.folder / ".msm-local" / "pytest" / "template.log"
    built = log.stat().st_mtime_ns

    # Another run uses the template; nothing else stayed in PostgreSQL.
    sample.write(MODULE)
    sample.passes(2, KEEP)
    assert log.stat().st_mtime_ns == built


@pytest.mark.slow
def test_misuse_is_said_in_a_sentence(sample: Sample) -> None:
    sample.write(REFUSED)
    finished = sample.run(KEEP)
    assert finished.outcomes == {"passed": 2, "error": 3}, finished.text
    for sentence in (
        "test_both uses msm_runtime and msm_module_runtime, which have one database; use one of",
        "The tests of test_sample.py share the rows of msm_module_runtime, and another clean",
        "test_misspelt has pytest.mark.msm with revison; it takes models, reset, revision, each by",
    ):
        assert sentence in finished.text
    assert "Traceback" not in finished.text


@pytest.mark.slow
def test_run_without_database_tests_starts_nothing(sample: Sample) -> None:
    sample.write(
        """
def test_nothing():
    import sys
    assert {"msm_local.platform", "fastapi", "msm_local.postgres.cluster"}.isdisjoint(sys.modules)
    assert psutil.Process().children() == []
    assert os.environ["METATABLES_LOCAL_TOKEN"] == os.environ["MAINSEQUENCE_ACCESS_TOKEN"]
"""
    )
    sample.passes(1)


@pytest.mark.slow
def test_postgresql_starts_early_for_a_command_that_used_it(sample: Sample) -> None:
    sample.write(
        """
import threading
STARTING = any(each.name.startswith("msm-local cluster") for each in threading.enumerate())

def test_rows(msm_database):
    with open("starting", "a") as file:
        print(STARTING, file=file)
    note()

def test_nothing():
    assert STARTING == ("expected" in os.environ)
"""
    )
    cached = replace(sample, cached=True)
    cached.passes(2, "--msm-keep")
    cached.passes(1, "--msm-keep", "-k", "nothing")
    cached.passes(2, "--msm-keep", expected="1")
    assert (sample.folder / "starting").read_text(encoding="utf-8").split() == ["False", "True"]
    # What was started is stopped, also where no test asks for it any more.
    sample.write("""
def test_nothing():
    note()
""")
    cached.passes(1, "--msm-keep")
    assert sample.noted()
    assert sample.has_ended()


@contextmanager
def further_revision(sample: Sample, code: str) -> Iterator[None]:
    """Within the block, the project has a further revision, which runs this when it is imported."""
    versions = sample.folder / "migrations" / "versions" / "mainsequence_markets"
    file = versions / f"{NEXT}_further.py"
    file.write_text(f"revision = '{NEXT}'\ndown_revision = '{HEAD}'\n{code}\n", encoding="utf-8")
    try:
        yield
    finally:
        file.unlink()


@pytest.mark.slow
def test_run_does_not_wait_for_a_template_that_no_test_needs(sample: Sample) -> None:
    sample.write("def test_one(msm_runtime):\n    pass\n")
    cached = replace(sample, cached=True)
    cached.passes(1)
    sample.write("""
def test_nothing():
    while not any("upgrade" in each.cmdline() for each in psutil.Process().children()):
        pass
    note()
""")
    # Longer than a run may take.
    with further_revision(sample, "import time; time.sleep(300)"):
        cached.passes(1)
    assert sample.has_ended()


@pytest.mark.slow
def test_revision_that_fails_shows_its_reason(sample: Sample) -> None:
    sample.write("def test_one(msm_runtime):\n    pass\n\ndef test_two(msm_runtime):\n    pass\n")
    with further_revision(sample, "raise ValueError('not today')"):
        finished = sample.run(KEEP)
    assert finished.outcomes == {"error": 2}, finished.text
    assert "The revisions of migrations:migration cannot be run up to head" in finished.text
    assert "not today" in finished.text


@pytest.mark.slow
def test_rebuild_makes_the_template_again(sample: Sample) -> None:
    sample.write("def test_one(msm_runtime):\n    assert msm_runtime.scalar(COUNT) == 0\n")
    sample.passes(1, KEEP)
    log = sample.folder / ".msm-local" / "pytest" / "template.log"
    built = log.stat().st_mtime_ns
    sample.passes(1, KEEP, "--msm-rebuild", "--msm-reset", "clone")
    assert log.stat().st_mtime_ns > built


HELD = """
@pytest.fixture(scope="session")
def bonds(msm_seed):
    return msm_seed(lambda runtime: runtime.insert(AssetType, [BOND]))

def test_shared(msm_module_runtime):
    msm_module_runtime.insert(AssetType, [BOND])

def test_seed(bonds):
    pass

def test_still_shared(msm_module_runtime):
    assert msm_module_runtime.scalar(COUNT) == 1
"""
RELEASED = """
@pytest.fixture(scope="module", autouse=True)
def failing(request):
    from msm_local.testing.workbench import Workbench
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Workbench, "attach", lambda self: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            request.getfixturevalue("msm_module_runtime")

def test_another(msm_runtime):
    assert msm_runtime.scalar(COUNT) == 0
"""


def test_seed_takes_no_rows_from_a_module(sample: Sample) -> None:
    sample.write(HELD)
    finished = sample.run()
    assert finished.outcomes == {"passed": 2, "error": 1}, finished.text
    assert "share the rows of msm_module_runtime" in finished.text


def test_module_that_cannot_attach_holds_nothing(sample: Sample) -> None:
    sample.write(RELEASED)
    sample.passes(1)
