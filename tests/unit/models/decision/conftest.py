"""Tiny company files and situations: two channels, offers as a test needs them, one customer unless it says more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from features.company import default_company_text, read_company
from features.company.offers import ContactChannel, ContactPolicy, ExpansionGuard, Levers, Offer
from features.company.schema import Company
from features.times import parse_time
from models.decision import Contact, Contacts, Estimates, OfferEvidence, Policy, Situations
from models.decision.gates.look import Look

NOW = parse_time("2026-03-02T12:00:00Z")
_DEFAULT = read_company(default_company_text("default"))
_GROWTH = 3.0  # the place of `growth` in the growth curve of the shipped file
_PLAIN: dict[str, Any] = {
    "id": "gift", "name": "Gift", "kind": "loyalty", "group": "thanks", "value": 40.0, "cost": 2.0, "incrementality": 0.5,
    "channels": ("phone",), "stages": ("growth",), "benefit": {"en": "a gift"}, "script": {"en": "Here is a gift."},
}  # fmt: skip


def build_offer(offer_id: str = "gift", **changes: Any) -> Offer:
    context = {"feature_names": tuple(_DEFAULT.catalogue.names)}
    return Offer.model_validate({**_PLAIN, "id": offer_id, **changes}, context=context)


def build_company(*offers: Offer, **changes: Any) -> Company:
    plain = {
        "offers": offers or (build_offer(),),
        "channels": (ContactChannel(name="phone", contact_cost=1.0, needs_consent=False), ContactChannel(name="email")),
        "levers": Levers(),
        "contact_policy": ContactPolicy(),
        "expansion_guard": ExpansionGuard(),
        "languages": ("en",),
        "contexts": ("renewal",),
        "control_share": 0.0,
        "exploration_share": 0.0,
    }
    return _DEFAULT.model_copy(update={**plain, **changes})


def build_situations(
    policy: Policy,
    columns: dict[str, Sequence[float]] | None = None,
    *,
    contacts: Sequence[Sequence[Contact]] | None = None,
    **changes: Any,
) -> Situations:
    rows = len(next(iter(columns.values()))) if columns else len(contacts or [()])
    known = {"stage_growth_curve": [_GROWTH] * rows, **(columns or {})}
    return Situations(
        columns={name: np.array(values, np.float64) for name, values in known.items()},
        at=np.full(rows, changes.get("at", NOW), np.int64),
        estimates=build_estimates(policy, rows, **changes),
        contacts=Contacts.of(contacts) if contacts else Contacts.none(rows),
        context=changes.get("context"),
    )


def build_estimates(policy: Policy, rows: int, **changes: Any) -> Estimates:
    acceptance = np.broadcast_to(changes.get("acceptance", 0.2), (rows, len(policy.candidates)))
    uplift = np.broadcast_to(changes.get("uplift", np.nan), (rows, len(policy.company.offers)))
    usual = np.broadcast_to(changes.get("usual_margin", np.nan), (rows,))
    return Estimates(acceptance.astype(float), uplift.astype(float), usual.astype(float), changes.get("evidence", {}))


@pytest.fixture
def offer() -> Callable[..., Offer]:
    return build_offer


@pytest.fixture
def company() -> Callable[..., Company]:
    return build_company


@pytest.fixture
def policy() -> Callable[..., Policy]:
    return lambda *offers, **changes: Policy.of(build_company(*offers, **changes))


@pytest.fixture
def situations() -> Callable[..., Situations]:
    return build_situations


@pytest.fixture
def look() -> Callable[..., Look]:
    return lambda policy, *given, **changes: Look.at(build_situations(policy, *given, **changes), policy.names)


@pytest.fixture
def measured() -> OfferEvidence:
    return OfferEvidence(shown=500, positives=80, mature=True, ramp=1.0, spread=0.3, effect="measured")


@pytest.fixture
def guard() -> Callable[..., ExpansionGuard]:
    context = {"feature_names": tuple(_DEFAULT.catalogue.names)}
    return lambda rule, *kinds: ExpansionGuard.model_validate({"kinds": kinds, "hold_when": rule}, context=context)
