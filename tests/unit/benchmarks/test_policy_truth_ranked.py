"""What is ranked follows from the decision that is served: its gates, its priorities, and the truth of each candidate's offer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.policy_truth.policies import ASSUMED, ORACLE, OURS, Ranked, ranked
from features.company import default_company_text, read_company
from features.company.offers import ContactPolicy, Offer
from features.times import parse_time
from models.decision import OfferEvidence
from models.decision.published import Published

_DEFAULT = read_company(default_company_text("default"))
_GIFT: dict[str, Any] = {
    "id": "gift", "name": "Gift", "kind": "loyalty", "group": "thanks", "value": 40.0, "cost": 2.0, "incrementality": 0.5,
    "channels": ("in_app", "email"), "stages": ("growth",), "benefit": {"en": "a gift"}, "script": {"en": "Here is a gift."},
}  # fmt: skip
MEASURED = {"gift": OfferEvidence(shown=500, positives=80, mature=True, ramp=1.0, spread=0.3, effect="measured")}


@pytest.fixture(scope="module")
def found() -> Ranked:
    gift = Offer.model_validate(_GIFT, context={"feature_names": tuple(_DEFAULT.catalogue.names)})
    company = _DEFAULT.model_copy(update={"offers": (gift,), "contact_policy": ContactPolicy()})
    known: Any = SimpleNamespace(model=SimpleNamespace(offering=lambda _: None), outlook=lambda *_: None)
    published = Published(
        {
            "stage_growth_curve": np.array([3.0, 3.0]),
            "feature_consent_to_email": np.array([1.0, 0.0]),
            "offer_acceptance_gift/in_app": np.array([0.2, 0.2]),
            "offer_acceptance_gift/email": np.array([0.1, 0.1]),
            "offer_uplift_gift": np.array([0.1, -0.1]),
            "offer_usual_margin": np.array([100.0, 100.0]),
        },
        evidence=MEASURED,
    )
    return ranked(known, [asked(company, published)])


def asked(company: Any, published: Published) -> Any:
    class Two(SimpleNamespace):
        def __len__(self) -> int:
            return 2

    return Two(
        company=company,
        as_of=parse_time("2025-10-01"),
        ids=pa.array(["c1", "c2"]),
        rows=None,
        names=(),
        effects=np.array([[7.0], [-3.0]]),
        published=lambda *_: published,
    )


def test_ours_ranks_by_the_priority_that_is_served(found) -> None:
    assert found.by_policy[OURS][0].tolist() == pytest.approx([10.0 - 0.4, 5.0 - 0.05 - 0.2])


def test_assumed_effects_know_nothing_of_a_measured_harm(found) -> None:
    assert found.by_policy[OURS][1].max() < 0
    assert found.by_policy[ASSUMED][1].tolist() == pytest.approx([4.0 - 0.4, 2.0 - 0.05 - 0.2])


def test_a_channel_without_consent_does_not_pass(found) -> None:
    assert found.passed.tolist() == [[True, True], [True, False]]


def test_the_truth_of_an_offer_holds_on_each_of_its_channels(found) -> None:
    assert found.truth.tolist() == found.by_policy[ORACLE].tolist() == [[7.0, 7.0], [-3.0, -3.0]]
