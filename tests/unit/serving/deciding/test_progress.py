from __future__ import annotations

import itertools

import pytest

from features.times import DAY, SECOND
from serving.deciding.progress import (
    TOLD,
    OutcomeContradicts,
    OutcomeMisdated,
    Progress,
    Report,
    dated,
    is_late,
    progressed,
)

NOW = 1_000 * DAY

ALLOWED = {
    ("shown",),
    ("skipped",),
    ("accepted",),
    ("declined",),
    ("shown", "accepted"),
    ("shown", "declined"),
    ("accepted", "fulfilled"),
    ("accepted", "reversed"),
    ("shown", "accepted", "fulfilled"),
    ("shown", "accepted", "reversed"),
    ("accepted", "fulfilled", "reversed"),
}


def after(*told: str) -> Progress:
    progress = Progress(NOW)
    for step, word in enumerate(told, start=1):
        progress = progressed(progress, Report(word, NOW + step))
    return progress


@pytest.mark.parametrize("told", [told for n in (1, 2, 3) for told in itertools.permutations(TOLD, n)], ids="-".join)
def test_only_what_can_follow_follows(told):
    if told in ALLOWED:
        assert after(*told).state == told[-1]
    else:
        with pytest.raises(OutcomeContradicts):
            after(*told)


def test_a_refusal_names_the_state_that_stands():
    with pytest.raises(OutcomeContradicts, match="This offer is `accepted`, which `declined` cannot follow"):
        after("accepted", "declined")


@pytest.mark.parametrize("answer", ["accepted", "declined"])
def test_who_answered_was_shown_the_offer_at_the_latest_then(answer):
    assert after(answer).shown_at == NOW + 1
    assert after("shown", answer).shown_at == NOW + 1
    assert after("shown", answer).outcome_at == NOW + 2


def test_who_was_skipped_was_not_shown_the_offer():
    assert after("skipped").shown_at is None


def test_what_was_told_or_follows_from_it_is_no_news():
    accepted = after("accepted")

    assert [word for word in TOLD if accepted.has_heard(word)] == ["shown", "accepted"]
    assert not after("accepted", "reversed").has_heard("fulfilled")
    assert after("accepted", "fulfilled", "reversed").has_heard("fulfilled")


@pytest.mark.parametrize(("before", "told"), [((), "shown"), (("shown",), "accepted"), (("accepted",), "fulfilled")])
def test_nothing_happens_before_what_it_follows(before, told):
    progress = after(*before)

    with pytest.raises(OutcomeMisdated):
        progressed(progress, Report(told, progress.latest - 1))
    assert progressed(progress, Report(told, progress.latest)).state == told


def test_a_clock_may_be_a_minute_ahead_and_what_it_says_happened_now():
    assert dated(Report("shown", NOW + 60 * SECOND), NOW).at == NOW
    assert dated(Report("shown", NOW - 5), NOW).at == NOW - 5
    with pytest.raises(OutcomeMisdated, match="minute ahead"):
        dated(Report("shown", NOW + 60 * SECOND + 1), NOW)


def test_a_reason_stays_with_the_acceptance_it_was_given_for():
    accepted = progressed(Progress(NOW), Report("accepted", NOW, "liked_it"))

    assert progressed(accepted, Report("fulfilled", NOW)).reason == "liked_it"
    assert progressed(accepted, Report("reversed", NOW, "sent_back")).reason == "sent_back"


@pytest.mark.parametrize(("at", "late"), [(NOW + 7 * DAY, False), (NOW + 7 * DAY + 1, True)])
@pytest.mark.parametrize("progress", [Progress(NOW), Progress(NOW - DAY, shown_at=NOW)])
def test_an_answer_after_the_channels_days_is_late(progress, at, late):
    assert is_late(progress, Report("accepted", at), response_days=7) is late


@pytest.mark.parametrize("told", ["shown", "skipped", "fulfilled", "reversed"])
def test_only_an_answer_can_be_late(told):
    assert not is_late(Progress(0), Report(told, NOW), response_days=1)
