"""The light pages in a server that a test can stop and start again at once, as a network comes and goes."""

from __future__ import annotations

import socket
import threading
import time

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from sempre_geo.light.routes import light_routes
from sempre_geo.settings import Settings
from sempre_geo.ui.middleware import AccessLog, SecurityHeaders
from sempre_geo.ui.routes import routes

_START_S = 30


class LightServer:
    """Served on one port of this computer; Streamlit's own pages are not."""

    def __init__(self, settings: Settings, region: str) -> None:
        served = [*routes(), *light_routes(settings, region)]
        self._app = Starlette(routes=served, middleware=[Middleware(AccessLog), Middleware(SecurityHeaders)])
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self._server = uvicorn.Server(
            uvicorn.Config(self._app, host="127.0.0.1", port=self.port, log_level="critical", lifespan="off", ws="none")
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until = time.monotonic() + _START_S
        while not self._server.started:
            if time.monotonic() > until:
                raise TimeoutError(self.address)
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.should_exit = True
        self._server.force_exit = True
        self._thread.join(_START_S)
