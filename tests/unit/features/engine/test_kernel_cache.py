"""The compiled kernel is kept in a cache; losing it costs seconds, never the service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from features.engine import kernel


def test_a_cache_that_cannot_be_read_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    def njit(_: object, *, cache: bool, **__: Any) -> Callable[[object], str]:
        def compiled(_: object) -> str:
            if cache:
                raise EOFError("Ran out of input")
            return "compiled anew"

        return compiled

    monkeypatch.setattr(kernel, "njit", njit)

    assert kernel._entry(1) == "compiled anew"
