from __future__ import annotations

import numpy as np
import pytest

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import AS_OF, Publisher
from features.times import DAY
from models.bundle import open_predictions
from models.decision import Contact, Contacts, OfferEvidence
from models.offer.knowledge import OfferKnowledge
from serving.live.offering import Offering, offering_of
from serving.live.shelf import LiveShelf

CHANCES = {"c1": 0.2, "c2": 0.4}
SHOWN = Contact("d1/1", "add_on_pack", "email", AS_OF - DAY, AS_OF - DAY)


def opened(publisher: Publisher, *, contacts: Contacts | None = None, **columns: float) -> Offering:
    beside = {**decidable(), **columns}
    publisher.point_to(publisher.store(CHANCES, company_text=company_with(10), beside=beside, contacts=contacts))
    return LiveShelf(publisher.home).newest().offering


def situations(offering: Offering, contacts: Contacts | None = None):
    values = np.arange(400.0).reshape(2, 200)
    return offering.situations(values, at=AS_OF, contacts=contacts or Contacts.none(2), context=None)


def test_every_name_that_deciding_reads_is_found_where_it_was_published(publisher):
    offering = opened(publisher)

    assert offering.unpublished == ()
    assert set(offering.columns) == set(offering.policy.names)
    found = situations(offering).columns
    assert {name: column.tolist() for name, column in found.items()} == {
        name: [place, 200.0 + place] for name, place in offering.columns.items()
    }


def test_what_was_not_published_is_named(publisher):
    publisher.publish(CHANCES)

    offering = LiveShelf(publisher.home).newest().offering

    assert "tenure_days" in offering.unpublished
    assert "churn_probability" not in offering.unpublished


def test_without_a_model_acceptance_is_presumed_and_no_effect_is_known(publisher):
    estimates = situations(opened(publisher)).estimates

    assert opened(publisher).rests_on_prior
    assert set(estimates.acceptance.ravel().tolist()) == {0.1}
    assert np.isnan(estimates.uplift).all()
    assert np.isnan(estimates.usual_margin).all()


def test_estimates_stand_in_the_order_of_the_company_file(publisher):
    names = [pair.name for pair in opened(publisher).policy.candidates]
    offering = opened(
        publisher,
        **{f"offer_acceptance_{name}": 0.0 for name in reversed(names)},
        offer_uplift_add_on_pack=0.0,
        offer_usual_margin=0.0,
    )
    columns = {name: place for place, name in enumerate(LiveShelf(publisher.home).newest().predictions.columns)}

    estimates = situations(offering).estimates

    assert not offering.rests_on_prior
    assert estimates.acceptance[0].tolist() == [columns[f"offer_acceptance_{name}"] for name in names]
    known = np.flatnonzero(~np.isnan(estimates.uplift[0]))
    assert [offering.policy.company.offers[place].id for place in known] == ["add_on_pack"]
    assert estimates.usual_margin.tolist() == [columns["offer_usual_margin"], 200.0 + columns["offer_usual_margin"]]


def test_what_the_log_knows_of_a_customer_is_taken_by_their_row(publisher):
    offering = opened(publisher, contacts=Contacts.of([[], [SHOWN]]))

    assert [len(offering.known_contacts([row]).exposure) for row in (0, 1)] == [0, 1]
    assert len(opened(publisher).known_contacts([0, 1])) == 2


def test_the_longest_window_of_the_contact_policy_says_how_far_back_to_look(publisher):
    assert opened(publisher).looks_back_days == 90 + 180


@pytest.mark.parametrize("effect", ["measured", "assumed"])
def test_evidence_goes_with_the_estimates(publisher, effect):
    opened(publisher)
    state = LiveShelf(publisher.home).newest()
    evidence = {"add_on_pack": OfferEvidence(900, 240, True, 1.0, 0.2, effect)}

    offering = offering_of(state.company, open_predictions(publisher.home, state.live.predictions), OfferKnowledge(evidence, {}))

    assert situations(offering).estimates.evidence == evidence
