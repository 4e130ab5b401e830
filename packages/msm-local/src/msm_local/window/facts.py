"""Where the pages get their facts: the instance, its database and its providers."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, cast

from psycopg import Connection
from starlette.requests import Request

from msm_local.api.endpoints.dependencies import Platform
from msm_local.database.reading import read_only
from msm_local.errors import NotRunningError
from msm_local.instances.apis import METATABLES
from msm_local.instances.instance import Instance, State
from msm_local.repositories.contents.overview import METATABLES_CATALOG, OWN_CATALOG, Catalog
from msm_local.services.activity.recorder import Activity
from msm_local.services.activity.statements import last_writes
from msm_local.sql.parser import TableName
from msm_local.status.providers import DEFAULT_PROVIDER, Provider, project_providers
from msm_local.window.commands.checks import Checks
from msm_local.window.commands.descriptions import Descriptions

__all__ = ["Facts", "facts_of", "recorded", "writes_of"]


class Facts:
    """The instance that a window shows.

    Attributes:
        instance: the instance.
        checks: what the last check found.
        descriptions: what msm-migrations says of the revisions.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.checks = Checks(instance)
        self.descriptions = Descriptions(instance)

    def state(self) -> State:
        """The running platform.

        Raises:
            NotRunningError: its state file is gone, because it ends just now.
        """
        state = self.instance.read_state()
        if state is None:
            raise NotRunningError(
                f"The platform is stopping; start it with `{self.instance.command('start')}`."
            )
        return state

    def catalog(self, state: State) -> Catalog:
        """The catalog of the API that the instance serves."""
        return METATABLES_CATALOG if state.api == METATABLES else OWN_CATALOG

    def providers(self) -> tuple[Provider, ...]:
        """The migration providers of the project.

        Raises:
            ProjectSettingsError: its pyproject.toml is wrong.
        """
        return project_providers(self.instance.root) or (Provider(DEFAULT_PROVIDER),)

    @contextmanager
    def connect(self) -> Iterator[Connection[Any]]:
        """A connection for one page, which can only read."""
        with read_only(self.state().database_url) as connection:
            yield connection


def facts_of(request: Request) -> Facts:
    """The facts of the window that a request came to."""
    facts: Facts = request.app.state.facts
    return facts


def recorded(request: Request) -> Activity | None:
    """The last operations; None where the API server of metatables runs them and tells nobody."""
    if facts_of(request).state().api == METATABLES:
        return None
    platform = cast("Platform", request.scope["platform_app"].state.platform)
    return platform.activity


def writes_of(request: Request) -> dict[TableName, datetime]:
    """When each table was last written by an operation that the platform remembers."""
    activity = recorded(request)
    return last_writes(activity.since(0)) if activity else {}
