"""What holds for every decision, whatever is known of the customer: over random customers of the shipped company file."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from features.company import default_company_text, read_company
from features.times import DAY, parse_time
from models.decision import (
    Asked,
    Contact,
    Contacts,
    Estimates,
    Lots,
    OfferEvidence,
    Policy,
    Secrets,
    Shares,
    Situations,
    Window,
    choose,
    decide,
    document,
    lots,
    merged,
    probabilities,
    replay,
)
from models.decision.choices import best_of
from models.decision.draw import drawn

NOW = parse_time("2026-03-02T12:00:00Z")
COMPANY = read_company(default_company_text("default"))
POLICY = Policy.of(COMPANY)
OFFERS = [offer.id for offer in COMPANY.offers]
SECRETS = Secrets(control=b"c" * 32, draw=b"d" * 32)
OUTCOMES = [None, "skipped", "accepted", "declined", "fulfilled", "reversed"]


def column(name: str, rows: int, rng: np.random.Generator) -> np.ndarray:
    """Values that make most rules come out either way, one in twenty unknown."""
    if name.startswith("stage_"):
        values = rng.integers(0, 5, rows).astype(float)
    elif name.startswith("consent") or name == "contract_cancelled":
        values = (rng.random(rows) < 0.6).astype(float)
    elif name.endswith("probability"):
        values = rng.random(rows)
    elif name.startswith(("tickets", "milestones")):
        values = rng.poisson(0.2, rows).astype(float)
    else:
        values = rng.choice([0.0, 3.0, 5.0, 7.0, 20.0, 80.0, 100.0, 400.0], rows)
    return np.where(rng.random(rows) < 0.05, np.nan, values)


def random_contacts(rows: int, seed: int) -> list[list[Contact]]:
    """Up to eight exposures a customer, at whole days before now, so that many lie on the edge of a window."""
    rng = random.Random(seed)  # noqa: S311

    def contact(row: int, number: int) -> Contact:
        shown = NOW - rng.randrange(-1, 100) * DAY
        outcome = rng.choice(OUTCOMES)
        channel = rng.choice(["phone", "email", "sms", "in_app", "letter", None])
        answered = None if outcome is None else shown + rng.randrange(0, 9) * DAY
        return Contact(
            f"d{row}/{number}", rng.choice([*OFFERS, "of_old"]), channel, shown - DAY,
            shown if rng.random() < 0.8 else None, outcome, answered,
        )  # fmt: skip

    return [[contact(row, number) for number in range(rng.randrange(0, 9))] for row in range(rows)]


def random_situations(rows: int, seed: int, context: str | None = "renewal") -> Situations:
    rng = np.random.default_rng(seed)
    unknown = rng.random(rows) < 0.3
    evidence = {
        OFFERS[0]: OfferEvidence(900, 90, mature=True, ramp=1.0, spread=0.2, effect="measured"),
        OFFERS[3]: OfferEvidence(20, 3, mature=False, ramp=0.2, spread=1.5, effect="assumed"),
    }
    estimates = Estimates(
        acceptance=rng.beta(2, 8, (rows, len(POLICY.candidates))),
        uplift=np.where(rng.random((rows, len(OFFERS))) < 0.2, np.nan, rng.normal(0.02, 0.05, (rows, len(OFFERS)))),
        usual_margin=np.where(unknown, np.nan, rng.gamma(1.0, 200.0, rows)),
        evidence=evidence,
    )
    columns = {name: column(name, rows, rng) for name in POLICY.names}
    return Situations(columns, np.full(rows, NOW), estimates, Contacts.of(random_contacts(rows, seed)), context)


def one_of(table: Situations, row: int) -> Situations:
    """The same customer as a table of one row."""
    return table.take(np.array([row]))


@pytest.fixture(scope="module")
def table() -> Situations:
    return random_situations(1_000, seed=7)


@pytest.fixture(scope="module")
def choices(table):
    return choose(POLICY, table)


def test_probabilities_add_up_over_the_eligible_and_nothing_in_10000_random_states() -> None:
    rng = np.random.default_rng(1)
    for shares in (Shares(0.05, 0.1), Shares(0.0, 0.0), Shares(1.0, 1.0), Shares(1 / 3, 0.7), Shares(*rng.random(2))):
        eligible = rng.random((2_000, 25)) < rng.random((2_000, 1))
        best = best_of(rng.normal(size=(2_000, 25)), eligible)

        found = probabilities(eligible, best, shares=shares)

        assert np.abs(found.sum(axis=1) - 1.0).max() <= 1e-12
        assert (found >= 0.0).all()
        assert (found[:, 1:][~eligible] == 0.0).all()


def test_probabilities_of_customers_add_up_and_only_what_passed_is_drawn(choices) -> None:
    found = choices.probabilities()

    assert np.abs(found.sum(axis=1) - 1.0).max() <= 1e-12
    assert (found[:, 1:][~choices.eligible] == 0.0).all()
    assert (found[:, 1:][choices.eligible] > 0.0).all()


def test_draws_are_as_frequent_as_their_probabilities_say() -> None:
    """Chi-square over 20,000 customers whose lots come from the secrets: 5 choices, 4 degrees of freedom, one in a thousand."""
    eligible, best, shares = np.array([True, False, True, True, True]), 3, Shares(0.15, 0.3)
    window = Window(POLICY.sha256, NOW)

    draws = [drawn(eligible, best, lots=lots(SECRETS, f"c{number}", window=window), shares=shares) for number in range(20_000)]

    counts = np.bincount([draw.place + 1 for draw in draws], minlength=6)
    expected = 20_000 * probabilities(eligible[None], np.array([best]), shares=shares)[0]
    assert counts[2] == 0
    possible = expected > 0
    assert float(((counts - expected)[possible] ** 2 / expected[possible]).sum()) < 18.5
    arms = np.array([sum(draw.arm == arm for draw in draws) for arm in ("control", "explore", "policy")])
    of_arms = 20_000 * np.array([0.15, 0.85 * 0.3, 0.85 * 0.7])
    assert float(((arms - of_arms) ** 2 / of_arms).sum()) < 13.9


def test_the_probability_stored_is_that_of_the_table(table, choices) -> None:
    expected = choices.probabilities()
    for row in range(0, 1_000, 20):
        lot = lots(SECRETS, f"c{row}", window=Window(POLICY.sha256, NOW))

        decision = decide(POLICY, one_of(table, row), asked=Asked(f"d{row}", f"c{row}", None), lots=lot)

        assert decision.draw.probability == expected[row, decision.draw.place + 1]


def test_one_customer_is_decided_for_as_in_a_table(table, choices) -> None:
    for row in range(0, 1_000, 10):
        one = choose(POLICY, one_of(table, row))

        assert one.gates.first.tolist() == choices.gates.first[row : row + 1].tolist()
        assert one.weighed.priority.tobytes() == choices.weighed.priority[row : row + 1].tobytes()
        assert one.best.tolist() == choices.best[row : row + 1].tolist()


def test_the_check_named_is_the_first_in_order_that_withholds(table, choices) -> None:
    says = [check.withholds(choices.look).tolist() for check in POLICY.checks]
    for place, asked in enumerate(POLICY.asked):
        expected = [next((check for check in asked if says[check][row]), -1) for row in range(len(table))]
        assert choices.gates.first[:, place].tolist() == expected


def test_every_check_is_the_first_for_somebody(choices) -> None:
    """Else the tests above would prove little: each gate withholds from some and lets some pass."""
    gates = {POLICY.checks[place].gate for place in np.unique(choices.gates.first) if place >= 0}

    assert gates == {"eligibility", "applicability", "suitability", "contact_policy", "expansion_guard"}
    assert choices.eligible.any(axis=1).sum() > 100
    assert len(np.unique(choices.best)) > 5


def test_nothing_wins_where_every_priority_is_below_it(table, choices) -> None:
    poor = replace(table, estimates=replace(table.estimates, acceptance=table.estimates.acceptance * 0.0, evidence={}))

    found = choose(POLICY, poor)

    assert (found.weighed.priority[found.eligible] <= 0.0).all()
    assert (found.best == -1).all()
    assert (choices.best[~choices.eligible.any(axis=1)] == -1).all()


def test_the_best_is_the_greatest_eligible_priority_above_nothing(choices) -> None:
    priorities, eligible = choices.weighed.priority.tolist(), choices.eligible.tolist()
    for row, best in enumerate(choices.best.tolist()):
        allowed = [value for value, passed in zip(priorities[row], eligible[row], strict=True) if passed]
        if best == -1:
            assert max(allowed, default=0.0) <= 0.0
        else:
            assert priorities[row][best] == max(allowed) > 0.0


def test_the_order_of_offers_in_the_file_does_not_change_who_wins(table, choices) -> None:
    order = np.random.default_rng(3).permutation(len(OFFERS))
    shuffled = Policy.of(COMPANY.model_copy(update={"offers": tuple(COMPANY.offers[place] for place in order)}))
    names = [pair.name for pair in POLICY.candidates]
    places = [names.index(pair.name) for pair in shuffled.candidates]
    known = table.estimates
    moved = replace(known, acceptance=known.acceptance[:, places], uplift=known.uplift[:, order])

    found = choose(shuffled, replace(table, estimates=moved))

    assert (found.eligible == choices.eligible[:, places]).all()
    assert [winner(shuffled, place) for place in found.best] == [winner(POLICY, place) for place in choices.best]


def winner(policy: Policy, place: int) -> str:
    return "nothing" if place == -1 else policy.candidates[place].name


def test_the_order_in_which_contacts_are_told_changes_nothing(table, choices) -> None:
    told = random_contacts(len(table), seed=7)
    backwards = Contacts.of([one[::-1] for one in told])
    in_two_stores = merged(Contacts.of([one[::2] for one in told]), Contacts.of([one[::-1] for one in told]))

    for contacts in (backwards, in_two_stores):
        assert (choose(POLICY, replace(table, contacts=contacts)).gates.first == choices.gates.first).all()


def test_caps_and_pauses_agree_with_a_plain_reading_of_the_file(table, choices) -> None:
    """Reads the contact policy row by row in plain Python, sharing nothing with the checks."""
    told = random_contacts(len(table), seed=7)
    group_of = {offer.id: offer.group for offer in COMPANY.offers}
    held = 0
    for place, pair in enumerate(POLICY.candidates):
        free = [
            all(not capped(cap, pair.channel.name, contacts) for cap in COMPANY.contact_policy.caps)
            and all(not resting(pause, pair.offer.id, group_of, contacts=contacts) for pause in COMPANY.contact_policy.pauses)
            for contacts in told
        ]
        checks = [POLICY.checks[check] for check in POLICY.asked[place]]
        mine = [check for check in checks if check.gate == "contact_policy" and not check.names]
        found = ~np.logical_or.reduce([check.withholds(choices.look) for check in mine])
        assert found.tolist() == free
        held += len(free) - sum(free)
    assert 0.1 < held / (len(table) * len(POLICY.candidates)) < 0.9


def capped(cap, channel, contacts) -> bool:
    if cap.channel not in (None, channel):
        return False
    shown = [one for one in contacts if one.shown_at is not None and NOW - cap.days * DAY <= one.shown_at < NOW]
    return len([one for one in shown if cap.channel in (None, one.channel)]) >= cap.contacts


def resting(pause, offer_id, group_of, *, contacts) -> bool:
    wanted = {"accepted": {"accepted", "fulfilled", "reversed"}}.get(pause.outcome, {pause.outcome})
    moments = []
    for one in contacts:
        alike = one.offer_id == offer_id or (pause.scope == "group" and group_of.get(one.offer_id) == group_of[offer_id])
        moment = one.shown_at if pause.outcome == "shown" else one.outcome_at if one.outcome in wanted else None
        if alike and moment is not None and moment < NOW:
            moments.append(moment)
    for reached in moments:
        before = [moment for moment in moments if reached - pause.days * DAY <= moment <= reached]
        if len(before) >= pause.count and reached + pause.pause_days * DAY > NOW:
            return True
    return False


def test_decisions_are_replayed_byte_for_byte(table) -> None:
    rng = random.Random(5)  # noqa: S311
    actions = set()
    for row in range(60):
        lot = Lots(rng.random(), rng.random() / 4, rng.random())
        asked = Asked(f"d{row}", f"kundin {row} ż", "b" * 64, "ann", rng.choice([None, "en"]), rng.choice(["en", "pt-BR", "pl"]))

        decision = decide(POLICY, one_of(table, row), asked=asked, lots=lot)

        assert replay(document(decision), POLICY) == document(decision)
        actions.add((decision.action, decision.draw.arm))
    assert len(actions) >= 4


def test_every_offer_is_either_made_or_withheld_on_each_of_its_channels(table) -> None:
    for row in range(60):
        decision = decide(POLICY, one_of(table, row), asked=Asked("d", "c", None), lots=Lots(0.9, 0.05, 0.6))

        made = {slot.candidate.offer.id for slot in decision.offers}
        kept = {entry.offer_id for entry in decision.withheld if entry.channel is None or entry.gate == "arbitration"}
        assert made | {entry.offer_id for entry in decision.withheld} == set(OFFERS)
        assert not made & kept
        assert all(slot.priority > 0.0 for slot in decision.offers[1:])
