"""That what cannot be true is never learned, nobody is too loud among many, and who stands out among few waits for an admin."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.at_risk.events import NEVER
from features.times import DAY, HOUR, SECOND
from training.feedback import MOST_SHARE, Release, learnable

UNTIL = 2000 * DAY
HONEST = {f"agent:{number}": (20, 80) for number in range(10)}


def test_what_was_said_and_shown_is_learned_in_full(feedback):
    found = learnable(feedback(HONEST), until=UNTIL)

    assert found.weights.tolist() == [1.0] * 1000
    assert (found.sources, found.held, found.capped, found.untrue) == (10, (), {}, 0)


def test_an_answer_to_what_was_never_presented_is_not_learned(feedback):
    given = feedback({"agent:1": (3, 2)})
    shown = given.shown_at.copy()
    shown[:2] = NEVER

    found = learnable(replace(given, shown_at=shown), until=UNTIL)

    assert found.weights.tolist() == [0, 0, 1, 1, 1]
    assert found.never_presented == 2


def test_what_was_decided_and_not_shown_teaches_of_deciding(feedback):
    given = feedback({"agent:1": (0, 2)})
    never = np.full(2, NEVER)

    assert learnable(replace(given, shown_at=never, answered_at=never), until=UNTIL).weights.tolist() == [1, 1]


@pytest.mark.parametrize("name", ["decided_at", "shown_at", "answered_at"])
def test_what_happens_after_it_was_known_is_from_the_future(feedback, name):
    given = feedback({"agent:1": (1, 0)})

    late = replace(given, **{name: given.known_at + 61 * SECOND})

    found = learnable(late, until=UNTIL)
    assert found.weights.tolist() == [0]
    assert found.from_the_future == 1


def test_clocks_may_be_a_minute_apart(feedback):
    given = feedback({"agent:1": (1, 0)})

    assert learnable(replace(given, answered_at=given.known_at + 60 * SECOND), until=UNTIL).weights.tolist() == [1]


def test_history_known_by_declaration_since_its_decision_is_believed_up_to_now(feedback):
    given = feedback({"agent:1": (1, 1)})
    declared = replace(given, known_at=given.decided_at)

    assert learnable(declared, until=UNTIL).weights.tolist() == [1, 1]
    assert learnable(declared, until=int(given.answered_at[0]) - HOUR).from_the_future == 2


def test_an_answer_before_the_decision_is_not_learned(feedback):
    given = feedback({"agent:1": (1, 1)})

    found = learnable(replace(given, answered_at=given.decided_at - 1), until=UNTIL)

    assert (found.before_decided, found.weights.sum()) == (2, 0)


def test_a_row_is_counted_under_one_reason(feedback):
    given = feedback({"agent:1": (1, 0)})
    impossible = replace(given, shown_at=np.array([NEVER]), answered_at=given.known_at + DAY)

    found = learnable(impossible, until=UNTIL)

    assert (found.never_presented, found.from_the_future, found.untrue) == (1, 0, 1)


def test_a_loud_source_that_says_yes_to_everything_is_held(feedback):
    found = learnable(feedback({**HONEST, "agent:bad": (10_000, 0)}), until=UNTIL)

    (held,) = found.held
    assert (held.source, held.rows, held.accepted_share) == ("agent:bad", 10_000, 1.0)
    assert held.expected_share == pytest.approx(0.2, abs=0.01)
    assert held.chance < held.limit
    assert found.weights.sum() == 1000


def test_a_loud_source_that_says_no_to_everything_is_held_too(feedback):
    assert [each.source for each in learnable(feedback({**HONEST, "agent:bad": (0, 5000)}), until=UNTIL).held] == ["agent:bad"]


def test_a_loud_source_like_the_others_is_learned(feedback):
    found = learnable(feedback({**HONEST, "agent:busy": (2000, 8000)}), until=UNTIL)

    assert (found.held, found.weights.sum()) == ((), 11_000)


def test_an_odd_source_below_three_equal_shares_is_learned(feedback):
    assert learnable(feedback({**HONEST, "agent:odd": (100, 0)}), until=UNTIL).held == ()


def test_who_sells_what_everybody_takes_does_not_stand_out(feedback):
    given = feedback({**HONEST, "agent:easy": (1600, 400), "agent:easy too": (80, 20)})
    easy = np.char.startswith(given.sources, "agent:easy")

    assert learnable(given, until=UNTIL).held
    assert learnable(replace(given, kinds=easy.astype(np.int64)), until=UNTIL).held == ()


def test_two_who_work_together_are_both_held(feedback):
    found = learnable(feedback({**HONEST, "agent:x": (3000, 0), "agent:y": (2500, 0)}), until=UNTIL)

    assert {each.source for each in found.held} == {"agent:x", "agent:y"}


def test_what_a_held_source_said_until_its_release_is_learned_and_later_rows_are_judged_anew(feedback):
    given = feedback({**HONEST, "agent:bad": (6000, 0)})
    late = np.flatnonzero(given.sources == "agent:bad")[3000:]
    known = given.known_at.copy()
    known[late] += 10 * DAY
    seen = Release("agent:bad", int(known[0]), "a1", "looked at the calls")

    found = learnable(replace(given, known_at=known), until=UNTIL, releases=[seen])

    assert [each.rows for each in found.held] == [3000]
    assert found.weights[given.sources == "agent:bad"].sum() == 3000


def test_among_forty_sources_none_weighs_above_a_twentieth(feedback):
    crowd = {f"agent:{number}": (5, 20) for number in range(40)}

    found = learnable(feedback({**crowd, "agent:loud": (9000, 1000), "key:1": (100, 400)}), until=UNTIL)

    shares = {source: weight * 10_000 for source, weight in found.capped.items() if source == "agent:loud"}
    assert found.held == ()
    assert shares["agent:loud"] / found.weights.sum() == pytest.approx(MOST_SHARE)
    assert found.capped["key:1"] * 500 / found.weights.sum() == pytest.approx(MOST_SHARE)


def test_rows_of_no_source_are_believed_and_never_capped(feedback):
    crowd = {f"agent:{number}": (5, 20) for number in range(40)}
    given = feedback({"": (5000, 0), **crowd})

    found = learnable(given, until=UNTIL)

    assert found.sources == 40
    assert found.weights.min() == 1.0


def test_no_feedback_is_no_trouble(feedback):
    found = learnable(feedback({}), until=UNTIL)

    assert (len(found.weights), found.sources, found.held) == (0, 0, ())
