from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from serving.answering.parts import ChurnAnswer
from serving.vitals.answer_counts import MOST_OFFERS, AnswerCounts


def decision(offer_id: str, gate: str = "contact_policy"):
    return {"arm": "policy", "action": "offer", "offers": [{"offer_id": offer_id}], "withheld": [{"gate": gate}]}


def test_decisions_are_counted_by_arm_offer_and_gate():
    registry = CollectorRegistry()
    counts = AnswerCounts(registry)

    counts.decided(decision("referral_invite"))
    page = generate_latest(registry).decode()

    assert 'lifecycle_decisions_total{action="offer",arm="policy"} 1.0' in page
    assert 'lifecycle_offers_suggested_total{offer="referral_invite"} 1.0' in page
    assert 'lifecycle_offers_withheld_total{gate="contact_policy"} 1.0' in page


def test_offers_beyond_the_bound_share_one_series():
    registry = CollectorRegistry()
    counts = AnswerCounts(registry)

    for number in range(MOST_OFFERS + 5):
        counts.decided(decision(f"offer{number}"))
    page = generate_latest(registry).decode()

    assert 'lifecycle_offers_suggested_total{offer="other"} 5.0' in page


def test_a_chance_waits_to_be_counted_so_that_no_request_does():
    registry = CollectorRegistry()
    counts = AnswerCounts(registry)

    counts.churn(ChurnAnswer(0.25, 90, [], band="medium"))
    before = generate_latest(registry).decode()
    counts.count_waiting()
    after = generate_latest(registry).decode()

    assert 'lifecycle_churn_answers_total{band="medium"} 0.0' in before
    assert 'lifecycle_churn_answers_total{band="medium"} 1.0' in after
    assert 'lifecycle_churn_probability_bucket{le="0.3"} 1.0' in after
    assert 'lifecycle_churn_probability_bucket{le="0.2"} 0.0' in after
