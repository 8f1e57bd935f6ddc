"""That what the operating system refuses ends in words a stranger understands, also where a library names no cause."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from lifecycle import __main__ as command_line


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a device that is always full")
def test_an_array_that_finds_no_room_is_told_of_as_a_full_disk(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def store_an_array() -> None:
        with Path("/dev/full").open("wb", buffering=0) as full:
            np.zeros(100_000).tofile(full)

    monkeypatch.setattr(command_line, "app", store_an_array)
    monkeypatch.setattr(sys, "argv", ["lifecycle", "promote"])

    with pytest.raises(SystemExit) as ended:
        command_line.main()

    assert ended.value.code == 7
    assert "a write that stopped short" in capsys.readouterr().err
