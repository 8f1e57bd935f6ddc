"""How does one process speak HTTP: uvicorn on the socket it was given, ended by draining instead of by closing the door."""

from __future__ import annotations

import gc
import os
import socket
import sys
import threading
from types import FrameType

import uvicorn

from features.errors import LifecycleError
from serving.app import Application, create_app
from serving.door.drain import Drain
from serving.door.logs import Log, json_log, log_everything_to
from serving.door.turning_away import protocol_behind
from serving.live.shelf import LiveShelf
from serving.settings import ServiceSettings

_PARENT = 0
_FINISH_SECONDS = 20
_KEEP_ALIVE_SECONDS = 75
_YOUNG_OBJECTS = 10_000


class DrainingServer(uvicorn.Server):
    """A server that goes on accepting after SIGTERM until its drain is over, and then exits as if nothing had happened."""

    def __init__(self, config: uvicorn.Config, drain: Drain, log: Log) -> None:
        super().__init__(config)
        self._drain = drain
        self._log = log

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to drain; uvicorn would close the socket at once and die by the signal."""
        del sig, frame
        self._drain.begin()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept, and say so."""
        await super().startup(sockets)
        # What was loaded so far stays: looking through it again and again for garbage would hold requests up.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_YOUNG_OBJECTS)
        gc.enable()
        self._log.info("serving", pid=os.getpid())

    async def on_tick(self, counter: int) -> bool:
        """End when uvicorn would, or when the drain is over; called ten times a second."""
        return await super().on_tick(counter) or self._drain.is_over


def run(settings: ServiceSettings, listener: socket.socket, shelf: LiveShelf) -> None:
    """Serve what is live on that shelf until told to end; return when all in hand is answered, exit where it cannot begin."""
    log = json_log(sys.stderr.buffer)
    log_everything_to(log)
    app = _app(settings, shelf, log)
    service = app.state.service
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        http=protocol_behind(app.gate),
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_FINISH_SECONDS,
    )
    server = DrainingServer(config, service.drain, log)
    service.admission.count_by(lambda: len(server.server_state.tasks))
    threading.Thread(target=_heed_parent, args=(service.drain,), daemon=True).start()
    server.run(sockets=[listener])
    log.info("ended", pid=os.getpid())


def _app(settings: ServiceSettings, shelf: LiveShelf, log: Log) -> Application:
    try:
        return create_app(settings, shelf=shelf)
    except LifecycleError as error:
        log.error("not_started", why=str(error))
        raise SystemExit(error.exit_code) from error


def _heed_parent(drain: Drain) -> None:
    # A byte means "hurry", the end of the pipe that the parent is gone. The handle itself is read: a thread that holds the
    # lock of `sys.stdin` makes the interpreter die at its end.
    os.read(_PARENT, 1)
    drain.cut_short()
