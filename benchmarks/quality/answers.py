"""What did each contender answer at each cut-off: kept as soon as it is known, so that a stopped run can go on."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.write_once import replace_file
from models.rows import FloatArray

_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Answer:
    """What a contender said of everybody asked, on what it rests, and the processor seconds it took to learn and to answer."""

    values: FloatArray
    recipe: str
    seconds: float


@dataclass(frozen=True)
class Kept:
    """The answers of one cut-off in a folder, two files a contender. `again` names those that are made anew, whatever is kept."""

    folder: Path
    again: frozenset[str]

    def once(self, contender: str, answer: Callable[[], tuple[FloatArray, str]]) -> Answer:
        """Return an answer that is kept, or make it and keep it."""
        stem = _NOT_IN_NAMES.sub("-", contender.lower()).strip("-")
        values, facts = self.folder / f"{stem}.npy", self.folder / f"{stem}.json"
        if contender in self.again or not facts.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            started = time.process_time()
            found, recipe = answer()
            replace_file(values, _content(found))
            replace_file(facts, json.dumps({"recipe": recipe, "seconds": time.process_time() - started}).encode())
        return Answer(np.load(values), **json.loads(facts.read_bytes()))


def _content(values: FloatArray) -> bytes:
    file = io.BytesIO()
    np.save(file, values)
    return file.getvalue()
