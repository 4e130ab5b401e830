"""One run of pytest in one process: its endpoint, and its PostgreSQL or the way to it."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from msm_local.errors import MsmLocalError
from msm_local.status.providers import (
    DEFAULT_PROVIDER,
    Provider,
    parse_providers,
    project_providers,
)
from msm_local.testing.binding import Binding
from msm_local.testing.settings import PluginSettings, read_mode

# Only for the type checker: a run without a test that uses a database loads none of them.
if TYPE_CHECKING:
    from msm_local.testing.place import Templates
    from msm_local.testing.sharing import Sharing
    from msm_local.testing.workbench import Workbench

__all__ = ["Run"]

NEEDED = "pytest_postgresql"
# In pytest's cache: digests of the command lines whose last run used PostgreSQL, the newest last.
USERS, MOST_USERS = "msm/users", 20
INSTALL = '`pip install "msm-local[pytest]"`'


class Run:
    """What the plugin keeps from the first hook to the last one."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._binding = Binding()
        self._server: Templates | None = None
        self._is_used = False
        # Workers ask at the same time.
        self._lock = threading.Lock()
        self._sharing: Sharing | None = None

    def settings(self) -> PluginSettings:
        """The settings of the project.

        Raises:
            ProjectSettingsError: they are wrong.
        """
        config, root = self._config, self._config.rootpath
        named = " ".join(config.getini("msm_providers")).split()
        providers = parse_providers(named, "msm_providers") or project_providers(root)
        return PluginSettings(
            root=root,
            providers=providers or (Provider(DEFAULT_PROVIDER),),
            models=tuple(config.getini("msm_models")),
            reset=read_mode(config.getoption("msm_reset") or config.getini("msm_reset")),
            keep=config.getoption("msm_keep"),
            rebuild=config.getoption("msm_rebuild"),
            database_url=config.getoption("msm_database_url"),
        )

    def header(self) -> str:
        """A line about the settings."""
        try:
            settings = self.settings()
        except MsmLocalError as error:
            return f"msm: {error}"
        providers = ", ".join(f"{item.reference} {item.target}" for item in settings.providers)
        kept = ", templates kept" if settings.keep else ""
        return f"msm: {providers}; clean by {settings.reset}{kept}"

    def begin(self) -> None:
        """Prepare databases while tests are collected, if the last run of this command used one."""
        if self._command() not in self._users():
            return
        # What is wrong is met by the test that asks for the platform.
        with suppress(MsmLocalError):
            settings = self.settings()
            if settings.database_url is None:
                from msm_local.testing.server import Server

                self._server = server = Server(settings)
                server.begin()

    def share(self) -> tuple[str, str]:
        """Where a worker of pytest-xdist asks for the PostgreSQL of this process."""
        if self._sharing is None:
            from msm_local.testing.sharing import Sharing

            self._sharing = Sharing(self._own_server)
        return self._sharing.address

    @contextmanager
    def workbench(self) -> Iterator["Workbench"]:
        """The platform of this process, for as long as the context lasts."""
        if find_spec(NEEDED) is None:
            pytest.fail(f"The plugin of msm-local needs {NEEDED}; run {INSTALL}.", pytrace=False)
        from msm_local.testing.workbench import Workbench

        try:
            templates = self._templates()
            workbench = Workbench(self.settings(), self._binding, templates)
        except MsmLocalError as error:
            pytest.fail(str(error), pytrace=False)
        try:
            yield workbench
        finally:
            workbench.close()

    def close(self) -> None:
        """Stop what was started, and free the endpoint."""
        self._remember()
        if self._sharing is not None:
            self._sharing.close()
        if self._server is not None:
            self._server.close()
        self._binding.close()

    def _templates(self) -> "Templates":
        if self._worker is None:
            return self._own_server()
        from msm_local.testing.sharing import RemoteServer

        self._server = RemoteServer(self._worker["msm_server"])
        return self._server

    @property
    def _worker(self) -> dict[str, Any] | None:
        """What pytest-xdist gives to a worker; None in every other process."""
        return vars(self._config).get("workerinput")

    def _command(self) -> str:
        # Not the text: a URL in it has a password, and the cache is a file of the project.
        line = " ".join(self._config.invocation_params.args)
        return hashlib.sha256(line.encode()).hexdigest()

    def _users(self) -> list[str]:
        cache = self._cache()
        return [] if cache is None else list(cache.get(USERS, []))

    def _cache(self) -> pytest.Cache | None:
        """The cache of pytest; None without its plugin, and in a worker of pytest-xdist."""
        if self._worker is not None or not self._config.pluginmanager.has_plugin("cacheprovider"):
            return None
        return self._config.cache

    def _remember(self) -> None:
        cache, before = self._cache(), self._users()
        users = [command for command in before if command != self._command()]
        if self._is_used:
            users.append(self._command())
        if cache is not None and users != before:
            cache.set(USERS, users[-MOST_USERS:])

    def _own_server(self) -> "Templates":
        from msm_local.testing.server import Server

        with self._lock:
            self._is_used = True
            if self._server is None:
                self._server = Server(self.settings())
            return self._server
