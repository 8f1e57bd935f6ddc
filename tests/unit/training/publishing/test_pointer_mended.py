"""That a damaged pointer is no dead end: the next publication writes it again from the ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.home import Home
from models.bundle import Live, PointerDamaged, read_live
from models.bundle.pointer import settle
from training.publishing.ledger import LedgerEntry, move_live, read_ledger

LIVE = Live("a" * 64, "c" * 64, "d" * 64, "a" * 64)


def test_a_damaged_pointer_is_written_again_from_the_newest_line(tmp_path: Path) -> None:
    home, entry = Home(tmp_path), LedgerEntry(1, "promote", LIVE, {"churn": "a" * 64}, model="churn")
    move_live(home, entry)
    home.live.write_bytes(home.live.read_bytes()[:30])

    settle(home)

    assert read_live(home) == LIVE
    assert read_ledger(home) == [entry]


def test_a_damaged_pointer_without_a_ledger_is_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.live.write_bytes(b"{")

    with pytest.raises(PointerDamaged):
        settle(home)
