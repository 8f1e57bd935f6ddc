"""The customer of docs/next-best-offer.md: what the guide says of the shipped company file is what comes out."""

from __future__ import annotations

import numpy as np
import pytest

from features.company import default_company_text, read_company
from features.times import DAY, parse_time
from models.decision import Asked, Contact, Contacts, Estimates, Lots, OfferEvidence, Policy, Situations, decide

NOW = parse_time("2026-03-02T09:30:00Z")
POLICY = Policy.of(read_company(default_company_text("default")))
OFFERS = [offer.id for offer in POLICY.company.offers]
KNOWN = {
    "churn_probability": 0.12, "expected_margin": 640.0, "health_score": 71.0, "tenure_days": 400.0, "contract_days_left": 20.0,
    "usage_active_days_30d": 14.0, "usage_breadth_30d": 6.0, "usage_breadth_90d": 7.0, "tickets_open": 0.0,
    "tickets_complaints_90d": 0.0, "tickets_open_silent_24h": 0.0, "surveys_nps_last": 9.0, "value_percentile": 80.0,
    "stage_growth_curve": 3.0, "stage_funnel": 4.0, "stage_success_phases": 3.0,
    "consent_to_email": 1.0, "consent_to_phone": 1.0, "consent_to_sms": 0.0,
}  # fmt: skip
ACCEPTANCE = {"in_app": 0.10, "email": 0.08, "phone": 0.2, "sms": 0.05}


@pytest.fixture(scope="module")
def decision():
    uplift = np.array([[0.04 if offer == "annual_plan" else np.nan for offer in OFFERS]])
    acceptance = np.array([[ACCEPTANCE[pair.channel.name] for pair in POLICY.candidates]])
    evidence = {"annual_plan": OfferEvidence(840, 96, mature=True, ramp=1.0, spread=0.2, effect="measured")}
    known = Situations(
        {name: np.array([value]) for name, value in KNOWN.items()},
        np.array([NOW]),
        Estimates(acceptance, uplift, np.array([310.0]), evidence),
        Contacts.of([[Contact("d0/1", "add_on_pack", "email", NOW - 3 * DAY, NOW - 3 * DAY)]]),
        "renewal",
    )
    return decide(POLICY, known, asked=Asked("d1", "c1", None), lots=Lots(0.5, 0.5, 0.5))


def test_three_offers_are_made_in_the_order_of_the_table(decision) -> None:
    made = {slot.candidate.name: slot.priority for slot in decision.offers}

    assert list(made) == ["plan_upgrade/phone", "annual_plan/phone", "add_on_pack/in_app"]
    assert list(made.values()) == pytest.approx([15.88, 13.67, 3.65])


def test_the_first_has_the_probability_that_the_formula_gives(decision) -> None:
    assert decision.offers[0].selection_probability == pytest.approx(0.05 / 7 + 0.95 * (0.1 / 7 + 0.9))


def test_the_rest_is_withheld_by_what_the_table_says(decision) -> None:
    withheld = {(entry.offer_id, entry.channel): (entry.gate, entry.rule, entry.found) for entry in decision.withheld}

    assert withheld["annual_plan", "email"] == ("contact_policy", "at most 1 shown on email in 7 days", "1 shown")
    assert withheld["training_session", None] == ("applicability", "usage_breadth_30d < 5", "usage_breadth_30d 6")
    assert withheld["referral_invite", "in_app"][:2] == ("arbitration", "among the 3 offers shown")
    assert ("plan_upgrade", "in_app") not in withheld
