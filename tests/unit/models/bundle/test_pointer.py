"""However a move of the pointer is interrupted, pointer and ledger agree when the next one begins."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from features.append_only import append_line, whole_lines
from features.home import Home
from models.bundle import Live, PointerDamaged, read_live, write_live
from models.bundle.ledger import LedgerEntry
from models.bundle.pointer import (
    LedgerUnreadable,
    PublishingLocked,
    move_pointer,
    newest_move,
    pending_line,
    publishing_lock,
    settle,
)

FIRST, SECOND = Live(bundle="a" * 64), Live(bundle="b" * 64)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def line(live: Live, at: int = 5) -> bytes:
    return msgspec.json.encode(LedgerEntry(at, "promote", live, {"churn": "c" * 64}, model="churn"), order="sorted")


def pending(home: Home) -> Path:
    return home.root / "ledger.pending"


def test_a_move_leaves_pointer_and_line_and_nothing_else(home: Home) -> None:
    move_pointer(home, FIRST, line=line(FIRST))
    move_pointer(home, SECOND, line=line(SECOND, 6))

    assert read_live(home) == SECOND
    assert whole_lines(home.ledger) == [line(FIRST), line(SECOND, 6)]
    assert not pending(home).exists()


def test_a_move_killed_before_the_pointer_moved_never_was(home: Home) -> None:
    move_pointer(home, FIRST, line=line(FIRST))
    pending(home).write_bytes(line(SECOND))

    assert pending_line(home) is None
    settle(home)

    assert (read_live(home), whole_lines(home.ledger)) == (FIRST, [line(FIRST)])
    assert not pending(home).exists()


def test_a_move_killed_after_the_pointer_moved_is_written_down_once(home: Home) -> None:
    pending(home).write_bytes(line(FIRST))
    write_live(home, FIRST)

    assert pending_line(home) == line(FIRST)
    settle(home)
    settle(home)

    assert whole_lines(home.ledger) == [line(FIRST)]


def test_a_move_killed_after_its_line_was_written_is_not_written_again(home: Home) -> None:
    move_pointer(home, FIRST, line=line(FIRST))
    pending(home).write_bytes(line(FIRST))

    settle(home)

    assert whole_lines(home.ledger) == [line(FIRST)]


def test_a_move_to_what_was_live_already_is_written_down_too(home: Home) -> None:
    move_pointer(home, FIRST, line=line(FIRST))

    move_pointer(home, FIRST, line=line(FIRST, 6))

    assert len(whole_lines(home.ledger)) == 2


def test_a_damaged_pointer_is_mended_from_the_newest_line(home: Home) -> None:
    move_pointer(home, FIRST, line=line(FIRST))
    move_pointer(home, SECOND, line=line(SECOND, 6))
    home.live.write_bytes(b"{")

    settle(home)

    assert read_live(home) == SECOND


def test_a_damaged_pointer_without_any_line_is_no_guess(home: Home) -> None:
    home.live.write_bytes(b"{")

    with pytest.raises(PointerDamaged):
        settle(home)


def test_the_newest_move_is_that_of_the_last_line(home: Home) -> None:
    assert newest_move(home) is None
    for at, live in ((5, FIRST), (6, SECOND)):
        append_line(home.ledger, line(live, at))

    newest = newest_move(home)

    assert newest is not None
    assert (newest.at, newest.action, newest.live, newest.models) == (6, "promote", SECOND, {"churn": "c" * 64})


@pytest.mark.parametrize("content", [b'{"at": 5}', b"\xff\xfe", b"[]"])
def test_what_is_no_move_is_said_to_be_unreadable(home: Home, content: bytes) -> None:
    append_line(home.ledger, content)

    with pytest.raises(LedgerUnreadable, match=r"ledger\.jsonl ends in none.*restore the ledger from a backup"):
        newest_move(home)


def test_a_pending_file_that_holds_no_move_is_said_to_be_unreadable(home: Home) -> None:
    pending(home).write_bytes(b"{}")

    with pytest.raises(LedgerUnreadable, match=r"ledger\.pending holds no entry"):
        settle(home)


def test_an_interrupted_move_is_not_settled_against_a_ledger_that_ends_in_no_entry(home: Home) -> None:
    append_line(home.ledger, b"{")
    pending(home).write_bytes(line(FIRST))
    write_live(home, FIRST)

    with pytest.raises(LedgerUnreadable, match=r"ledger\.jsonl ends in no entry"):
        settle(home)

    assert pending(home).exists()


def test_only_one_publishes_at_a_time_and_the_other_changes_nothing(home: Home) -> None:
    said = rf"^predictions are being published by process {os.getpid()} .*; nothing was changed"
    with publishing_lock(home), pytest.raises(PublishingLocked, match=said), publishing_lock(home):
        pytest.fail("two published at once")

    with publishing_lock(home):
        pass
