"""What is written down about a request: one JSON line without personal data, from a closed list of fields.

The path is never logged, only the template of the route, since paths hold customer ids. What other libraries log becomes the same
JSON, without their tracebacks' values.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import io
import logging
import sys
from typing import Any, BinaryIO, TypeAlias

import msgspec
import structlog
from structlog.typing import FilteringBoundLogger

from serving.door.exchange import Exchange

Log: TypeAlias = FilteringBoundLogger

_PROCESSORS: list[Any] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.JSONRenderer(serializer=lambda event, **_: msgspec.json.encode(event, enc_hook=str)),
]


def json_log(stream: BinaryIO | None = None) -> Log:
    """Return a log that writes JSON lines to `stream`, or keeps silent where there is none."""
    lowest = logging.INFO if stream else logging.CRITICAL  # which is never used
    log: Log = structlog.wrap_logger(
        structlog.BytesLogger(stream or io.BytesIO()),
        processors=_PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(lowest),
        cache_logger_on_first_use=True,
    )
    return log


_GATHER_SECONDS = 0.05
_PIPE_BYTES = 4096


class RequestLine(msgspec.Struct, frozen=True):
    """The line of one answered request."""

    request_id: str
    method: str
    route: str
    status: int
    milliseconds: float
    key_id: str | None
    event: str = "request"
    level: str = "info"
    timestamp: str = ""


class RequestLines:
    """Writes the line of each request, some of them together a moment later: to write each costs as much as to look up.

    For one event loop. A process that is killed loses the lines of that moment; faults are logged at once, by the other log.
    """

    def __init__(self, stream: BinaryIO | None = None) -> None:
        self._stream = stream
        self._waiting: list[bytes] = []

    def write(self, exchange: Exchange, *, method: str, route: str, seconds: float) -> None:
        """Leave one line, or keep silent where there is no stream."""
        if self._stream is None:
            return
        now = dt.datetime.now(dt.UTC).isoformat().replace("+00:00", "Z")
        line = RequestLine(
            exchange.request_id, method, route, exchange.status, round(seconds * 1000, 3), exchange.key_id, timestamp=now
        )
        self._waiting.append(msgspec.json.encode(line) + b"\n")
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_later(_GATHER_SECONDS, self.flush)

    def flush(self) -> None:
        """Write what waits, in pieces so short that those of several processes on one pipe do not mix."""
        waiting, self._waiting, piece = self._waiting, [], b""
        for line in [*waiting, None]:
            if line is None or len(piece) + len(line) > _PIPE_BYTES:
                self._put(piece)
                piece = b""
            piece += line or b""

    def _put(self, piece: bytes) -> None:
        if self._stream is not None and piece:
            self._stream.write(piece)
            self._stream.flush()


class LibraryLog(logging.Handler):
    """Hands what libraries log to ours: logger, level and template, never the arguments, which may hold a path or a header."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record as JSON."""
        fault = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        self._log.log(record.levelno, "library", logger=record.name, said=str(record.msg), fault=fault)


def log_everything_to(log: Log) -> None:
    """Send what every library logs through ours; for a process of its own, not for an application inside another."""
    structlog.configure(
        processors=_PROCESSORS,
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    root = logging.getLogger()
    root.handlers[:] = [LibraryLog(log)]
    root.setLevel(logging.WARNING)
