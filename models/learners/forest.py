"""How does a stored LightGBM model answer, and why: its text handed to LightGBM's own C library, without the Python package.

The package imports scikit-learn, pandas, joblib and pickle (some 110 MB and most of a second), none of which answering needs,
and a process that serves must not hold them. The library is the same file, so the answers are the same to the last bit.

A damaged text kills the process that parses it, so what comes here has been checked by its hash, and the first time in a child
process.
"""

from __future__ import annotations

import ctypes
import importlib.util
import threading
import weakref
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from features.errors import Unavailable
from models.learners.tables import ForestUnreadable, Tables, read_tables
from models.rows import FloatArray, Rows

_FLOAT32, _ROW_MAJOR, _SCORES, _CONTRIBUTIONS = 0, 1, 1, 3
_PARAMETERS = b"num_threads=1"  # more threads would fight with the workers for the same cores
_MANY_ROWS = 4_096  # from here on tables answer some fifteen times faster; below, loading them costs more than it saves


class LightGbmMissing(Unavailable):
    """LightGBM's library is not installed where this process runs."""


class Forest:
    """A boosted forest opened for prediction; `width` columns a row come in, `answers` scores a row go out.

    A score is what the trees add up to, before any link: log-odds for a 0/1 label, a logarithm for Tweedie, one for each class of
    several. It may be shared between threads: the library only reads it. The text is kept, since it is what is stored and hashed.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._handle = ctypes.c_void_p()
        rounds = ctypes.c_int()
        _call("LGBM_BoosterLoadModelFromString", text.encode(), ctypes.byref(rounds), ctypes.byref(self._handle))
        weakref.finalize(self, _library().LGBM_BoosterFree, self._handle)
        self.width = self._count("LGBM_BoosterGetNumFeature")
        self.answers = self._count("LGBM_BoosterGetNumClasses")

    def __reduce__(self) -> tuple[type[Forest], tuple[str]]:
        return Forest, (self.text,)  # a copy opens the text again: the library's handle is of one process

    def scores(self, rows: Rows) -> FloatArray:
        """Return the scores of each row, shape (n,), or (n, answers) where the forest gives several; NaN is read as not known."""
        if len(rows) >= _MANY_ROWS and self._tables is not None:
            from models.learners.sweep import swept  # it brings numba, which serving one customer must not load

            return self._several(swept(self._tables, self._checked(rows), answers=self.answers))
        if len(rows) == 1:
            return self._several(self._seat.asked(self._checked(rows)))
        return self._several(self._predicted(rows, _SCORES, each=1)[..., 0])

    def contributions(self, rows: Rows) -> FloatArray:
        """Return what each feature adds to each score, shape (n, width + 1) or (n, answers, width + 1); last the expected score.

        Exact TreeSHAP (Lundberg and others, 2020, Nature Machine Intelligence 2): a row's numbers add up to its score. It costs
        some thirty to a hundred times as much as the score.
        """
        return self._several(self._predicted(rows, _CONTRIBUTIONS, each=self.width + 1))

    def _predicted(self, rows: Rows, what: int, *, each: int) -> FloatArray:
        values = self._checked(rows)
        answers, length = np.empty((len(values), self.answers, each)), ctypes.c_int64()
        if len(values):
            _call("LGBM_BoosterPredictForMat", self._handle, _address(values), _FLOAT32, *_shape(values), _ROW_MAJOR,
                  what, 0, -1, _PARAMETERS, ctypes.byref(length), _address(answers))  # fmt: skip
        return answers

    @cached_property
    def _seat(self) -> _Seat:
        return _Seat(self._handle, width=self.width, answers=self.answers)

    def _checked(self, rows: Rows) -> Rows:
        values = np.ascontiguousarray(rows, dtype=np.float32)
        if values.ndim != 2 or values.shape[1] != self.width:
            raise ForestUnreadable(
                f"needed rows of {self.width} columns, as the stored trees read them, found shape {values.shape}"
            )
        return values

    @cached_property
    def _tables(self) -> Tables | None:
        return read_tables(self.text, answers=self.answers)

    def _several(self, answers: FloatArray) -> FloatArray:
        return answers[:, 0] if self.answers == 1 else answers

    def _count(self, name: str) -> int:
        number = ctypes.c_int()
        _call(name, self._handle, ctypes.byref(number))
        return number.value


class _Seat:
    """A place for one row of a forest: what is asked and answered stands where the library was told once that it stands.

    The answers are the same to the bit as for many rows; setting the library up each time would cost more than the trees.
    """

    def __init__(self, handle: ctypes.c_void_p, *, width: int, answers: int) -> None:
        self._row, self._answers, self._length = np.empty((1, width), np.float32), np.empty((1, answers)), ctypes.c_int64()
        self._turn = threading.Lock()
        found = ctypes.c_void_p()
        _call("LGBM_BoosterPredictForMatSingleRowFastInit", handle, _SCORES, 0, -1, _FLOAT32, width, _PARAMETERS,
              ctypes.byref(found))  # fmt: skip
        # It is asked no more once this object is gone, and holds on to nothing that the forest frees.
        weakref.finalize(self, _library().LGBM_FastConfigFree, found)
        self._places = (found, _address(self._row), ctypes.byref(self._length), _address(self._answers))

    def asked(self, row: Rows) -> FloatArray:
        """Return the scores of one row, shape (1, answers)."""
        with self._turn:
            self._row[:] = row
            _call("LGBM_BoosterPredictForMatSingleRowFast", *self._places)
            return self._answers.copy()


def _shape(values: Rows) -> tuple[ctypes.c_int32, ctypes.c_int32]:
    return ctypes.c_int32(values.shape[0]), ctypes.c_int32(values.shape[1])


def _address(values: Rows | FloatArray) -> ctypes.c_void_p:
    return ctypes.c_void_p(values.ctypes.data)


def _call(name: str, *arguments: object) -> None:
    library = _library()
    if getattr(library, name)(*arguments) != 0:
        reason = library.LGBM_GetLastError().decode(errors="replace")
        raise ForestUnreadable(f"needed a model text that LightGBM reads, found one it refuses: {reason}")


@cache
def _library() -> ctypes.CDLL:
    package = importlib.util.find_spec("lightgbm")
    folders = package.submodule_search_locations if package else None
    found = [file for folder in folders or () for file in sorted(Path(folder).glob("lib/lib_lightgbm.*"))]
    if not found:
        raise LightGbmMissing("needed LightGBM's library to answer, found none; install the package `lightgbm`")
    library = ctypes.CDLL(str(found[0]))
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    return library
