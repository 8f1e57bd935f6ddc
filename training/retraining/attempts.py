"""What happens to a step that fails: its reason is kept and the other models go on; a fault of this program is told apart."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from features.errors import LifecycleError
from training.examples import Say

_PROGRAM = Path(__file__).resolve().parents[2]
_Done = TypeVar("_Done")


@dataclass(frozen=True)
class Failure:
    """Why a step failed, in words; `is_fault`: by a fault of this program, not by what it found."""

    reason: str
    is_fault: bool = False


def attempted(work: Callable[[], _Done], *, say: Say) -> _Done | Failure:
    """Return what the work came to, or why it failed.

    What we refuse on purpose, or the operating system does, is a failure to be told. Anything else is a fault: its traceback is
    said, and its report names the place without the error's own words, which may hold a customer's data.
    """
    try:
        return work()
    except (LifecycleError, OSError) as error:
        return Failure(str(error))
    except Exception as error:  # nothing is swallowed: the report and the exit code say so, once the other models were handled
        say(traceback.format_exc())
        return Failure(f"{type(error).__name__} at {_place(error)}; its traceback was printed: please report it", is_fault=True)


def _place(error: Exception) -> str:
    """Return the innermost line of this program that the error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(_PROGRAM)]
    frame = (own or frames)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
