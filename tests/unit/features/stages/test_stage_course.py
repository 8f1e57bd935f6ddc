"""What winners become over time. Codes: G growth, D decline, L lapsed (counts at once), M maturity, . not yet known."""

from __future__ import annotations

import numpy as np
import pytest

from features.stages.course import WEEKS_LOOKED_BACK, begun, checkpoints, course
from features.stages.evidence import Look, evidence
from features.stages.standing import history_of
from features.times import DAY, HOUR, WEEK, format_time, parse_time

AS_OF = parse_time("2026-03-04")
CODES = {"G": 0, "D": 1, "L": 2, "M": 3, ".": -1}


def winners(text):
    return np.array([[CODES[letter] for letter in text]], dtype=np.int8)


def moments(text):
    return (*checkpoints(AS_OF, weeks=len(text) - 1), AS_OF)


def now(life, text):
    return life.stages[int(course(winners(text), life).now[0])].name


@pytest.mark.parametrize(
    ("weeks", "stage"),
    [
        ("GGGG", "growth"),
        ("GGGD", "growth"),  # one look is not enough
        ("GGDD", "decline"),  # the newest Monday and now are two
        ("GGDG", "growth"),
        ("GGDM", "growth"),  # neither was seen twice
        ("GGDDM", "decline"),  # the newest pair counts, not the oldest
        ("GGGL", "lapsed"),  # counts at once
        ("GGLM", "growth"),  # and is gone at once, too
        ("GGLLM", "lapsed"),
        ("...G", "growth"),  # nothing else is known
        ("..GD", "decline"),
        ("GDGD", "decline"),  # never twice in a row
        ("GG..D", "growth"),
        ("G.GD", "decline"),  # two Mondays with none between are not successive
    ],
)
def test_a_stage_asks_for_two_looks_unless_it_counts_at_once(life, weeks, stage):
    assert now(life, weeks) == stage


@pytest.mark.parametrize(
    ("weeks", "confirmed"), [("GG", True), ("G", False), (".G", False), ("GD", False), (".L", True), ("GGD", True)]
)
def test_a_stage_for_which_one_moment_alone_speaks_is_unconfirmed(life, weeks, confirmed):
    assert course(winners(weeks), life).confirmed[0, -1] == confirmed


def test_two_wins_of_long_ago_count_no_more(life):
    alternating = "GD" * (WEEKS_LOOKED_BACK // 2)

    assert now(life, "MM" + alternating[:-1]) == "maturity"
    assert now(life, "MM" + alternating) == "decline"


@pytest.mark.parametrize(
    ("weeks", "since"),
    [
        ("GGGDD", "2026-03-02"),  # decline won on Monday for the first time
        ("GGDDD", "2026-02-23"),
        ("GGDGDDD", "2026-02-23"),  # a stay begins anew
        ("GGDGGGG", "2026-01-26"),  # a look that was not confirmed does not break a stay
        ("GGGGL", "2026-03-02"),  # some time in the week that began on that Monday
        ("..GGG", "2026-02-16"),  # some time in the week before the first Monday that saw them
        ("GGGGG", "2026-02-09"),  # then or earlier
    ],
)
def test_a_stay_is_dated_by_the_monday_that_begins_its_first_week(life, weeks, since):
    assert format_time(begun(int(course(winners(weeks), life).begins[0]), moments(weeks)))[:10] == since


def test_since_does_not_move_while_the_stay_goes_on(life):
    text = "GGGGDDDDDDDD"
    dates = {
        begun(int(course(winners(text[: end + 1]), life).begins[0]), (*checkpoints(AS_OF, weeks=11)[:end], AS_OF))
        for end in range(5, len(text))
    }

    assert len(dates) == 1


def test_the_history_is_every_stay_since_the_customer_was_first_seen(life):
    text = "..GGGDDDL"
    stays = history_of(life, course(winners(text), life), moments(text))

    assert [stay.stage for stay in stays] == ["growth", "decline", "lapsed"]
    assert [stay.until for stay in stays] == [stays[1].since, stays[2].since, None]
    assert [format_time(stay.since)[:10] for stay in stays] == ["2026-01-19", "2026-02-16", "2026-03-02"]


def test_a_stay_that_was_over_by_the_oldest_monday_is_not_told(life):
    stays = history_of(life, course(winners("LGGG"), life), moments("LGGG"))

    assert [stay.stage for stay in stays] == ["growth"]


def test_a_moment_never_confirms_itself():
    monday = parse_time("2026-03-02")

    assert checkpoints(monday, weeks=1) == (monday - WEEK,)
    assert checkpoints(monday + 1, weeks=1) == (monday,)
    assert checkpoints(monday + 6 * DAY + 23 * HOUR, weeks=2) == (monday - WEEK, monday)


@pytest.mark.parametrize(
    ("weeks", "use", "sentences"),
    [
        ("MDD", 0.0, ("usage_count_30d < 1 (usage_count_30d = 0)", "it also won on Monday 2026-03-02")),
        ("MMM", 5.0, ("no other stage's rule holds", "it also won on Monday 2026-03-02")),
        (".G", 12.0, ("unconfirmed", "usage_count_30d > 9 (usage_count_30d = 12)")),
        (
            "GGDG",
            12.0,
            (
                "usage_count_30d > 9 (usage_count_30d = 12)",
                "it won on Mondays 2026-02-16 and 2026-02-23, the newest stage to win two in a row",
            ),
        ),
        ("MML", np.nan, ("tenure_days IS NULL (tenure_days is missing)", "lapsed counts at once")),
    ],
)
def test_evidence_is_what_holds_and_when_it_won(life, weeks, use, sentences):
    one, row = course(winners(weeks), life), {"tenure_days": np.nan, "usage_count_30d": use}
    stage = life.stages[int(one.now[0])]

    found = evidence(Look(life, winners(weeks)[0], moments(weeks), row), stage, confirmed=bool(one.confirmed[0, -1]))

    assert found[: len(sentences)] == sentences


def test_evidence_of_a_stage_that_no_longer_wins_names_its_mondays_and_the_new_winner(life):
    look = Look(life, winners("GGD")[0], moments("GGD"), {"tenure_days": 400.0, "usage_count_30d": 0.0})

    assert evidence(look, life.stages[0], confirmed=True) == (
        "it won on Mondays 2026-02-23 and 2026-03-02, the newest stage to win two in a row",
        "now decline wins, which is not confirmed yet: usage_count_30d < 1 (usage_count_30d = 0)",
    )
