"""Do the commands of a guide still answer as the guide says? Runs its transcripts and compares, or writes the answers in.

A transcript is a fenced block of the kind `console`: a line that begins with `$ ` is a command, the lines below are its answer.
`...` in an answer stands for anything, such as a hash or a time. Words must be the same, in their order; numbers may differ by a
fiftieth, since processors add up in different orders. Run `python docs/transcript.py docs/GUIDE.md FOLDER` to run all blocks in a
folder and print the guide with the answers of today.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_PIECE = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?|[^\s\d]+")
_TOLERANCE = 0.02
_PATIENCE_SECONDS = 1200


@dataclass(frozen=True)
class Step:
    """A command of a guide and the answer shown there."""

    command: str
    answer: str


def steps(guide: str) -> Iterator[Step]:
    """Give the commands of every transcript of a guide, in their order."""
    for block in BLOCK.findall(guide):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, answer = part.partition("\n")
            yield Step(command, answer.rstrip("\n"))


def run(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Return what a command prints on stdout, run in a shell as a reader runs it; a refusal's message is its answer too."""
    ended = subprocess.run(  # noqa: S602 (a reader types the same line into a shell)
        command,
        shell=True,
        cwd=folder,
        env=dict(environment),
        capture_output=True,
        text=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )
    told = ended.stdout if ended.returncode == 0 else ended.stdout + _last_line(ended.stderr)
    return told.rstrip("\n")


def differs(shown: str, answered: str) -> str | None:
    """Say where an answer departs from what the guide shows; None where it does not.

    >>> differs("AUC 0.735 in ... folds", "AUC 0.74 in 3 folds") is None
    True
    >>> differs("3 models", "4 models")
    "the guide shows '3', the command answers '4'"
    """
    wanted, found = _PIECE.findall(shown), _PIECE.findall(answered)
    place = 0
    for number, piece in enumerate(wanted):
        if piece == "...":
            following = wanted[number + 1] if number + 1 < len(wanted) else None
            while place < len(found) and following is not None and not _alike(following, found[place]):
                place += 1
            place = len(found) if following is None else place
        elif place < len(found) and _alike(piece, found[place]):
            place += 1
        else:
            here = found[place] if place < len(found) else "nothing more"
            return f"the guide shows {piece!r}, the command answers {here!r}"
    return None if place >= len(found) else f"the guide ends where the command goes on with {found[place]!r}"


def _alike(shown: str, found: str) -> bool:
    if shown == found:
        return True
    if not (shown.lstrip("+-")[:1].isdigit() and found.lstrip("+-")[:1].isdigit()):
        return False
    first, second = (float(each.replace(",", "")) for each in (shown, found))
    return "." in shown and abs(first - second) <= max(_TOLERANCE * abs(first), 0.011)


def _last_line(text: str) -> str:
    return text.strip().rpartition("\n")[2]


def written(guide: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Return the guide with every answer as the commands give it today."""
    for step in steps(guide):
        answer = run(step.command, folder, environment)
        shown = f"$ {step.command}\n{step.answer}" if step.answer else f"$ {step.command}"
        guide = guide.replace(shown, f"$ {step.command}\n{answer}".rstrip("\n"), 1)
    return guide


if __name__ == "__main__":
    named, place = Path(sys.argv[1]), Path(sys.argv[2])
    sys.stdout.write(written(named.read_text("utf-8"), place.resolve(), os.environ))
