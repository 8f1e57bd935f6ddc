"""How does the decision system fare as a whole: offers for customers, models that matured, offers that nobody answers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from features.reports.monitor import SystemLimit
from models.decision import NO_OFFER, OfferEvidence, Policy, choose
from models.decision.published import Published
from models.rows import BoolArray
from training.labels.acceptance import SOURCE, Exposures
from training.labels.labels import observed_by
from training.monitoring.deciding.answers import answers_by_offer, share_without_answers
from training.monitoring.deciding.limits import held_against
from training.monitoring.publications import Watched
from training.value_finder.contenders import Contenders
from training.value_finder.find import published_of
from training.value_finder.relevance import available_offers


def system_limits(watched: Watched) -> list[SystemLimit]:
    """Return the figures of the decision system beside their limits; none where nothing was ever decided and no model decides.

    Offers are counted for customers the churn question is about, as far as a churn model is live: who is gone needs none. Of
    predictions that hold no features of customers (made by an earlier version) nothing is counted.
    """
    decides = "offer" in watched.live.models
    if not decides and not watched.log.manifest.rows.get(SOURCE):
        return []
    published, policy = published_of(watched.home, watched.predictions, models=watched.live.models), Policy.of(watched.company)
    offered = [] if published.features_lacking(policy) else _offered(watched, published, policy)
    return [*offered, *(_mature(watched, published) if decides else []), *_answered(watched)]


def mature_share(evidence: dict[str, OfferEvidence], offers: list[str]) -> float:
    """Return the share of these offers whose model has seen enough acceptances; one without evidence has not.

    >>> seen = OfferEvidence(shown=900, positives=220, mature=True, ramp=1.0, spread=0.1, effect="assumed")
    >>> mature_share({"gift": seen}, ["gift", "upgrade"])
    0.5
    """
    return sum(offer in evidence and evidence[offer].mature for offer in offers) / len(offers)


def _offered(watched: Watched, published: Published, policy: Policy) -> Iterator[SystemLimit]:
    asked = _asked_about(watched, published)
    rows = int(asked.sum())
    if rows:
        made = choose(policy, published.situations(policy, at=watched.predictions.origin.as_of))
        contenders = Contenders.of(made).where(asked)
        yield held_against("customers_without_offer", float((made.best[asked] == NO_OFFER).mean()), rests_on=rows)
        yield held_against("offers_available", available_offers(contenders), rests_on=rows)


def _mature(watched: Watched, published: Published) -> Iterator[SystemLimit]:
    offers = [offer.id for offer in watched.company.offers]
    yield held_against("mature_offers", mature_share(dict(published.evidence), offers), rests_on=len(offers))


def _answered(watched: Watched) -> Iterator[SystemLimit]:
    if not watched.log.manifest.rows.get(SOURCE):
        return
    observed = observed_by(watched.log, watched.moment, sources=(SOURCE,))[SOURCE]
    found = share_without_answers(answers_by_offer(Exposures.read(watched.log), watched.company, observed=observed))
    if found is not None:
        yield held_against("offers_without_answers", found[0], rests_on=found[1])


def _asked_about(watched: Watched, published: Published) -> BoolArray:
    leaving = published.columns.get(f"churn_{watched.company.horizon_days}")
    return np.ones(len(published), np.bool_) if leaving is None else np.isfinite(leaving)
