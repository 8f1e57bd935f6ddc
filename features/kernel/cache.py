"""How does a compiled function outlive its process: in numba's cache, which may be damaged, outdated or forbidden."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit
from numba.core.typing.templates import Signature

_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}


def kept(function: Callable[..., None], signature: Signature, *, version: str) -> Callable[..., None]:
    """Compile a function for one signature, or take it from the cache, where each version has files of its own.

    A cache that cannot be read is begun anew, else every process would compile for seconds; one that cannot be written is done
    without. The function makes no arrays, so it does without numba's reference counts (`_nrt`), which cost more than arithmetic.
    """
    function.__qualname__ = f"{function.__name__}_{version}"
    try:
        return _from_cache(function, signature)
    except Exception:  # whatever numba met on the way to its cache; a fault of the function itself comes up again here
        only: Callable[..., None] = njit(signature, **_OPTIONS)(function)
        return only


def _from_cache(function: Callable[..., None], signature: Signature) -> Callable[..., None]:
    dispatcher = njit(cache=True, **_OPTIONS)(function)
    try:
        dispatcher.compile(signature)
    except Exception:  # a damaged cache raises whatever its bytes happen to mean
        dispatcher.recompile()  # of nothing compiled so far; it empties the cache
        dispatcher.compile(signature)
    dispatcher.disable_compile()
    found: Callable[..., None] = dispatcher
    return found
