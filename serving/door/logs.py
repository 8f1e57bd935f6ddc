"""What is written down about a request: one JSON line without personal data, from a closed list of fields.

The path is never logged, only the template of the route, since paths hold customer ids. What other libraries log becomes the same
JSON, without their tracebacks' values.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, BinaryIO, TypeAlias

import msgspec
import structlog
from structlog.typing import FilteringBoundLogger

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
        structlog.BytesLogger(stream or sys.stderr.buffer),
        processors=_PROCESSORS,
        wrapper_class=structlog.make_filtering_bound_logger(lowest),
        cache_logger_on_first_use=True,
    )
    return log


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
