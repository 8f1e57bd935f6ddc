"""Do the commands of a guide still answer as the guide says? Runs its transcripts and compares, or writes the answers in.

A transcript is a fenced block of the kind `console`: a line that begins with `$ ` is a command, the lines below are its answer.
`...` stands for what differs every time, such as a hash, a moment of today, a duration or the folder. Words must be the same, in
their order; numbers may differ by a twentieth, since processors add up in different orders.

`python docs/transcript.py docs/GUIDE.md FOLDER` runs all blocks in a folder and prints the guide with the answers of today.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ANYTHING = "..."

_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_CHANGING = re.compile(
    r"\b[0-9a-f]{12,64}\b|\b\w+-\d{8}T\d{6}\.\d{6}Z-\.\.\.|\d{4}-\d\d-\d\dT[\d:]+\.\d+Z|\b[\d.]+ ms\b|: [\d.]+ s$", re.MULTILINE
)
_PIECE = re.compile(r"\.\.\.|[+-]?\d[\d,]*(?:\.\d+)?|[^\s\d]+")
_RELATIVE, _ABSOLUTE = 0.05, 0.02
_PATIENCE_SECONDS = 1200


@dataclass(frozen=True)
class Step:
    """A command of a guide and the answer shown there."""

    command: str
    answer: str


def steps(guide: str) -> Iterator[Step]:
    """Give the commands of every transcript of a guide, in their order."""
    for block in _BLOCK.findall(guide):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, answer = part.partition("\n")
            yield Step(command, answer.rstrip("\n"))


def answer_of(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Return what a command prints, run in a shell as a reader runs it, without what differs every time."""
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
    refusal = "" if ended.returncode == 0 else ended.stderr.strip().rpartition("\n")[2]
    return masked(f"{ended.stdout.rstrip()}\n{refusal}".strip("\n"), str(folder), environment.get("DATA", str(folder)))


def masked(text: str, *places: str) -> str:
    """Put `...` for what differs every time: the folders named, hashes, moments of today, durations.

    >>> masked("model 0a1b2c3d4e5f6789 in /home/me/var, 3.1 ms, 2026-01-02T03:04:05.678901Z", "/home/me")
    'model ... in .../var, ..., ...'
    """
    without = text
    for place in places:
        without = without.replace(place, ANYTHING)
    return _CHANGING.sub(ANYTHING, _CHANGING.sub(ANYTHING, without))


def difference(shown: str, answered: str) -> str | None:
    r"""Say where an answer departs from what the guide shows; None where it does not.

    >>> difference("AUC 0.735 of 5,000", "AUC 0.74 of 5,010") is None
    True
    >>> difference("3 models live", "4 models live")
    "the guide shows '3', the command answers '4'"
    >>> difference("first\n...\nlast", "first\nand much more\nlast") is None
    True
    """
    wanted, found, place = _PIECE.findall(shown), _PIECE.findall(answered), 0
    for number, piece in enumerate(wanted):
        if piece == ANYTHING:
            place = _next(found, place, wanted[number + 1 : number + 2])
        elif place < len(found) and _alike(piece, found[place]):
            place += 1
        else:
            return f"the guide shows {piece!r}, the command answers {(found[place:] or ['nothing more'])[0]!r}"
    return None if place >= len(found) else f"the guide ends where the command goes on with {found[place]!r}"


def _next(found: list[str], place: int, following: list[str]) -> int:
    """Return where the piece after `...` stands; the end where none follows."""
    if not following:
        return len(found)
    return next((here for here in range(place, len(found)) if _alike(following[0], found[here])), len(found))


def _alike(shown: str, found: str) -> bool:
    if shown == found:
        return True
    try:
        first, second = (float(each.replace(",", "")) for each in (shown, found))
    except ValueError:
        return False
    return abs(first - second) <= max(_RELATIVE * abs(first), _ABSOLUTE)


def written(guide: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Return the guide with every answer as the commands give it today."""

    def block(found: re.Match[str]) -> str:
        told = [f"$ {step.command}\n{answer_of(step.command, folder, environment)}".rstrip() for step in steps(found.group(0))]
        return "```console\n" + "\n".join(told) + "\n```"

    return _BLOCK.sub(block, guide)


if __name__ == "__main__":
    named, place = Path(sys.argv[1]), Path(sys.argv[2]).resolve()
    sys.stdout.write(written(named.read_text("utf-8"), place, os.environ))
