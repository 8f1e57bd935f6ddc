"""How does a command speak: its result on stdout (text, or one JSON object with `--json`), progress on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from features.errors import AttentionNeeded

SOMEBODY_MUST_LOOK = AttentionNeeded.exit_code
"""Exit code of a command that is done and found what a person must look at."""

JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


def emit(result: Mapping[str, Any], text: str, *, as_json: bool) -> None:
    """Print the result of a command on stdout, for a program or for a person."""
    sys.stdout.write(json.dumps(result, indent=2, default=str) + "\n" if as_json else text.rstrip("\n") + "\n")


def say(text: str) -> None:
    """Print a line of progress on stderr."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


@contextmanager
def phase(name: str) -> Iterator[None]:
    """Name a phase on stderr while it runs, and how many seconds it took."""
    started = time.perf_counter()
    say(f"{name} ...")
    yield
    say(f"{name}: {time.perf_counter() - started:.1f} s")
