"""How do arrays of Arrow become those of numpy, and back, without pandas: its import costs more time than a bucket.

`pyarrow.array`, `Array.to_numpy` and every Arrow scalar made from a Python value (the argument of `fill_null` too) import it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def arrow_of(values: NDArray[Any]) -> pa.Array:
    """Return numbers or flags as an Arrow array without a null; numbers are not copied.

    >>> arrow_of(np.array([True, False, True])).to_pylist()
    [True, False, True]
    """
    if values.dtype == np.bool_:
        return pa.Array.from_buffers(pa.bool_(), len(values), [None, pa.py_buffer(np.packbits(values, bitorder="little"))])
    buffer = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, buffer])


def numpy_of(values: pa.Array) -> NDArray[Any]:
    """Return numbers, times or flags as a numpy array; where there is a null, anything may stand. Only flags are copied.

    >>> numpy_of(arrow_of(np.array([True, False, True]))[1:])
    array([False,  True])
    """
    begin, end = values.offset, values.offset + len(values)
    stored = np.frombuffer(values.buffers()[1] or b"", np.uint8)
    if pa.types.is_boolean(values.type):
        return np.unpackbits(stored, count=end, bitorder="little")[begin:].astype(np.bool_)
    letter = "f" if pa.types.is_floating(values.type) else "i"
    return stored.view(f"{letter}{values.type.bit_width // 8}")[begin:end]
