"""At which row does a customer stand: a binary search over sorted ids in an Arrow file, mapped or read, never turned into a list.

A million ids cost little start-up time and memory beyond the file's own: every 64th stands in a list, which is searched first;
one look-up then searches the text of those up to the next.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.errors import InvalidInput

_COLUMN = "customer_id"
_STEP = 64


class IdsInvalid(InvalidInput):
    """Ids that are not text, missing, repeated, or not sorted by their bytes."""


class IdIndex:
    """Sorted ids of customers; `row` finds one in a few microseconds."""

    def __init__(self, ids: pa.Array) -> None:
        self.ids = ids
        self._count = len(ids)
        _, offsets, data = ids.buffers()
        self._offsets = memoryview(offsets).cast("i")[ids.offset : ids.offset + len(ids) + 1] if len(ids) else memoryview(b"")
        self._data = memoryview(data) if data else memoryview(b"")
        self._landmarks = [self._bytes(place) for place in range(0, len(ids), _STEP)]

    def __len__(self) -> int:
        return len(self.ids)

    def row(self, customer_id: str) -> int | None:
        """Return the customer's place; None if there is none of that id.

        >>> IdIndex(pa.array(["a", "b", "ca"])).row("b"), IdIndex(pa.array(["a", "b", "ca"])).row("c")
        (1, None)
        """
        wanted = customer_id.encode()
        block = bisect_right(self._landmarks, wanted) * _STEP
        first, end = max(block - _STEP, 0), min(block, self._count)
        return self._between(first, end, wanted) if block else None

    def _between(self, first: int, end: int, wanted: bytes) -> int | None:
        """Look for the id in the text of some of them as a whole, which is faster than comparing one after another."""
        begin, found = self._offsets[first], -1
        text = self._data[begin : self._offsets[end]].tobytes()
        while (found := text.find(wanted, found + 1)) >= 0:
            place = bisect_left(self._offsets, begin + found, first, end)
            if self._offsets[place] == begin + found and self._offsets[place + 1] == begin + found + len(wanted):
                return place
        return None

    def _bytes(self, place: int) -> bytes:
        return self._data[self._offsets[place] : self._offsets[place + 1]].tobytes()


def write_ids(path: Path, ids: pa.Array) -> None:
    """Write ids to an Arrow file of one record batch.

    Raises
    ------
    IdsInvalid
        Unless they are text, each once, sorted by their UTF-8 bytes.
    """
    check_ids(ids)
    batch = pa.record_batch([ids.cast(pa.string())], names=[_COLUMN])
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, batch.schema) as writer:
        writer.write_batch(batch)


def check_ids(ids: pa.Array) -> None:
    """Refuse ids that a binary search could not find."""
    is_text = pa.types.is_string(ids.type) or pa.types.is_large_string(ids.type)
    if not is_text or ids.null_count:
        raise IdsInvalid(f"needed customer ids as text, none missing; found {ids.type} with {ids.null_count} missing")
    rising = pc.less(ids[:-1], ids[1:]).to_numpy(zero_copy_only=False)
    if not rising.all():
        raise IdsInvalid(f"needed ids once each, sorted by their bytes; the order breaks after row {int(np.argmin(rising))}")


def read_ids(source: Path | bytes) -> IdIndex:
    """Return the index of ids in an Arrow file (mapped) or in its bytes; these must have been checked by their hash before."""
    buffer = pa.py_buffer(source) if isinstance(source, bytes) else pa.memory_map(str(source)).read_buffer()
    table = pa.ipc.open_file(buffer).read_all()
    chunks = table.column(_COLUMN).chunks
    return IdIndex(chunks[0] if chunks else pa.array([], pa.string()))
