"""A contact time is called good only where customers say yes more often than chance explains."""

from __future__ import annotations

import numpy as np

from features.times import DAY, HOUR, parse_time
from models.offer.contact_times import ContactTimes, contact_times

MONDAY = parse_time("2026-03-02")


def shown_at(rows: int, *, seed: int = 0) -> np.ndarray:
    return MONDAY + np.random.default_rng(seed).integers(0, 28 * 24, rows) * HOUR


def answers(times: np.ndarray, *, at_hour: int, rate: float, otherwise: float, seed: int = 1) -> np.ndarray:
    chance = np.where((times % DAY) // HOUR == at_hour, rate, otherwise)
    return (np.random.default_rng(seed).uniform(size=len(times)) < chance).astype(np.float64)


def test_an_hour_at_which_many_more_say_yes_is_named():
    times = shown_at(6000)

    found = contact_times("email", times, answers(times, at_hour=10, rate=0.6, otherwise=0.2))

    assert found.best_hours == (10,)
    assert found.best_weekdays == ()
    assert found.words() == "best contact hours on email (UTC): 10-11"


def test_where_all_hours_are_alike_none_is_named():
    times = shown_at(6000)

    found = contact_times("email", times, answers(times, at_hour=10, rate=0.2, otherwise=0.2))

    assert found.best_hours == found.best_weekdays == ()
    assert found.words() == "best contact hours on email: none stands out among 6000 shown"


def test_with_few_answers_it_is_not_known_yet():
    times = np.full(120, MONDAY + 9 * HOUR)

    found = contact_times("phone", times, np.ones(120))

    assert found.known is False
    assert found.words() == "best contact hours on phone: not known yet (120 shown, 120 accepted)"


def test_a_channel_nobody_used_is_not_known_yet():
    assert contact_times("sms", np.zeros(0, np.int64), np.zeros(0)).words().endswith("not known yet (0 shown, 0 accepted)")


def test_a_weekday_is_counted_from_monday():
    times = MONDAY + 2 * DAY + np.zeros(300, np.int64)

    found = contact_times("email", times, (np.arange(300) % 2).astype(np.float64))

    assert found.weekdays[2] == 0.5
    assert np.argmax(np.bincount(((times - MONDAY) // DAY) % 7)) == 2


def test_shares_of_hours_hardly_seen_are_drawn_to_the_usual_one():
    times = np.concatenate([np.full(500, MONDAY + 9 * HOUR), [MONDAY + 3 * HOUR]])
    accepted = np.concatenate([np.tile([1.0, 0.0, 0.0, 0.0], 125), [1.0]])

    found = contact_times("email", times, accepted)

    assert abs(found.hours[3] - found.rate) < 0.02


def test_times_are_read_back_as_they_were_written():
    times = shown_at(300)
    found = contact_times("email", times, answers(times, at_hour=1, rate=0.9, otherwise=0.3))

    assert ContactTimes.from_json(found.to_json() | {"hours": list(found.hours), "weekdays": list(found.weekdays)}) == found
