"""May this customer be contacted again: windows to the microsecond, what counts, whom and how long it rests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from features.company.offers import Cap, ContactPolicy, Pause
from features.times import DAY, parse_time
from models.decision import Contact
from models.decision.gates.passing import gates

NOW = parse_time("2026-03-02T12:00:00Z")
US = 1


def shown(at, offer_id="gift", channel="phone", **changes):
    return replace(Contact(f"d{at}/{offer_id}", offer_id, channel, at - 5, shown_at=at), **changes)


def answered(outcome, at, offer_id="gift", **changes):
    return shown(at - 2, offer_id, outcome=outcome, outcome_at=at, **changes)


def passes(policy, look, contacts):
    return [bool(each) for each in gates(policy, look(policy, contacts=[contacts])).passed[0]]


@pytest.fixture
def capped(policy, offer):
    """One offer on both channels, and these caps."""
    return lambda *caps: policy(offer(channels=("phone", "email")), contact_policy=ContactPolicy(caps=caps), channels=free())


def free():
    from features.company.offers import ContactChannel

    return tuple(ContactChannel(name=name, needs_consent=False) for name in ("phone", "email"))


@pytest.fixture
def paused(policy, offer):
    """Two offers of one group and a third, and these pauses."""
    offers = (offer("gift"), offer("card"), offer("call", group="help"))
    return lambda *pauses: policy(*offers, contact_policy=ContactPolicy(pauses=pauses))


@pytest.mark.parametrize(
    ("at", "free"), [(NOW - 7 * DAY - US, True), (NOW - 7 * DAY, False), (NOW - US, False), (NOW, True), (NOW + US, True)]
)
def test_a_cap_counts_from_so_many_days_ago_until_just_before_now(capped, look, at, free) -> None:
    one = capped(Cap(contacts=1, days=7))

    assert passes(one, look, [shown(at)]) == [free, free]


@pytest.mark.parametrize(("contacts", "free"), [(1, True), (2, False), (3, False)])
def test_a_cap_is_reached_with_its_number_of_contacts(capped, look, contacts, free) -> None:
    one = capped(Cap(contacts=2, days=7))

    assert passes(one, look, [shown(NOW - number * DAY) for number in range(1, contacts + 1)]) == [free, free]


def test_a_cap_of_a_channel_counts_and_withholds_that_channel_alone(capped, look) -> None:
    one = capped(Cap(channel="email", contacts=1, days=7))

    assert passes(one, look, [shown(NOW - DAY, channel="phone")]) == [True, True]
    assert passes(one, look, [shown(NOW - DAY, channel="email")]) == [True, False]


def test_a_cap_of_a_channel_counts_what_was_shown_there_and_lately(capped, look) -> None:
    one = capped(Cap(channel="email", contacts=1, days=7))
    lately_elsewhere, there_long_ago = shown(NOW - DAY, channel="phone"), shown(NOW - 9 * DAY, channel="email")

    assert passes(one, look, [lately_elsewhere, there_long_ago]) == [True, True]


def test_a_cap_without_a_channel_counts_all_of_them_together(capped, look) -> None:
    one = capped(Cap(contacts=2, days=7))

    assert passes(one, look, [shown(NOW - DAY, channel="phone"), shown(NOW - 2 * DAY, channel="letter")]) == [False, False]


def test_what_was_decided_and_never_shown_is_no_contact(capped, look) -> None:
    one = capped(Cap(contacts=1, days=7))

    assert passes(one, look, [shown(NOW - DAY, shown_at=None)]) == [True, True]


def test_one_exposure_told_twice_counts_once(capped, look) -> None:
    one = capped(Cap(contacts=2, days=7))

    assert passes(one, look, [shown(NOW - DAY), shown(NOW - DAY)]) == [True, True]


def test_a_cap_says_how_many_were_shown(capped, look) -> None:
    one = capped(Cap(channel="email", contacts=1, days=1), Cap(contacts=2, days=30))
    here = look(one, contacts=[[], [shown(NOW - DAY + 2, channel="email"), shown(NOW - 2 * DAY)]])

    phone, email = (gates(one, here).check(1, place) for place in (0, 1))

    assert (phone.rule, phone.found(here, 1)) == ("at most 2 shown on all channels together in 30 days", "2 shown")
    assert (email.rule, email.found(here, 1)) == ("at most 1 shown on email in 1 day", "1 shown")


DECLINED = Pause(outcome="declined", count=1, days=30, pause_days=60, scope="offer")


@pytest.mark.parametrize(
    ("at", "free"),
    [(NOW - 60 * DAY - US, True), (NOW - 60 * DAY, True), (NOW - 60 * DAY + US, False), (NOW - US, False), (NOW, True)],
)
def test_an_offer_rests_so_long_from_the_answer_on(paused, look, at, free) -> None:
    one = paused(DECLINED)

    assert passes(one, look, [answered("declined", at)]) == [free, True, True]


def test_a_group_rests_with_the_offer_where_the_file_says_so(paused, look) -> None:
    one = paused(DECLINED.model_copy(update={"scope": "group"}))

    assert passes(one, look, [answered("declined", NOW - DAY)]) == [False, False, True]
    assert passes(one, look, [answered("declined", NOW - DAY, "call")]) == [True, True, False]


def test_answers_to_offers_of_one_group_add_up(paused, look) -> None:
    one = paused(Pause(outcome="declined", count=2, days=30, pause_days=60, scope="group"))

    two = [answered("declined", NOW - 2 * DAY, "gift"), answered("declined", NOW - DAY, "card")]
    other = [answered("declined", NOW - 2 * DAY, "gift"), answered("declined", NOW - DAY, "call")]

    assert passes(one, look, two) == [False, False, True]
    assert passes(one, look, other) == [True, True, True]


@pytest.mark.parametrize(("apart", "free"), [(30 * DAY, False), (30 * DAY + US, True)])
def test_answers_count_together_within_so_many_days(paused, look, apart, free) -> None:
    one = paused(Pause(outcome="declined", count=2, days=30, pause_days=60, scope="offer"))
    last = NOW - DAY

    assert passes(one, look, [answered("declined", last - apart), answered("declined", last)])[0] == free


def test_a_rest_begins_with_the_answer_that_reached_the_count(paused, look) -> None:
    one = paused(Pause(outcome="declined", count=2, days=30, pause_days=60, scope="offer"))
    old = [answered("declined", NOW - 70 * DAY), answered("declined", NOW - 61 * DAY)]

    assert passes(one, look, old)[0]
    assert not passes(one, look, [*old, answered("declined", NOW - 59 * DAY)])[0]


def test_a_rest_that_was_reached_long_ago_is_not_ended_by_later_single_answers(paused, look) -> None:
    one = paused(Pause(outcome="declined", count=2, days=3, pause_days=60, scope="offer"))
    reached = [answered("declined", NOW - 50 * DAY), answered("declined", NOW - 49 * DAY)]

    assert not passes(one, look, [*reached, answered("declined", NOW - 10 * DAY)])[0]


@pytest.mark.parametrize("outcome", ["accepted", "fulfilled", "reversed"])
def test_what_became_of_an_acceptance_later_is_still_one(paused, look, outcome) -> None:
    one = paused(DECLINED.model_copy(update={"outcome": "accepted"}))

    assert not passes(one, look, [answered(outcome, NOW - DAY)])[0]


@pytest.mark.parametrize("outcome", ["declined", "skipped", "accepted", "fulfilled"])
def test_an_outcome_counts_for_its_own_pause_alone(paused, look, outcome) -> None:
    one = paused(DECLINED.model_copy(update={"outcome": "reversed"}))

    assert passes(one, look, [answered(outcome, NOW - DAY)])[0]


def test_what_was_shown_rests_by_when_it_was_shown(paused, look) -> None:
    one = paused(Pause(outcome="shown", count=2, days=30, pause_days=10, scope="offer"))
    twice = [shown(NOW - 20 * DAY), answered("skipped", NOW - 9 * DAY)]

    assert not passes(one, look, twice)[0]
    assert passes(one, look, [*twice[:1], replace(twice[1], shown_at=None)])[0]


def test_another_customer_has_nothing_to_do_with_it(paused, look) -> None:
    one = paused(Pause(outcome="declined", count=2, days=30, pause_days=60, scope="offer"))
    here = look(one, contacts=[[answered("declined", NOW - 2 * DAY)], [answered("declined", NOW - DAY)]])

    assert gates(one, here).passed[:, 0].tolist() == [True, True]


def test_a_pause_says_until_when(paused, look) -> None:
    one = paused(DECLINED, Pause(outcome="declined", count=2, days=30, pause_days=1, scope="group"))
    here = look(one, contacts=[[answered("declined", NOW - 3 * DAY), answered("declined", NOW - DAY)]])

    check = gates(one, here).check(0, 0)

    assert check.rule == "1 declined in 30 days: the offer rests for 60 days"
    assert check.found(here, 0) == "rests until 2026-04-30T12:00:00Z"


def test_a_group_that_rests_is_named(paused, look) -> None:
    one = paused(Pause(outcome="declined", count=1, days=30, pause_days=2, scope="group"))
    here = look(one, contacts=[[answered("declined", NOW - DAY, "card")]])

    check = gates(one, here).check(0, 0)

    assert check.rule == "1 declined in 30 days: the group thanks rests for 2 days"


def test_an_offer_that_has_left_the_file_belongs_to_no_group(paused, look) -> None:
    one = paused(DECLINED.model_copy(update={"scope": "group"}))

    assert passes(one, look, [answered("declined", NOW - DAY, "of_old")]) == [True, True, True]
