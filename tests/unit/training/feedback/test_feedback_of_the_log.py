"""That feedback is read from the log as it was known, that who is held is told and can be released, and is counted once."""

from __future__ import annotations

import pyarrow as pa
import pytest

from features.home import Home
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.times import DAY, HOUR
from training.feedback import (
    Release,
    feedback_state,
    findings_of_feedback,
    read_feedback,
    read_releases,
    release_source,
)
from training.feedback.state import NotHeld, UnknownSource

DECIDED = 20_000 * DAY
TIME = pa.timestamp("us", "UTC")
UNTIL = DECIDED + 10 * DAY


def offers(rows):
    """Return rows of the source `offers`: (agent, shown at, outcome, outcome at, known at), hours after the decision."""
    moments = {name: [None if row[at] is None else DECIDED + row[at] * HOUR for row in rows] for name, at in
               (("shown_at", 1), ("outcome_at", 3), ("known_at", 4))}  # fmt: skip
    count = len(rows)
    return pa.table(
        {
            "customer_id": [f"c{number}" for number in range(count)],
            "exposure_id": [f"d{number}/1" for number in range(count)],
            "decided_at": pa.array([DECIDED] * count, TIME),
            "decision_id": [f"d{number}" for number in range(count)],
            "rank": pa.array([1.0] * count),
            "offer_id": ["gift"] * count,
            "kind": ["loyalty"] * count,
            "arm": ["policy"] * count,
            "selection_probability": pa.array([0.9] * count),
            "channel": ["email"] * count,
            "agent_id": pa.array([row[0] for row in rows], pa.string()),
            "key_id": ["crm"] * count,
            "outcome": pa.array([row[2] for row in rows], pa.string()),
            "outcome_reason": pa.nulls(count, pa.string()),
            "reward": pa.nulls(count, pa.float64()),
            "reward_at": pa.nulls(count, TIME),
            **{name: pa.array(values, TIME) for name, values in moments.items()},
        }
    )


def told(home, rows):
    append(home, {"offers": offers(rows)}, receipt=Receipt(UNTIL, "given"))


def crowd(bad=400):
    honest = [(f"a{agent}", 1, "accepted" if number % 5 == 0 else "declined", 2, 3) for agent in range(8) for number in range(50)]
    return [*honest, *[("bad", 1, "accepted", 2, 3)] * bad]


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def test_an_offer_that_an_agent_skipped_is_no_answer_to_what_was_never_shown(tmp_path):
    home = Home(tmp_path)
    told(home, [("ana", None, "skipped", 1, 2), ("ben", None, "accepted", 1, 2), ("cid", 1, "declined", 2, 3)])

    state = feedback_state(home, until=UNTIL)

    assert (state.rows, state.found.never_presented) == (2, 1)
    assert "agent:ana" not in {line.source for line in state.lines}


def test_what_was_not_known_yet_is_not_read(home):
    told(home, [("ana", 1, "accepted", 2, 3), ("ana", 1, "accepted", 30, 31)])

    assert len(read_feedback(EventLog.open(home), until=DECIDED + 5 * HOUR)) == 1
    assert read_feedback(EventLog.open(home), until=UNTIL).sources.tolist() == ["agent:ana", "agent:ana"]


def test_where_no_agent_is_named_the_key_is_the_source(home):
    told(home, [(None, 1, "accepted", 2, 3)])

    assert read_feedback(EventLog.open(home), until=UNTIL).sources.tolist() == ["key:crm"]


def test_answers_to_what_was_never_presented_or_from_the_future_are_counted_and_not_learned(home):
    told(home, [("ana", None, "accepted", 2, 3), ("ana", 1, "accepted", 40, 3), ("ana", 1, "accepted", 2, 3)])

    state = feedback_state(home, until=UNTIL)

    assert (state.found.never_presented, state.found.from_the_future) == (1, 1)
    assert state.found.weights.sum() == 1
    assert [(finding.level, finding.figure) for finding in findings_of_feedback(state)] == [("note", 1), ("note", 1)]


def test_a_held_source_is_an_alarm_until_it_is_released(home):
    told(home, crowd())
    (alarm,) = findings_of_feedback(feedback_state(home, until=UNTIL))
    assert (alarm.level, alarm.section, alarm.about) == ("alarm", "feedback", "agent:bad")

    held = release_source(home, Release("agent:bad", UNTIL, "k1", "heard the calls"))

    assert held.rows == 400
    assert list(findings_of_feedback(feedback_state(home, until=UNTIL))) == []
    assert [each.admin for each in read_releases(home)] == ["k1"]


def test_the_loudest_source_is_told_first_with_what_it_weighs(home):
    told(home, crowd())

    first, *others = feedback_state(home, until=UNTIL).lines

    assert (first.source, first.shown, first.accepted, first.weight, first.held) == ("agent:bad", 400, 400, 0.0, True)
    assert {(line.shown, line.weight) for line in others} == {(50, 50.0)}


@pytest.mark.parametrize(("source", "refusal"), [("agent:nobody", UnknownSource), ("agent:a1", NotHeld)])
def test_only_who_is_held_can_be_released(home, source, refusal):
    told(home, crowd())

    with pytest.raises(refusal):
        release_source(home, Release(source, UNTIL, "k1", "why not"))
    assert read_releases(home) == ()


def test_a_log_without_offers_has_no_feedback(home):
    reached = {"customer_id": ["c1"], "milestone_id": ["m1"], "reached_at": pa.array([DECIDED], TIME), "milestone": ["set_up"]}
    append(home, {"milestones": pa.table(reached)}, receipt=Receipt(UNTIL, "received"))

    assert feedback_state(home, until=UNTIL).rows == 0
