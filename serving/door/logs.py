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
import time
from functools import lru_cache
from typing import Any, BinaryIO, NamedTuple, TypeAlias

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


class Answered(NamedTuple):
    """One answered request, as its line will tell it; `at` in Unix seconds."""

    exchange: Exchange
    method: str
    route: str
    seconds: float
    at: float

    def line(self) -> bytes:
        """Return the line. Nothing in it needs escaping: all words are from closed lists, and a number is of plain letters."""
        exchange = self.exchange
        told = f'"{exchange.key_id}"' if exchange.key_id else "null"
        return (
            f'{{"request_id":"{exchange.request_id}","method":"{self.method}","route":"{self.route}",'
            f'"status":{exchange.status},"milliseconds":{self.seconds * 1000:.3f},"key_id":{told},'
            f'"event":"request","level":"info","timestamp":"{_second(int(self.at))}.{int(self.at % 1 * 1e6):06}Z"}}\n'
        ).encode()


@lru_cache(maxsize=4)
def _second(at: int) -> str:
    return dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")


class RequestLines:
    """Writes the line of each request, some of them together a moment later: to write each costs as much as to look up.

    For one event loop. A process that is killed loses the lines of that moment; faults are logged at once, by the other log.
    """

    def __init__(self, stream: BinaryIO | None = None) -> None:
        self._stream = stream
        self._waiting: list[Answered] = []

    def write(self, exchange: Exchange, *, method: str, route: str, seconds: float) -> None:
        """Leave one line, or keep silent where there is no stream."""
        if self._stream is None:
            return
        self._waiting.append(Answered(exchange, method, route, seconds, time.time()))
        if len(self._waiting) == 1:
            asyncio.get_running_loop().call_later(_GATHER_SECONDS, self.flush)

    def flush(self) -> None:
        """Write what waits, in pieces so short that those of several processes on one pipe do not mix."""
        waiting, self._waiting, piece = self._waiting, [], b""
        for line in map(Answered.line, waiting):
            if len(piece) + len(line) > _PIPE_BYTES:
                self._put(piece)
                piece = b""
            piece += line
        self._put(piece)

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
