from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from benchmarks.kept_decisions import DECIDED_AT, GIFT, NOTHING_AT_ALL, kept
from features.home import Home
from features.lock import only_one
from features.log.store import EventLog
from features.times import HOUR
from serving.background.into_log import drain as draining
from serving.background.into_log.drain import DrainRunning, drain
from serving.database import writing
from serving.database.offered import decisions as store
from serving.database.offered import exposures
from serving.deciding.progress import Report, progressed

NOW = DECIDED_AT + 24 * HOUR
TOLD = (("d1", 1, "shown"), ("d1", 1, "accepted"), ("d1", 1, "fulfilled"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def filled(engine: Engine) -> Engine:
    """Hold two decisions; the first offer of one was shown, accepted and fulfilled, an hour after another."""
    with writing(engine) as connection:
        store.keep(connection, [kept("d1"), kept("d2", [NOTHING_AT_ALL])])
    for hours, told in enumerate(TOLD, start=1):
        tell(engine, *told, at=DECIDED_AT + hours * HOUR)
    return engine


def tell(engine: Engine, decision_id: str, rank: int, word: str, *, at: int) -> None:
    with writing(engine) as connection:
        about = exposures.suggestions_of(connection, [decision_id])[decision_id][rank - 1]
        after = progressed(about.progress, Report(word, at))
        exposures.hear(
            connection,
            exposures.News(about, Report(word, at), after),
            hearing=exposures.Hearing(at + 1, "agent-2", "key-2", False),
        )


def logged(home: Home) -> list[dict]:
    log = EventLog.open(home)
    rows = [row for bucket in range(log.manifest.buckets) for row in log.bucket("offers", bucket).to_pylist()]
    return sorted(rows, key=lambda row: (row["exposure_id"], row["known_at"]))


def test_a_decision_and_what_became_of_it_are_versions_of_its_rows(home, filled):
    moved = drain(home, filled, now=NOW)

    rows = logged(home)
    assert (moved.decisions, moved.outcomes, moved.rows) == (2, 3, 6)
    assert [(row["exposure_id"], row["offer_id"], row["outcome"]) for row in rows] == [
        ("d1/1", "call", None),
        ("d1/1", "call", None),
        ("d1/1", "call", "accepted"),
        ("d1/1", "call", "fulfilled"),
        ("d1/2", "gift", None),
        ("d2/1", "nothing", None),
    ]
    assert [row["shown_at"] is not None for row in rows] == [False, True, True, True, False, False]
    assert [row["selection_probability"] for row in rows] == [0.9, 0.9, 0.9, 0.9, None, 0.25]
    assert [row["agent_id"] for row in rows] == ["agent-1", "agent-2", "agent-2", "agent-2", "agent-1", "agent-1"]
    assert rows[0]["kind"] == "service"
    assert rows[-1]["kind"] is None


def test_a_row_is_known_from_when_it_was_told(home, filled):
    drain(home, filled, now=NOW)

    known = [int(row["known_at"].timestamp() * 1e6) for row in logged(home)[:4]]

    assert known == [DECIDED_AT, *(DECIDED_AT + hours * HOUR + 1 for hours in (1, 2, 3))]


def test_a_second_drain_moves_nothing_and_says_how_far_it_is_complete(home, filled):
    drain(home, filled, now=NOW)
    before = logged(home)

    moved = drain(home, filled, now=NOW + HOUR)

    assert (moved.decisions, moved.outcomes, moved.rows) == (0, 0, 0)
    assert logged(home) == before
    assert EventLog.open(home).manifest.observed_until["offers"] == moved.until == NOW + HOUR


def test_only_what_is_new_is_moved(home, filled):
    drain(home, filled, now=NOW)
    with writing(filled) as connection:
        store.keep(connection, [kept("d3", [GIFT], at=NOW)])
    tell(filled, "d1", 2, "skipped", at=NOW)

    moved = drain(home, filled, now=NOW + HOUR)

    assert (moved.decisions, moved.outcomes) == (1, 1)
    assert len(logged(home)) == 8


@pytest.mark.parametrize("survived", [0, 1, 2])
def test_a_drain_that_was_killed_is_repeated_without_duplicates(home, filled, monkeypatch, survived):
    moves = []

    def killed(*arguments) -> None:
        if len(moves) == survived:
            raise KeyboardInterrupt
        moves.append(real(*arguments))

    real = draining._move_cursor
    monkeypatch.setattr(draining, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(draining, "_move_cursor", killed)
    with pytest.raises(KeyboardInterrupt):
        drain(home, filled, now=NOW)
    assert EventLog.open(home).manifest.observed_until.get("offers", 0) == 0
    monkeypatch.undo()

    drain(home, filled, now=NOW + HOUR)

    assert len(logged(home)) == 6
    assert len({(row["exposure_id"], row["known_at"]) for row in logged(home)}) == 6


def test_what_was_erased_never_reaches_the_log(home, filled):
    with writing(filled) as connection:
        store.erase_decisions(connection, "c1")

    moved = drain(home, filled, now=NOW)

    assert (moved.decisions, moved.outcomes, moved.rows) == (0, 0, 0)


def test_the_log_is_complete_up_to_what_it_holds_even_where_the_clock_was_set_back(home, filled):
    moved = drain(home, filled, now=DECIDED_AT)

    assert moved.until == DECIDED_AT + 3 * HOUR + 2
    assert len(logged(home)) == 6


def test_two_drains_do_not_run_at_once(home, filled):
    with only_one(home.log / "drain.lock", DrainRunning), pytest.raises(DrainRunning, match="wait until it is done"):
        drain(home, filled, now=NOW)
