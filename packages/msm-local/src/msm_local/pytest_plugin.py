"""The pytest plugin: a platform and a clean database for tests, started when one asks for them.

Every run of pytest loads this module where msm-local is installed, so it imports little. It does
nothing in a project whose configuration does not name models or providers.
"""

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

# Only for the type checker: they load the application, psycopg and pytest-postgresql.
if TYPE_CHECKING:
    from psycopg import Connection

    from msm_local.testing.attaching import Runtime
    from msm_local.testing.run import Run
    from msm_local.testing.workbench import Seed, Workbench

__all__: list[str] = []

RUN: pytest.StashKey["Run"] = pytest.StashKey()
MARKER = (
    "msm(reset=None, revision=None, models=None): the database of this test: how it is made clean "
    "(delete or clone), the revision that it is at, and the models that msm_runtime attaches"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the configuration and of the command line."""
    parser.addini("msm_providers", type="linelist", help="Migration providers, in their order.")
    parser.addini("msm_models", type="linelist", help="Modules of models, or module:name.")
    parser.addini("msm_reset", default="delete", help="How databases are made clean.")
    group = parser.getgroup("msm", "platform of msm-local")
    group.addoption(
        "--msm-reset", choices=("delete", "clone"), help="How databases are made clean."
    )
    group.addoption("--msm-keep", action="store_true", help="Keep the templates for the next run.")
    group.addoption("--msm-rebuild", action="store_true", help="Build the kept templates again.")
    group.addoption(
        "--msm-database-url",
        default=os.environ.get("MSM_PYTEST_DATABASE_URL"),
        help="Make databases in this PostgreSQL. Everybody on the machine can read a command line: "
        "MSM_PYTEST_DATABASE_URL is safer.",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Set the endpoint and the token before a conftest imports the SDK."""
    if early_config.getini("msm_models") or early_config.getini("msm_providers"):
        from msm_local.testing.run import Run

        early_config.stash[RUN] = Run(early_config)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and prepare databases if this run will probably need one."""
    config.addinivalue_line("markers", MARKER)
    if RUN in config.stash:
        config.stash[RUN].begin()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist how to ask for PostgreSQL."""
    if RUN in node.config.stash:
        node.workerinput["msm_server"] = node.config.stash[RUN].share()


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what the plugin works with."""
    return [config.stash[RUN].header()] if RUN in config.stash else []


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    if RUN in config.stash:
        config.stash[RUN].close()
        del config.stash[RUN]


@pytest.fixture(scope="session")
def msm_platform(pytestconfig: pytest.Config) -> Iterator["Workbench"]:
    """The platform of this process, which every test shares; its endpoint is in the environment.

    ``environment()`` has the variables for another process, ``database_url`` logs in to the current
    database.
    """
    if RUN not in pytestconfig.stash:
        pytest.fail(
            "The pytest configuration names neither msm_models nor msm_providers; write them under "
            "[tool.pytest.ini_options] in pyproject.toml.",
            pytrace=False,
        )
    with pytestconfig.stash[RUN].workbench() as workbench:
        yield workbench


@pytest.fixture(scope="session")
def msm_attached(msm_platform: "Workbench") -> "Runtime":
    """The runtime of the project's models, for session fixtures; it makes nothing clean."""
    return msm_platform.attach()


@pytest.fixture(scope="session")
def msm_seed(msm_platform: "Workbench") -> "Callable[[Callable[[Runtime], object]], Seed]":
    """A factory of databases with rows, as in ``msm_seed(write_prices)``.

    It calls the function once, with a runtime. ``fresh()`` of what it returns puts a copy of the
    database under the platform, and returns the runtime.
    """
    return msm_platform.seed


@pytest.fixture(scope="module")
def msm_module_runtime(
    request: pytest.FixtureRequest, msm_platform: "Workbench"
) -> Iterator["Runtime"]:
    """The runtime of the project's models; the tests of a module share its rows."""
    msm_platform.hold(request.node.nodeid)
    try:
        yield msm_platform.attach()
    finally:
        msm_platform.release()


@pytest.fixture
def msm_runtime(request: pytest.FixtureRequest, msm_platform: "Workbench") -> "Runtime":
    """The runtime of the project's models, on a clean database."""
    from msm_local.testing.requests import attach_for, refresh_for

    if "msm_module_runtime" in request.fixturenames:
        pytest.fail(
            f"{request.node.nodeid} uses msm_runtime and msm_module_runtime, which have one "
            "database; use one of them.",
            pytrace=False,
        )
    refresh_for(msm_platform, request.node)
    return attach_for(msm_platform, request.node)


@pytest.fixture
def msm_database(
    request: pytest.FixtureRequest, msm_platform: "Workbench"
) -> Iterator["Connection[Any]"]:
    """A psycopg connection to the database of this test, past the platform, in autocommit mode."""
    import psycopg

    from msm_local.testing.requests import refresh_for

    if not {"msm_module_runtime", "msm_runtime"} & set(request.fixturenames):
        refresh_for(msm_platform, request.node)
    elif "msm_runtime" in request.fixturenames:
        # In whatever order the test names them: it makes the database clean.
        request.getfixturevalue("msm_runtime")
    with psycopg.connect(msm_platform.database_url, autocommit=True) as connection:
        yield connection
