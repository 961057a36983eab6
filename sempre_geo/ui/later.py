"""Routes that are made when somebody first asks for one of them, so that the first answer of all waits for less."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match, NoMatchFound, Router
from starlette.types import Receive, Scope, Send


class Later(BaseRoute):
    """Everything under ``prefix``, answered by the routes that ``make`` gives; it is called once.

    Making them may import much: it runs in a thread, and other answers go on meanwhile.
    """

    def __init__(self, prefix: str, make: Callable[[], Sequence[BaseRoute]]) -> None:
        self.path = prefix  # Streamlit looks here whether a route takes one of its own addresses
        self._make = make
        self._router: Router | None = None
        self._lock = threading.Lock()

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the address lies under the prefix."""
        asked = str(scope.get("path", ""))
        under = scope["type"] == "http" and (asked == self.path or asked.startswith(f"{self.path}/"))
        return (Match.FULL if under else Match.NONE), {}

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """No address is made from the name of one of these routes."""
        raise NoMatchFound(name, path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the made routes."""
        router = self._router
        if router is None:
            router = await run_in_threadpool(self.made)
        await router(scope, receive, send)

    def made(self) -> Router:
        """The routes, made by whoever comes first."""
        with self._lock:
            if self._router is None:
                self._router = Router(routes=self._make())
            return self._router
