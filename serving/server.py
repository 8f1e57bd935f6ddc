"""How do several processes serve one port, and end without dropping anybody: the socket is bound here, workers serve.

Beside them stands one process that does the background work; it dies and is replaced as they are, and they do without it.

Each worker is a fresh interpreter that inherits the listening socket. A worker that dies is replaced, with growing pauses if it
dies again at once. Ending: the workers are told, say they are not ready, go on accepting for the drain time, finish, and exit 0.
A worker whose parent is gone ends by itself: it reads a pipe that only the parent holds.
"""

from __future__ import annotations

import errno
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from types import FrameType

from prometheus_client.multiprocess import mark_process_dead

from features.errors import Conflict, InvalidInput
from serving.settings import ServiceSettings
from serving.worker import call_worker, let_serve, start_background, start_worker, tell

BACKLOG = 2048
WEB_FIRST_SECONDS = 2.0
"""So long web processes have the processors to themselves: at the start each process needs two seconds of one."""

_LONGEST_PAUSE_SECONDS = 30.0
_SETTLED_SECONDS = 60.0
_TICK_SECONDS = 0.1
_GRACE_SECONDS = 25.0


class PortInUse(Conflict):
    """Another program listens on the port."""


class AddressUnusable(InvalidInput):
    """No socket can be bound at the address."""


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound and listening at the address; port 0 takes a free one.

    Raises
    ------
    PortInUse
        If another program listens there.
    AddressUnusable
        If this machine has no such address, or the port is not for this user.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(
                f"needed port {port} on {host}, found another program listening there; stop it, or pass --port 0"
            ) from error
        raise AddressUnusable(
            f"needed an address of this machine that may be listened on, found {host} port {port}: {error.strerror}; "
            "see --host and --port"
        ) from error
    return listener


def address(listener: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(
    settings: ServiceSettings,
    listener: socket.socket,
    *,
    workers: int = 1,
    has_background: bool = True,
    check: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGTERM or SIGINT, then drain and return; a second signal ends the draining at once.

    `check` is called while the workers read their program, which takes them longest; what it raises ends them before they serve.
    `has_background`: one process of the background work beside the workers, where it does not run elsewhere.

    To be called in the main thread, which it needs for the signals.
    """
    with closing(listener), tempfile.TemporaryDirectory(prefix="lifecycle-metrics-") as folder, _signals() as asked_to_end:
        crew = Crew(replace(settings, metrics_folder=folder), listener, workers, has_background=has_background)
        try:
            crew.call()
            check()
            crew.let_serve()
            while not asked_to_end():
                crew.repair()
                time.sleep(_TICK_SECONDS)
            crew.end(asked_to_end)
        finally:
            crew.kill()


@dataclass
class Post:
    """One place in the crew: who is put there, who stands there, since when, and how long to wait before replacing them.

    `not_before`: when the first is put there at the earliest.
    """

    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    pause: float = 0.0
    not_before: float = 0.0

    def is_free(self, now: float) -> bool:
        """Whether somebody may be started here now."""
        return self.process is None and now >= max(self.not_before, self.since + self.pause)

    def vacate(self, now: float) -> None:
        """Note that whoever stood here died; who dies soon is replaced later."""
        lived = now - self.since
        self.pause = 0.0 if lived > _SETTLED_SECONDS else min(max(0.1, 2 * self.pause), _LONGEST_PAUSE_SECONDS)
        self.close()
        self.process, self.since = None, now

    def close(self) -> None:
        """Let go of the pipe to whoever stood here."""
        if self.process is not None and self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.close()


@dataclass
class Crew:
    """The workers of one service, and whoever does its background work."""

    settings: ServiceSettings
    listener: socket.socket
    size: int
    has_background: bool = True
    posts: list[Post] = field(init=False)

    def __post_init__(self) -> None:
        self.posts = [Post(lambda: start_worker(self.settings, self.listener)) for _ in range(self.size)]
        if self.has_background:
            self.posts.append(Post(lambda: start_background(self.settings), not_before=time.monotonic() + WEB_FIRST_SECONDS))

    def call(self) -> None:
        """Put a worker in each place of one that reads its program and then waits until it is let serve."""
        for post in self.posts[: self.size]:
            post.process, post.since = call_worker(self.settings, self.listener), time.monotonic()

    def let_serve(self) -> None:
        """Let the workers serve that were called."""
        for process in self._alive():
            let_serve(process)

    def repair(self) -> None:
        """Start who is missing, as soon as its pause is over."""
        for post in self.posts:
            now = time.monotonic()
            if post.process is not None and post.process.poll() is not None:
                mark_process_dead(post.process.pid, path=self.settings.metrics_folder)  # type: ignore[no-untyped-call]
                post.vacate(now)
            if post.is_free(now):
                post.process, post.since = post.start(), now

    def end(self, asked: Callable[[], int]) -> None:
        """Tell everybody to drain and wait until all have ended; hurry them if asked to end a second time."""
        # Only the workers hold the socket now: when the last one stops accepting, callers are refused at once, not left waiting.
        self.listener.close()
        for process in self._alive():
            process.send_signal(signal.SIGTERM)
        hurried, deadline = False, time.monotonic() + self.settings.drain_seconds + _GRACE_SECONDS
        while (alive := self._alive()) and time.monotonic() < deadline:
            if asked() > 1 and not hurried:
                hurried = True
                for process in alive:
                    tell(process, b"!")
            time.sleep(_TICK_SECONDS)

    def kill(self) -> None:
        """End whoever is still there."""
        for process in self._alive():
            process.kill()
            process.wait()
        for post in self.posts:
            post.close()

    def _alive(self) -> list[subprocess.Popen[bytes]]:
        return [post.process for post in self.posts if post.process is not None and post.process.poll() is None]


@contextmanager
def _signals() -> Iterator[Callable[[], int]]:
    """Count the requests to end while the block runs."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        del frame
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: len(asked)
    finally:
        for number, handler in before.items():
            with suppress(TypeError):  # a handler set outside Python cannot be put back
                signal.signal(number, handler)
