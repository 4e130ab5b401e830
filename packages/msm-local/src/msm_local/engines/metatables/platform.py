"""A platform with the metatables API: its process, what is around it, and the ingress."""

import secrets
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from msm_local.client.git_context import make_stand_in
from msm_local.database.metatables import ApiDatabase
from msm_local.engines.metatables.keys import load_keys
from msm_local.engines.metatables.process import VendorProcess
from msm_local.engines.metatables.vendor_process import IMPORTED, MIGRATED, READY
from msm_local.instances.apis import METATABLES, ROOTS
from msm_local.instances.variables import platform_variables
from msm_local.system.files import make_private_folder
from msm_local.system.ports import bind_first_free

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["MetatablesPlatform"]

KEYS_PATH = "/jwks.json"


class MetatablesPlatform:
    """The metatables API for as long as the context lasts; ``open`` names its database.

    Entering it starts its process, whose imports take as long as PostgreSQL's start.

    Args:
        folder: private folder for keys and configuration; made if missing.
        log_path: log of its process.
        root: the project, for the stand-in of a Git context.
        listener: where the platform listens; by default on any free port.
        token: what every request must carry; a new one by default.
        tls: whether its process connects to the database with TLS, as libpq's sslmode.
        name: how a request with a wrong token is told which platform it reached.
        report: called with the name of each slow step before it begins.
        window: answers the pages of the window; None for a platform without one.
    """

    def __init__(
        self,
        folder: Path,
        *,
        log_path: Path,
        root: Path,
        listener: socket.socket | None = None,
        token: str | None = None,
        tls: str = "disable",
        name: str = "a platform inside another process",
        report: Callable[[str], None] = lambda _step: None,
        window: "ASGIApp | None" = None,
    ) -> None:
        self._folder = folder
        self._log_path = log_path
        self._root = root
        self._tls = tls
        self._name = name
        self._report = report
        self._window = window
        # It listens from now on: the endpoint is known before the start, and the port is taken.
        self._socket = listener or bind_first_free()
        self._cleanup = ExitStack()
        self.port: int = self._socket.getsockname()[1]
        self.token = token or secrets.token_urlsafe(32)
        self.endpoint = f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What an SDK of generation 2 reads to find this platform."""
        return platform_variables(self.endpoint, self.token, ROOTS[METATABLES])

    def __enter__(self) -> Self:
        """Start the process of the API, and all that is around it.

        Raises:
            StartFailedError: a server does not start.
            StateFolderError: the folder cannot be used.
        """
        make_private_folder(self._folder)
        keys = load_keys(self._folder / "keys")
        git = self._folder / "git"
        make_stand_in(git, self._root)
        with ExitStack() as cleanup:
            cleanup.enter_context(self._socket)
            key_listener = cleanup.enter_context(bind_first_free())
            key_port = key_listener.getsockname()[1]
            own = bind_first_free()
            vendor_port = own.getsockname()[1]
            self._process = VendorProcess(
                self._folder,
                self._log_path,
                platform=self.endpoint,
                token=self.token,
                keys_url=f"https://127.0.0.1:{key_port}{KEYS_PATH}",
                authority=keys.authority,
                git={"GIT_DIR": str(git), "GIT_WORK_TREE": str(self._root)},
            )
            cleanup.callback(self._process.stop)
            self._process.start(own, self._tls)
            # Imported only now: the process has its own imports to do, at the same time.
            from msm_local.api.serving import serving
            from msm_local.engines.metatables.application import (
                create_application,
                create_key_application,
            )
            from msm_local.engines.metatables.assertions import Signer
            from msm_local.engines.metatables.ingress import Ingress
            from msm_local.engines.metatables.surroundings import Surroundings

            self._surroundings = Surroundings()
            published = create_key_application(KEYS_PATH, keys.public_set())
            application = create_application(
                self._surroundings,
                Ingress(vendor_port, Signer(keys.signing), self._process.explain),
                token=self.token,
                port=self.port,
                name=self._name,
                window=self._window,
            )
            cleanup.enter_context(serving(published, key_listener, keys.certificate))
            cleanup.enter_context(serving(application, self._socket))
            self._cleanup = cleanup.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._cleanup.close()

    def open(self, database: ApiDatabase) -> None:
        """Serve this database; it returns when the API answers.

        Raises:
            StartFailedError: the API does not start; names its log.
        """
        self._surroundings.database = database
        self._report("importing the metatables API")
        self._process.release()
        self._process.wait_for(IMPORTED)
        self._report("running the migrations of its catalog")
        self._process.wait_for(MIGRATED)
        self._report("starting the metatables API")
        self._process.wait_for(READY)

    def wait_until_lost(self) -> bool:
        """Wait until the process of the API ends; whether it ended by itself."""
        return self._process.wait_until_lost()

    def stop_api(self) -> None:
        """Stop the API, and leave the rest; call it before its database stops."""
        self._process.stop()
