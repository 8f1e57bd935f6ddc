"""How is a whole matrix of predictions gone through without holding it: block by block, its hash compared at the end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import IO

import numpy as np

from features.home import Home
from models.bundle.sealed import ContentDamaged, open_sealed
from models.rows import FloatArray

MATRIX = "predictions.npy"
_BLOCK_BYTES = 8 << 20


def prediction_blocks(home: Home, digest: str) -> Iterator[FloatArray]:
    """Give the rows of stored predictions in order, some megabytes at a time; nothing is mapped, so nothing can be pulled away.

    What was given may be used once the last block came: only then are all bytes known to be those that were stored.

    Raises
    ------
    NotStored, ContentDamaged
        If there are none of that name, or the file is not what the manifest says.
    """
    sealed, hasher = open_sealed(home.predictions, digest), hashlib.sha256()
    try:
        with (sealed.folder / MATRIX).open("rb") as file:
            yield from _blocks(file, hasher.update)
            hasher.update(file.read())
    except (OSError, ValueError) as error:
        raise ContentDamaged(f"needed {MATRIX} of {digest[:12]} whole, found {type(error).__name__}; score again") from error
    if hasher.hexdigest() != sealed.manifest["files"].get(MATRIX):
        raise ContentDamaged(f"needed {MATRIX} of {digest[:12]} as it was stored, found other content; score again")


def _blocks(file: IO[bytes], note: Callable[[bytes], None]) -> Iterator[FloatArray]:
    """Give the blocks of an open file; `note` hears every byte that was read."""
    np.lib.format.read_magic(file)
    (rows, width), _, kind = np.lib.format.read_array_header_1_0(file)
    begin = file.tell()
    file.seek(0)
    note(file.read(begin))
    at_once = max(1, _BLOCK_BYTES // (width * kind.itemsize))
    for first in range(0, rows, at_once):
        content = file.read(min(at_once, rows - first) * width * kind.itemsize)
        note(content)
        yield np.frombuffer(content, kind).reshape(-1, width)
