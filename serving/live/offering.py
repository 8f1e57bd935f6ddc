"""What are decisions made from: the company's policy, and where in a row of predictions features, scores and estimates stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from features.company.schema import Company
from models.bundle import Predictions, ServedPredictions
from models.decision import PRIOR_ACCEPTANCE, Contacts, Estimates, OfferEvidence, Situations
from models.decision.policy import Policy
from models.decision.published import published_column
from models.offer.knowledge import OfferKnowledge
from models.rows import FloatArray
from serving.live.places import Place


@dataclass(frozen=True)
class OfferPlaces:
    """Where the estimates stand: acceptance by candidate, uplift by offer, the usual margin; None for what no model brings."""

    acceptance: tuple[Place, ...]
    uplift: tuple[Place, ...]
    usual_margin: Place


@dataclass(frozen=True)
class Offering:
    """Everything a decision is made from, but for the customer.

    `columns`: the place of each name that deciding reads, as far as it was published. `contacts`: what the log knows of each
    customer, by the rows of the predictions. `knowledge`: what the live offer model knows of offers and contact times; nothing
    where none is live.
    """

    policy: Policy
    columns: Mapping[str, int]
    places: OfferPlaces
    contacts: Contacts | None
    knowledge: OfferKnowledge

    @property
    def evidence(self) -> Mapping[str, OfferEvidence]:
        """What the estimates rest on, by offer id."""
        return self.knowledge.evidence

    @cached_property
    def unpublished(self) -> tuple[str, ...]:
        """The names that deciding reads and these predictions do not hold: rules that name them do not hold."""
        return tuple(name for name in self.policy.names if name not in self.columns)

    @cached_property
    def rests_on_prior(self) -> bool:
        """Whether some acceptance is only presumed, because no model was asked."""
        return None in self.places.acceptance

    @cached_property
    def looks_back_days(self) -> int:
        """How far back a contact can matter to the contact policy."""
        return self.policy.company.contact_policy.looks_back_days

    def known_contacts(self, places: Sequence[int | None]) -> Contacts:
        """Return what the log knew when the snapshot was taken that these customers were shown: nothing of who came since."""
        if self.contacts is None:
            return Contacts.none(len(places))
        known = self.contacts if None not in places else self._contacts_and_nobody
        return known.take(np.array([len(known) - 1 if place is None else place for place in places], np.int64))

    @cached_property
    def _contacts_and_nobody(self) -> Contacts:
        """Return the contacts with one more customer, who was shown nothing."""
        known = self.contacts or Contacts.none(0)
        return replace(known, offsets=np.append(known.offsets, known.offsets[-1]))

    def situations(self, values: FloatArray, *, at: int, contacts: Contacts, context: str | None) -> Situations:
        """Return the situations of customers on one occasion, from their rows of predictions: one row each."""
        columns = {name: values[:, place] for name, place in self.columns.items()}
        moments = np.full(len(values), at, np.int64)
        return Situations(columns, moments, self._estimates(values), contacts, context)

    def _estimates(self, values: FloatArray) -> Estimates:
        filled = np.column_stack([values, np.full(len(values), PRIOR_ACCEPTANCE), np.full(len(values), np.nan)])
        presumed, unknown = values.shape[1], values.shape[1] + 1
        return Estimates(
            acceptance=filled[:, [presumed if place is None else place for place in self.places.acceptance]],
            uplift=filled[:, [unknown if place is None else place for place in self.places.uplift]],
            usual_margin=filled[:, unknown if self.places.usual_margin is None else self.places.usual_margin],
            evidence=self.evidence,
        )


def offering_of(company: Company, predictions: Predictions | ServedPredictions, knowledge: OfferKnowledge) -> Offering:
    """Look up where everything stands in these predictions."""
    at = {name: place for place, name in enumerate(predictions.columns)}
    policy = Policy.of(company)
    published = {name: at[column] for name in policy.names if (column := published_column(name, company)) in at}
    return Offering(policy, published, _places(policy, at), predictions.contacts, knowledge)


def _places(policy: Policy, at: Mapping[str, int]) -> OfferPlaces:
    offers: Sequence[str] = [offer.id for offer in policy.company.offers]
    return OfferPlaces(
        tuple(at.get(f"offer_acceptance_{pair.name}") for pair in policy.candidates),
        tuple(at.get(f"offer_uplift_{offer}") for offer in offers),
        at.get("offer_usual_margin"),
    )
