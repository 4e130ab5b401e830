"""The platform of a test process, and the databases that are exchanged underneath it."""

import itertools
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

import psycopg

from msm_local.api.app import close_database
from msm_local.api.endpoints.dependencies import Platform
from msm_local.errors import DatabaseHeldError
from msm_local.platform import LocalPlatform
from msm_local.services.credentials import drop_logins
from msm_local.testing.attaching import Models, Runtime, attach, find_models
from msm_local.testing.binding import Binding
from msm_local.testing.emptying import Emptying
from msm_local.testing.place import Place, Templates
from msm_local.testing.settings import PluginSettings, ResetMode

__all__ = ["Seed", "Workbench"]


@dataclass(frozen=True, slots=True)
class Copy:
    """A database that was made for a test.

    Attributes:
        name: of the database.
        template: of which it is a copy.
        url: logs in as the owner of its tables.
    """

    name: str
    template: str
    url: str


class Workbench:
    """Gives tests a platform with a clean database, at the one endpoint of this process.

    Args:
        settings: what the project asked for.
        binding: the endpoint.
        templates: where the databases come from.

    Raises:
        MsmLocalError: PostgreSQL does not start, the revisions do not run, or the settings are
            wrong.
    """

    def __init__(self, settings: PluginSettings, binding: Binding, templates: Templates) -> None:
        self._settings = settings
        self._templates = templates
        self._place: Place = templates.place()
        self._numbers = itertools.count(1)
        self._names: dict[str | None, str] = {}
        self._models = find_models(settings.models)
        self._attached: tuple[object, Runtime] | None = None
        # One thread: a copy is made while tests run, and never two at once.
        self._ahead = ThreadPoolExecutor(1, "msm-local copies")
        self._spare: Future[tuple[Copy, Platform]] | None = None
        self._emptying: Emptying | None = None
        self._current = self._copy(self.template())
        self._is_dirty = False
        self._holder = ""
        self._platform = LocalPlatform(
            self._current.url,
            runtime_password=self._place.password,
            listener=binding.listen(),
            token=binding.token,
        )
        self._platform.__enter__()

    @property
    def endpoint(self) -> str:
        """The URL of the platform, without a path."""
        return self._platform.endpoint

    @property
    def database_url(self) -> str:
        """Logs in to the current database as the owner of its tables."""
        return self._current.url

    def environment(self) -> dict[str, str]:
        """What an SDK of either generation, in another process, reads to find the platform."""
        return self._platform.environment() | dict(self._place.git)

    def template(self, revision: str | None = None) -> str:
        """The template at a revision; it is built first if need be.

        Args:
            revision: as for ``msm-local reset --to``; None for the targets of the providers.

        Raises:
            MsmLocalError: as ``Server.template`` raises.
        """
        if revision not in self._names:
            self._names[revision] = self._templates.template(revision)
        return self._names[revision]

    def refresh(self, template: str | None = None, mode: ResetMode | None = None) -> None:
        """Make the database clean: as its template is.

        Args:
            template: the template; None for that of the providers' targets.
            mode: how; None for the mode of the project. Where the template has rows, or a test has
                changed a table, ``delete`` cannot do it, and the database is replaced too.

        Raises:
            DatabaseHeldError: the tests of a module share the rows of the current one.
        """
        self._refuse_held()
        wanted, how = template or self.template(), mode or self._settings.reset
        if self._current.template != wanted or (self._is_dirty and not self._emptied(how)):
            self._exchange(wanted, ahead=how == "clone")
        if how == "delete" and self._emptying is None:
            self._emptying = Emptying(self._current.url)
        self._is_dirty = True

    def hold(self, holder: str) -> None:
        """Make the database clean, and keep its rows until ``release``.

        Args:
            holder: the module whose tests share them.
        """
        self.refresh()
        self._holder = holder

    def release(self) -> None:
        """Let the next test have a clean database again."""
        self._holder = ""

    def attach(self, family: str | None = None, models: Models | None = None) -> Runtime:
        """The runtime of the current database; copies of one template share it.

        Args:
            family: the template whose uids the tables have; None for that of the targets.
            models: what to attach; None for the models of the project.

        Raises:
            MsmError: as ``msm.start_engine`` raises.
        """
        key = (family or self.template(), tuple(models or ()))
        if self._attached is None or self._attached[0] != key:
            self._attached = (key, attach(models or self._models, self._place.git))
        # The test that gets it may write.
        self._is_dirty = True
        return self._attached[1]

    def seed(self, fill: Callable[[Runtime], object]) -> "Seed":
        """A template with the rows that a function writes.

        Args:
            fill: called once, with a runtime whose database is clean.

        Raises:
            DatabaseHeldError: the tests of a module share the rows of the current database.
        """
        self._refuse_held()
        self._exchange(self.template(), ahead=False)
        fill(self.attach())
        filled = self._current
        self._exchange(self.template(), ahead=False, keep=True)
        return Seed(self, filled.name)

    def close(self) -> None:
        """Stop the platform, and drop the databases of this process."""
        self._forget_emptying()
        self._platform.__exit__(None, None, None)
        with suppress(psycopg.Error), psycopg.connect(self._current.url) as connection:
            drop_logins(connection, self._place.settings.owner_role)
        self._place.drop(self._current.name)
        if self._spare is not None:
            copy, platform = self._spare.result()
            self._ahead.submit(self._retire, copy, platform)
        self._ahead.shutdown()

    def _refuse_held(self) -> None:
        if self._holder:
            raise DatabaseHeldError(
                f"The tests of {self._holder} share the rows of msm_module_runtime, and another "
                "clean database would delete them; move the tests that need one to a module of "
                "their own.",
                holder=self._holder,
            )

    def _emptied(self, how: ResetMode) -> bool:
        """Whether the rows of the current database could be deleted, and were."""
        return how == "delete" and self._emptying is not None and self._emptying.empty()

    def _exchange(self, template: str, *, ahead: bool, keep: bool = False) -> None:
        """Put a copy of a template under the platform, and drop or keep the one before."""
        self._forget_emptying()
        copy, platform = self._next(template)
        previous, self._current = self._current, copy
        served = self._platform.exchange(platform)
        self._is_dirty = False
        if ahead:
            # What this test needs, the next one probably needs too.
            self._spare = self._ahead.submit(self._open, template)
        if keep:
            # A database with sessions cannot be a template.
            close_database(served)
        else:
            self._ahead.submit(self._retire, previous, served)

    def _next(self, template: str) -> tuple[Copy, Platform]:
        spare, self._spare = self._spare, None
        if spare is not None:
            copy, platform = spare.result()
            if copy.template == template:
                return copy, platform
            self._ahead.submit(self._retire, copy, platform)
        return self._ahead.submit(self._open, template).result()

    def _open(self, template: str) -> tuple[Copy, Platform]:
        copy = self._copy(template)
        return copy, self._platform.open(copy.url)

    def _copy(self, template: str) -> Copy:
        name = f"{self._place.prefix}{os.getpid()}_{next(self._numbers)}"
        self._place.create(name, template)
        return Copy(name, template, self._place.platform_url(name))

    def _retire(self, copy: Copy, served: Platform) -> None:
        # A test may have taken the catalog away.
        with suppress(psycopg.Error), served.database.transaction() as connection:
            drop_logins(connection, self._place.settings.owner_role)
        close_database(served)
        self._place.drop(copy.name)

    def _forget_emptying(self) -> None:
        if self._emptying is not None:
            self._emptying.close()
            self._emptying = None


@dataclass(frozen=True, slots=True)
class Seed:
    """A database with rows, which tests start from.

    Attributes:
        workbench: the platform.
        template: the database.
    """

    workbench: Workbench
    template: str

    def fresh(self) -> Runtime:
        """Put a copy of it under the platform; the runtime that uses it."""
        self.workbench.refresh(self.template, "clone")
        return self.workbench.attach()
