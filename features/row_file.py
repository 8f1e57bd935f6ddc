"""How is one row of a large table read without mapping or copying it: by its place, from an open file, checked by its own digest.

The page cache is the one copy a host keeps. In a mapping a flipped bit becomes a wrong number, and a truncated file ends the
process; here the first is a refusal of that row, the second a read that is too short.
"""

from __future__ import annotations

import hashlib
import io
import os
import weakref
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from features.errors import Damaged

DIGEST_BYTES = 8

_CHUNK = 1 << 20
_LONGEST_HEAD = 4096


class RowDamaged(Damaged):
    """What stands in the file is not the row that was written there; it was not used."""


class RowFile:
    """The rows of a `.npy` file that is kept open; `digests`: one of `DIGEST_BYTES` a row, None to take them of it as it is.

    Safe for several threads: reading moves no position, and nothing is changed but the count of refusals.
    """

    def __init__(self, path: Path, digests: bytes | None = None) -> None:
        self.name = path.name
        self.refused = 0
        self._handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._close = weakref.finalize(self, os.close, self._handle)
        self.shape, self.dtype, self._begin = _head(path, self._handle)
        self._row_bytes = self.shape[1] * self.dtype.itemsize
        self._digests = self._taken() if digests is None else digests
        if len(self._digests) != self.shape[0] * DIGEST_BYTES:
            raise RowDamaged(
                f"needed a digest for each of {self.shape[0]} rows of {path}, found {len(self._digests)} bytes; make it again"
            )

    def __len__(self) -> int:
        return self.shape[0]

    def row(self, place: int) -> npt.NDArray[np.generic]:
        """Return the row at that place.

        Raises
        ------
        RowDamaged
            If it is not what was written, or the file ends before it.
        """
        return np.frombuffer(self.row_bytes(place), self.dtype)

    def row_bytes(self, place: int) -> bytes:
        """Return the bytes of the row at that place, raising as `row` does."""
        try:
            content = os.pread(self._handle, self._row_bytes, self._begin + place * self._row_bytes)
        except OSError:
            content = b""
        mark = place * DIGEST_BYTES
        if len(content) != self._row_bytes or _digest(content) != self._digests[mark : mark + DIGEST_BYTES]:
            self.refused += 1
            raise RowDamaged(
                f"needed row {place} of {self.name} as it was written, found other content; restore it or score again"
            )
        return content

    def rows(self, places: Sequence[int]) -> npt.NDArray[np.generic]:
        """Return the rows at these places, in their order, raising as `row` does."""
        content = b"".join(self.row_bytes(place) for place in places)
        return np.frombuffer(content, self.dtype).reshape(len(places), self.shape[1])

    def sha256(self) -> str:
        """Return the SHA-256 of the whole file as it is now, in hex."""
        digest, at = hashlib.sha256(), 0
        while chunk := os.pread(self._handle, _CHUNK, at):
            digest.update(chunk)
            at += len(chunk)
        return digest.hexdigest()

    def close(self) -> None:
        """Let go of the file."""
        self._close()

    def _taken(self) -> bytes:
        rows = range(self.shape[0])
        begins = (self._begin + place * self._row_bytes for place in rows)
        return b"".join(_digest(os.pread(self._handle, self._row_bytes, begin)) for begin in begins)


def digests_of(matrix: npt.NDArray[np.generic]) -> bytes:
    """Return the digests of a matrix's rows, one after another.

    >>> len(digests_of(np.zeros((3, 2))))
    24
    """
    whole = np.ascontiguousarray(matrix)
    flat, width = whole.reshape(-1).view(np.uint8).data, whole.shape[1] * whole.itemsize
    return b"".join(_digest(flat[begin : begin + width]) for begin in range(0, len(flat), width)) if width else b""


def _digest(content: bytes | memoryview) -> bytes:
    # Of SHA-256 the first 64 bits: the processors it runs on have instructions for it, so it costs half of BLAKE2b.
    return hashlib.sha256(content).digest()[:DIGEST_BYTES]


def _head(path: Path, handle: int) -> tuple[tuple[int, int], np.dtype[np.generic], int]:
    """Return shape, kind of number and where the rows begin."""
    head = io.BytesIO(os.pread(handle, _LONGEST_HEAD, 0))
    try:
        np.lib.format.read_magic(head)
        shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(head)
    except ValueError as error:
        raise RowDamaged(f"needed rows of numbers in {path}, found something else; make it again") from error
    if is_fortran or len(shape) != 2 or dtype.hasobject:
        raise RowDamaged(f"needed a table of numbers, row by row, in {path}, found shape {shape}; make it again")
    return (shape[0], shape[1]), dtype, head.tell()
