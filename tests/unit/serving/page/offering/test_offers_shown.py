from __future__ import annotations

import html
import re

import pytest

from features.company import default_company_text, read_company
from features.errors import Unavailable
from features.times import HOUR
from models.decision import Policy
from models.decision.gates.checks import RuleHolds
from serving.database import keys
from serving.page.frame.facts import Facts
from serving.page.frame.wording import wording_of
from serving.page.offering.offers import chance_in_words, nothing_because
from serving.page.offering.withheld import GATES, why_not

ENGLISH = Facts(read_company(default_company_text("default")).catalogue, wording_of("en"))


@pytest.fixture(autouse=True)
def _awake(office, ana):
    office.again(ana)


def test_opening_a_customer_decides_once_and_records_nothing_as_shown(office, ana, bob, customer):
    pages = [ana.open(customer), ana.open(customer), office.again(bob).open(customer)]

    assert len({page.form("accepted").fields["decision_id"] for page in pages}) == 1
    assert (office.decided(customer), office.words(customer)) == (1, [])


def test_the_api_gives_the_decision_the_page_shows(office, ana, customer):
    shown = ana.open(customer).form("accepted").fields["decision_id"]

    asked = ana.browser.post(f"/v1/customers/{customer}/decisions", json={}).json()

    assert asked["decision_id"] == shown
    assert asked["agent_id"] == "ana"
    assert office.decided(customer) == 1


def test_each_offer_says_what_to_say_what_it_brings_and_what_that_rests_on(ana, customer):
    text = html.unescape(ana.open(customer).text)

    assert "You have been paying by the month. By the year you save six weeks' price. Shall I change it?" in text
    assert "twelve months for the price of ten and a half" in text
    assert "Expected to bring €2.85 more than offering nothing." in text
    assert "Assumed: what this offer changes is the company's own estimate, not measured yet." in text
    assert "Until then it is assumed that 1 in 10 customers would accept it." in text
    assert re.search(r"This suggestion stands until \d+ Jan 2026, \d\d:\d\d UTC, for everybody", text)


def test_reasons_and_script_are_in_the_language_of_who_reads(office, ana, customer):
    english = ana.open(customer)

    brazilian = office.person(language="pt-BR").open(customer)

    assert english.form("accepted").fields["decision_id"] == brazilian.form("accepted").fields["decision_id"]
    assert "Assumed: 10% accept" in english.text
    assert "Suposto: 10% aceitam" in brazilian.text
    assert office.decided(customer) == 1


def test_why_it_fits_is_said_without_the_names_of_features(ana, customer):
    text = html.unescape(ana.open(customer).text)

    assert re.search(r"Fits now: “[^”_]+” \S+ [\d.]+%?. Found: [^_<]+: [\d.]+", text)
    assert not re.search(r">[^<]*\b[a-z]+_[a-z_0-9]+[^<]*<", text)


def test_why_not_the_others_names_gate_and_rule(ana, customer):
    text = html.unescape(ana.open(customer).text)

    assert "Thank-you gift" in text
    assert "This customer cannot have it" in text
    assert "Needed: “days as a customer” ≥ 365. Found: days as a customer: 200." in text
    assert "It is for the stages: introduction. The customer stands at: growth." in text
    assert "Others bring more. Its place among those that fit: 4." in text


def test_who_only_looks_sees_what_stands_and_decides_nothing(office, ana, customer):
    analyst = office.person("analyst")

    before = analyst.open(customer)
    decided_before = office.decided(customer)
    ana.open(customer)
    after = analyst.open(customer)

    assert decided_before == 0
    assert "No suggestion stands for this customer now." in before.text
    assert "Yearly instead of monthly" in after.text
    assert "Your role looks on" in after.text
    assert after.forms("/outcomes") == []


def test_an_answered_decision_stands_for_nobody_who_looks(office, ana, customer):
    form = ana.open(customer).form("accepted")
    ana.send(form, outcome="accepted")

    page = office.person("analyst").open(customer)

    assert "No suggestion stands for this customer now." in page.text
    assert "accepted. Recorded by ana" in page.text


def test_of_who_is_not_known_nothing_is_decided(office, ana):
    page = ana.open("nobody")

    assert page.status == 404
    assert "Nobody with this id is known." in page.text
    assert office.decided("nobody") == 0


def test_where_no_offer_fits_the_page_says_so_and_why_for_each(tmp_path, opened_office):
    for office in opened_office(tmp_path, surveys_nps_last=0.0, contract_days_left=300.0):
        page = office.person().open("c1")

    assert "Offer nothing now." in page.text
    assert "No offer fits this customer now." in page.text
    assert "Nothing more is sold while this is so:" in page.text


@pytest.mark.parametrize(
    ("arm", "gates", "because"),
    [
        ("control", ["arbitration", "eligibility"], "drawn"),
        ("explore", ["arbitration"], "drawn"),
        ("policy", ["eligibility", "arbitration"], "worth"),
        ("policy", ["eligibility", "contact_policy"], "passes"),
    ],
)
def test_why_nothing_is_offered_follows_from_the_draw_and_the_gates(arm, gates, because):
    said = {"action": "nothing", "arm": arm, "withheld": [{"gate": gate} for gate in gates]}

    assert nothing_because(said) == because
    assert nothing_because({**said, "action": "offer"}) is None


def test_who_asked_to_be_forgotten_is_shown_to_nobody_and_decided_for_no_more(office, ana, customer):
    form = ana.open(customer).form("accepted")
    key = keys.create_key(office.service.engine, name="admin", scopes=["admin"], created_at=1)
    office.client.delete(f"/v1/customers/{customer}", headers={"Authorization": f"Bearer {key.secret}"})
    office.service.live.look()

    pages = [ana.open(customer), ana.press(form, outcome="accepted")]

    assert [page.status for page in pages] == [410, 410]
    assert "This customer asked to be forgotten, and was." in pages[1].text
    assert office.words(customer) == []


def test_where_nothing_can_be_written_the_page_shows_what_stands_and_says_so(office, ana, customer, monkeypatch):
    ana.open(customer)

    def refused(_question):
        raise Unavailable("needed room on the disk, found none")

    monkeypatch.setattr(office.service.decider, "submit", refused)
    page = ana.open(customer)

    assert page.status == 200
    assert "The service cannot record anything now" in page.text
    assert "Yearly instead of monthly" in page.text


def test_a_decision_that_was_over_is_made_anew(office, ana, customer):
    before = ana.open(customer).form("accepted").fields["decision_id"]
    office.wait(25 * HOUR)

    after = office.again(ana).open(customer).form("accepted").fields["decision_id"]

    assert before != after


@pytest.mark.parametrize("name", ["default", "activity"])
def test_what_we_say_of_every_check_is_said_in_a_sentence_of_ours(name):
    checks = Policy.of(read_company(default_company_text(name))).checks
    founds = {"contact_policy": ("3 shown", "rests until 2026-02-01T00:00:00Z", "not given", "not known")}

    said = [
        why_not({"offer_id": "x", "channel": None, "gate": check.gate, "rule": check.rule, "found": found}, {}, ENGLISH)
        for check in checks
        if not isinstance(check, RuleHolds)
        for found in founds.get(check.gate, ("growth_curve decline",))
    ]

    ours = [one.because for one in said if not one.because.startswith("Needed: ")]
    plain = {check.rule for check in checks if not isinstance(check, RuleHolds)}
    assert len({one.gate for one in said} - set(GATES.values())) == 0
    assert len(ours) >= len(plain)


@pytest.mark.parametrize(
    ("rule", "found", "sentence"),
    [
        ("consent to email", "not given", "The customer has not agreed to be contacted by email."),
        ("at most 2 shown on phone in 7 days", "2 shown", "Offers shown by phone, in days: 2 in 7. The most allowed: 2."),
        (
            "1 declined in 30 days: the offer rests for 90 days",
            "rests until 2026-04-01T00:00:00Z",
            "It rests until 1 Apr 2026 because of what was recorded before: declined.",
        ),
        (
            "in stage decline or high_risk",
            "growth_curve not known, funnel reach",
            "It is for the stages: decline, high risk. The customer stands at: not known, reach.",
        ),
        ("until 2026-03-31", "over", "It was made until 31 Mar 2026."),
        (
            "among the 3 offers shown",
            "priority 0.6, number 4 of the offers that passed",
            "Others bring more. Its place among those that fit: 4.",
        ),
        (
            "the priority can be known",
            "not known: acceptance_probability, expected_margin",
            "What it would bring cannot be said. Not known: chance to accept, expected margin.",
        ),
        (
            "hold when tickets_open > 0 OR churn_probability > 0.3",
            "tickets_open 2, churn_probability not known",
            "Nothing more is sold while this is so: “open tickets” > 0 or “chance to leave” > 30%. "
            "Found: open tickets: 2; chance to leave: not known.",
        ),
    ],
)
def test_a_rule_is_said_in_words(rule, found, sentence):
    withheld = {"offer_id": "gift", "channel": "email", "gate": "contact_policy", "rule": rule, "found": found}

    told = why_not(withheld, {"gift": "Gift"}, ENGLISH)

    assert (told.offer, told.because) == ("Gift", sentence)


@pytest.mark.parametrize(
    ("probability", "words"), [(0.0, (1, 100)), (0.04, (4, 100)), (0.1, (1, 10)), (0.26, (3, 10)), (1.0, (9, 10))]
)
def test_a_chance_is_never_none_and_never_all(probability, words):
    assert chance_in_words(probability) == words
