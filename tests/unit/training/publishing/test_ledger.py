"""That the ledger says what was live when, that a kill loses no line, and what a rollback goes back to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.home import Home
from models.bundle import Live, read_live, write_live
from models.bundle import pointer as ledger_room
from models.bundle.pointer import LedgerUnreadable, settle
from training.publishing.ledger import LedgerEntry, live_at, move_live, predecessor, read_ledger, taken_off


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def sha(letter: str) -> str:
    return letter * 64


def entry(at: int, letter: str, action: str = "promote") -> LedgerEntry:
    live = Live(sha(letter), sha("c"), sha("d"), sha(letter))
    return LedgerEntry(at, action, live, {"churn": sha(letter)}, model="churn")  # type: ignore[arg-type]


def moved(home: Home, *entries: LedgerEntry) -> None:
    for each in entries:
        move_live(home, each)


def test_every_move_is_one_line_and_the_newest_is_live(home: Home) -> None:
    moved(home, entry(1, "a"), entry(2, "b"))

    assert read_ledger(home) == [entry(1, "a"), entry(2, "b")]
    assert read_live(home) == entry(2, "b").live
    assert len(home.ledger.read_bytes().splitlines()) == 2


@pytest.mark.parametrize(("moment", "expected"), [(0, None), (1, "a"), (5, "a"), (6, "b"), (99, "b")])
def test_what_was_live_at_a_moment_is_the_newest_move_up_to_it(home: Home, moment: int, expected: str | None) -> None:
    moved(home, entry(1, "a"), entry(6, "b"))

    found = live_at(home, moment)

    assert (found.live.bundle if found else None) == (sha(expected) if expected else None)


def test_a_kill_before_the_pointer_moved_leaves_the_old_state_and_no_line(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    moved(home, entry(1, "a"))
    monkeypatch.setattr(ledger_room, "write_live", _killed)

    with pytest.raises(KeyboardInterrupt):
        move_live(home, entry(2, "b"))
    settle(home)

    assert read_live(home) == entry(1, "a").live
    assert read_ledger(home) == [entry(1, "a")]


def test_a_kill_after_the_pointer_moved_loses_no_line(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    moved(home, entry(1, "a"))
    monkeypatch.setattr(ledger_room, "append_line", _killed)
    with pytest.raises(KeyboardInterrupt):
        move_live(home, entry(2, "b"))
    monkeypatch.undo()

    assert read_ledger(home)[-1] == entry(2, "b")
    moved(home, entry(3, "c"))
    assert [each.at for each in read_ledger(home)] == [1, 2, 3]


def test_a_kill_after_the_line_was_written_writes_it_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(ledger_room, "append_line", _killed)
        with pytest.raises(KeyboardInterrupt):
            move_live(home, entry(1, "a"))
    pending = home.ledger.with_suffix(".pending").read_bytes()
    settle(home)
    home.ledger.with_suffix(".pending").write_bytes(pending)

    settle(home)

    assert read_ledger(home) == [entry(1, "a")]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 400))
def test_a_line_cut_short_is_dropped_and_the_next_stands_whole(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    home = Home(tmp_path_factory.mktemp("torn"))
    moved(home, entry(1, "a"), entry(2, "b"))
    first, second, _ = home.ledger.read_bytes().split(b"\n")
    home.ledger.write_bytes(first + b"\n" + second[: min(cut, len(second))])

    moved(home, entry(3, "c"))

    assert [each.at for each in read_ledger(home)] == [1, 3]


def test_a_line_changed_by_hand_is_refused_by_its_number(home: Home) -> None:
    moved(home, entry(1, "a"), entry(2, "b"))
    home.ledger.write_bytes(home.ledger.read_bytes().replace(b'"at":2', b'"at":"two"'))

    with pytest.raises(LedgerUnreadable, match="line 2"):
        read_ledger(home)


@pytest.mark.parametrize(
    ("moves", "above", "expected"),
    [
        ("", "a", None),
        ("a", "a", None),
        ("a", "b", "a"),
        ("ab", "b", "a"),
        ("abc<", "b", "a"),
        ("abc<<", "a", None),
        ("aba", "a", "b"),
        ("ab<c", "c", "a"),
        ("aab", "b", "a"),
    ],
)
def test_a_rollback_goes_back_through_the_promotions(moves: str, above: str, expected: str | None) -> None:
    entries: list[LedgerEntry] = []
    for at, move in enumerate(moves):
        entries.append(entry(at, "z", "rollback") if move == "<" else entry(at, move))

    assert predecessor(entries, "churn", above=sha(above)) == (sha(expected) if expected else None)


@pytest.mark.parametrize(
    ("moves", "expected"),
    [("", None), ("a", None), ("ab", "promote"), ("ab<", None), ("abc<", "promote"), ("ab<c", "promote"), ("a-", None)],
)
def test_a_model_was_taken_off_only_by_a_move_that_meant_it(moves: str, expected: str | None) -> None:
    entries: list[LedgerEntry] = []
    for at, move in enumerate(moves):
        if move == "<":
            entries.append(replace(entries[at - 2], at=at, action="rollback", model="churn"))
        elif move == "-":
            entries.append(LedgerEntry(at, "promote", Live(), {"value": sha("v")}, model="value"))
        else:
            entries.append(entry(at, move))

    found = taken_off(entries, "churn", sha("a"))

    assert (found.action if found else None) == expected


def test_scoring_anew_does_not_change_what_a_rollback_goes_back_to() -> None:
    entries = [entry(1, "a"), entry(2, "b"), LedgerEntry(3, "score", Live(), {"churn": sha("b")})]

    assert predecessor(entries, "churn", above=sha("b")) == sha("a")


def test_the_pointer_alone_without_a_ledger_has_no_history(home: Home) -> None:
    write_live(home, entry(1, "a").live)

    assert read_ledger(home) == []
    assert live_at(home, 10) is None


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt
