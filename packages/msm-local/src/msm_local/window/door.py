"""What the server mounts: it loads the window at the first request for a page."""

import importlib
import threading

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from msm_local.instances.instance import Instance

__all__ = ["Door"]


class Door:
    """ASGI application of the window; templates and their engine cost nothing before a page.

    Args:
        instance: whose platform the window shows.
    """

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._lock = threading.Lock()
        self._site: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that the gate let in."""
        site = self._site
        if site is None:
            site = await run_in_threadpool(self._load)
        # The pages find the application that serves them, with its state, under this name.
        await site({**scope, "platform_app": scope["app"]}, receive, send)

    def _load(self) -> ASGIApp:
        with self._lock:
            site = self._site
            if site is None:
                module = importlib.import_module("msm_local.window.site")
                site = self._site = module.create_site(self._instance)
            return site
