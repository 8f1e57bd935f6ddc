"""What was answered and decided, counted: so that a model or a policy that begins to answer otherwise is seen on a dashboard.

Labels come from closed lists (bands, arms, gates) or from the company file (offers), never from a request; of offers a bound many
are told apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from msgspec import UNSET, UnsetType
from prometheus_client import CollectorRegistry, Counter

from models.churn.band import RiskBand
from serving.answering.parts import ChurnAnswer
from serving.vitals.counting import Tally, Uncounted

MOST_OFFERS = 200

_CHANCES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
_OTHER, _UNKNOWN = "other", "unknown"


class AnswerCounts:
    """The counters of one process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._offers: set[str] = set()
        self._waiting: Uncounted[str] = Uncounted()
        self._chances = Tally(
            "lifecycle_churn_probability", "Chances to leave answered about one customer", buckets=_CHANCES, registry=registry
        )
        bands = Counter("lifecycle_churn_answers", "Chances to leave answered, by band", ["band"], registry=registry)
        self._bands = {band: bands.labels(band) for band in (*get_args(RiskBand), _UNKNOWN)}  # looked up once: cards are many
        self._decisions = Counter("lifecycle_decisions", "Decisions made", ["arm", "action"], registry=registry)
        self._suggested = Counter("lifecycle_offers_suggested", "Offers that decisions suggested", ["offer"], registry=registry)
        self._withheld = Counter("lifecycle_offers_withheld", "Offers that a gate withheld", ["gate"], registry=registry)

    def churn(self, answer: ChurnAnswer | UnsetType) -> None:
        """Leave a chance to leave that was answered to be counted; nothing where none was."""
        if answer is not UNSET:
            self._waiting.leave(_UNKNOWN if answer.band is UNSET else answer.band, answer.probability)

    def count_waiting(self) -> None:
        """Count what was left. Writing shared counters costs several microseconds, so no request waits for it."""
        for band, chances in self._waiting.taken().items():
            self._chances.add(chances)
            self._bands[band].inc(len(chances))

    def decided(self, said: Mapping[str, Any]) -> None:
        """Count a decision by what it says of itself."""
        self._decisions.labels(said["arm"], said["action"]).inc()
        for offer in said["offers"]:
            self._suggested.labels(self._told_apart(offer["offer_id"])).inc()
        for withheld in said["withheld"]:
            self._withheld.labels(withheld["gate"]).inc()

    def _told_apart(self, offer_id: str) -> str:
        if offer_id not in self._offers:
            if len(self._offers) >= MOST_OFFERS:
                return _OTHER
            self._offers.add(offer_id)
        return offer_id
