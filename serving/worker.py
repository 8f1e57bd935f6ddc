"""What does one worker do: read its settings from the pipe its parent holds, serve on the inherited socket, drain when told.

Run as `python -m serving.worker SOCKET`. The settings come through the pipe, since they may hold a password and a command line is
read by everybody; the next line lets it serve. When the pipe ends, the parent is gone, and the worker ends too.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import msgspec

from serving.settings import ServiceSettings

_PROGRAM_FOLDER = Path(__file__).resolve().parents[1]


def start_worker(settings: ServiceSettings, listener: socket.socket) -> subprocess.Popen[bytes]:
    """Start a worker that serves on the socket."""
    process = call_worker(settings, listener)
    let_serve(process)
    return process


def call_worker(settings: ServiceSettings, listener: socket.socket) -> subprocess.Popen[bytes]:
    """Start a worker that reads its program and what is live, and then waits until it is let serve.

    Ctrl-C reaches every process of a terminal; a worker is told by its parent instead, so it is born with SIGINT blocked.
    """
    handle = listener.fileno()
    process = _started(["serving.worker", str(handle)], settings.metrics_folder, handles=[handle])
    _tell_settings(process, settings)
    return process


def let_serve(process: subprocess.Popen[bytes]) -> None:
    """Let a worker serve that was called."""
    tell(process, b"serve\n")


def start_background(settings: ServiceSettings) -> subprocess.Popen[bytes]:
    """Start the process of the background work and hand it its settings; it is told to end as a worker is."""
    process = _started(["serving.background.worker"], settings.metrics_folder)
    _tell_settings(process, settings)
    return process


def _tell_settings(process: subprocess.Popen[bytes], settings: ServiceSettings) -> None:
    """Hand a process its settings."""
    tell(process, msgspec.json.encode(asdict(settings), enc_hook=str) + b"\n")


def _started(module: list[str], metrics_folder: str, *, handles: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", "-m", *module]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=handles, env=_environment(metrics_folder))  # noqa: S603 (no shell, and every word is ours)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def tell(process: subprocess.Popen[bytes], words: bytes) -> None:
    """Write to the pipe of a worker; one that has just died is found out by its parent later."""
    with suppress(BrokenPipeError):
        if process.stdin is not None:
            process.stdin.write(words)
            process.stdin.flush()


def main(handle: int) -> None:
    """Serve on the inherited socket, once let, until told to end."""
    gc.disable()  # what is read stays; to look through it for garbage meanwhile takes a seventh of the start
    settings = settings_from_parent()
    from serving.live.shelf import LiveShelf

    shelf = LiveShelf(settings.home)
    shelf.open_ahead()  # what is live is hashed on another processor while the rest of the program is read
    from serving.web import run

    _line_from_parent()
    run(settings, socket.socket(fileno=handle), shelf)


def settings_from_parent() -> ServiceSettings:
    """Return the settings that the parent wrote into the pipe; end where it ended without a word."""
    return msgspec.json.decode(_line_from_parent(), type=ServiceSettings, dec_hook=lambda kind, value: kind(value))


def _line_from_parent() -> bytes:
    told = sys.stdin.buffer.readline()
    if not told:
        raise SystemExit(0)
    return told


def _environment(metrics_folder: str) -> dict[str, str]:
    # The counters choose how they are kept when their library is imported, by this variable alone.
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, (str(_PROGRAM_FOLDER), os.environ.get("PYTHONPATH")))),
        "PROMETHEUS_MULTIPROC_DIR": metrics_folder,
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
