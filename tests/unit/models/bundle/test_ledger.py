"""What was live when is read as it was written down, a move that was interrupted at the end included."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from features.append_only import append_line
from features.home import Home
from models.bundle import Live, write_live
from models.bundle.ledger import GateResult, LedgerEntry, live_at, read_ledger
from models.bundle.pointer import LedgerUnreadable

GATE = GateResult("beats_baseline", "passed", "0.31", "0.40", "it is better")
FIRST = LedgerEntry(5, "promote", Live(bundle="a" * 64), {"churn": "c" * 64}, model="churn", gates=[GATE])
SECOND = LedgerEntry(9, "score", Live(bundle="b" * 64), {"churn": "c" * 64})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def write(home: Home, *entries: LedgerEntry) -> None:
    for entry in entries:
        append_line(home.ledger, msgspec.json.encode(entry, order="sorted"))


def test_where_nothing_was_ever_live_there_is_nothing_to_read(home: Home) -> None:
    assert read_ledger(home) == []
    assert live_at(home, 9) is None


def test_moves_are_read_as_they_were_written_the_oldest_first(home: Home) -> None:
    write(home, FIRST, SECOND)

    assert read_ledger(home) == [FIRST, SECOND]


def test_a_gate_is_open_to_an_override_and_to_no_waiver_where_nothing_else_is_said() -> None:
    assert (GATE.absolute, GATE.waivable, GATE.about) == (False, False, ())


@pytest.mark.parametrize(("moment", "found"), [(4, None), (5, FIRST), (8, FIRST), (9, SECOND), (99, SECOND)])
def test_what_was_live_at_a_moment_is_the_newest_move_until_then(home: Home, moment: int, found: LedgerEntry | None) -> None:
    write(home, FIRST, SECOND)

    assert live_at(home, moment) == found


def test_a_move_whose_line_is_still_to_be_written_counts_if_the_pointer_moved(home: Home) -> None:
    write(home, FIRST)
    (home.root / "ledger.pending").write_bytes(msgspec.json.encode(SECOND, order="sorted"))
    write_live(home, FIRST.live)
    before = read_ledger(home)

    write_live(home, SECOND.live)

    assert (before, read_ledger(home)) == ([FIRST], [FIRST, SECOND])


def test_the_line_that_is_no_move_is_named(home: Home) -> None:
    write(home, FIRST)
    append_line(home.ledger, b'{"at": "yesterday"}')

    with pytest.raises(LedgerUnreadable, match=r"line 2 of ledger\.jsonl is none"):
        read_ledger(home)


def test_an_interrupted_move_that_is_none_is_named_by_the_line_it_would_be(home: Home) -> None:
    write(home, FIRST)
    wrong = {"at": 9, "action": "walk", "live": msgspec.to_builtins(SECOND.live), "models": {}}
    (home.root / "ledger.pending").write_bytes(msgspec.json.encode(wrong))
    write_live(home, SECOND.live)

    with pytest.raises(LedgerUnreadable, match=r"line 2 of ledger\.jsonl is none"):
        read_ledger(home)
