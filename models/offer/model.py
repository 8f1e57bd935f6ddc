"""What does an offer model answer: how likely each offer is taken on each channel, and what making it would change.

Acceptance is learned from offers really shown. What an offer changes is learned from decisions drawn by lot, where there are
enough; without them no `uplift` is answered, and what the company file assumes stands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

import numpy as np

from features.write_once import canonical_json
from models.acceptance.model import AcceptanceModel
from models.learners.special import expit
from models.model import ColumnRange
from models.offer.columns import OfferColumns
from models.offer.knowledge import OfferKnowledge
from models.offer.terms import Terms
from models.rows import FloatArray, Rows, check_columns
from models.uplift import UpliftModel, UsualMargin

_FACTS = "offer.json"


@dataclass(frozen=True)
class OfferModel:
    """A fitted offer model over rows of customers. Immutable; may be shared between threads.

    `feature_names`: the catalogue's. `offers`: which offers, on which channels, it is asked about: those of the company file in
    use, seen in training or not. `acceptance` answers for a customer beside an offer; `levels` are added to its log-odds, by
    offer. `channels`: those of the company it learned from, in the order of their columns. `uplift`: what offers change; None
    where too few decisions were drawn by lot.
    """

    kind: ClassVar[str] = "offer"
    name: str
    feature_names: tuple[str, ...]
    signature: str
    acceptance: AcceptanceModel
    levels: Mapping[str, float]
    channels: tuple[str, ...]
    offers: tuple[Terms, ...]
    usual: UsualMargin
    knowledge: OfferKnowledge
    ranges: ColumnRange
    uplift: UpliftModel | None = None

    def offering(self, offers: Sequence[Terms]) -> OfferModel:
        """Return the model asked about these offers, such as those of another company file."""
        return replace(self, offers=tuple(offers))

    def predict(self, rows: Rows, *, names: Sequence[str]) -> FloatArray:
        """Return all that it answers, shape (rows, offers and arms): `acceptances`, then the effect of each measured arm."""
        effects = list(self._effects(rows, names).values())
        return np.column_stack([self.acceptances(rows, names=names), *effects])

    def acceptances(self, rows: Rows, *, names: Sequence[str]) -> FloatArray:
        """Return the chance that each offer, shown on its channel, is taken: shape (rows, offers); higher is more likely.

        Raises
        ------
        WrongColumns
            If `names` are not the model's, in its order.
        """
        check_columns(rows, names, self.feature_names)
        columns = OfferColumns(self.feature_names, self.channels)
        answers = [self._chances(columns.widened(rows, terms), columns, terms.offer_id) for terms in self.offers]
        return np.stack(answers, axis=1) if answers else np.zeros((len(rows), 0))

    def score(self, rows: Rows, *, names: Sequence[str]) -> dict[str, FloatArray]:
        """Return the columns that stand in the predictions, one float64 a row each.

        `offer_acceptance_<offer_id>/<channel>`: see `acceptances`. `offer_uplift_<offer_id>`: what deciding on the offer adds to
        the margin of the reward period, as a share of `offer_usual_margin`, which is what that period would bring at the
        customer's rate so far, company currency; NaN for who never bought. An offer whose effect was not measured has no column.
        """
        chances, effects = self.acceptances(rows, names=names), self._effects(rows, names)
        named = {f"offer_acceptance_{terms.name}": chances[:, place] for place, terms in enumerate(self.offers)}
        asked = {terms.offer_id: effects[terms.offer_id] for terms in self.offers if terms.offer_id in effects}
        return {
            **named,
            **{f"offer_uplift_{offer}": effect for offer, effect in asked.items()},
            "offer_usual_margin": self.usual(rows, names),
        }

    def to_files(self) -> dict[str, bytes]:
        """Return the model as files: LightGBM texts, what it knows beside its estimates, and JSON for the rest."""
        plain: dict[str, Any] = {key: getattr(self, key) for key in ("name", "feature_names", "signature", "levels", "channels")}
        uplift = None if self.uplift is None else self.uplift.to_json()
        facts = {"offers": [terms.to_json() for terms in self.offers], "usual": self.usual.to_json(), "uplift": uplift}
        own = canonical_json({**plain, **facts, "ranges": asdict(self.ranges)})
        return {**self.acceptance.to_files(), _FACTS: own, **self.knowledge.to_files()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes]) -> OfferModel:
        """Return the model that `to_files` wrote; the bytes must have been checked by their hash before."""
        value = json.loads(files[_FACTS])
        value["feature_names"], value["channels"] = tuple(value["feature_names"]), tuple(value["channels"])
        value["offers"] = tuple(Terms(**terms) for terms in value["offers"])
        value["ranges"] = ColumnRange.from_json(value["ranges"])
        value["usual"] = UsualMargin.from_json(value["usual"])
        value["uplift"] = None if value["uplift"] is None else UpliftModel.from_json(value["uplift"])
        knowledge = OfferKnowledge.from_files(files)
        return cls(**value, acceptance=AcceptanceModel.from_files(files), knowledge=knowledge)

    def _effects(self, rows: Rows, names: Sequence[str]) -> dict[str, FloatArray]:
        """Return the effect of every arm that was measured, by offer id."""
        if self.uplift is None:
            return {}
        found = self.uplift.predict(rows, names)
        return {each.offer_id: found[:, place] for place, each in enumerate(self.uplift.answers) if each.is_measured}

    def _chances(self, wide: Rows, columns: OfferColumns, offer_id: str) -> FloatArray:
        log_odds = self.acceptance.log_odds(wide, names=columns.all_names)
        return np.asarray(expit(log_odds + self.levels.get(offer_id, 0.0)))
