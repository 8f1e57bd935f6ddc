"""How is an offer model fitted: one acceptance model over customers beside offers, then the level of every offer.

Rows may count differently (`Examples.weights`): feedback of one source among many must not decide alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from models.acceptance.fit import AcceptanceRecipe, fit_acceptance
from models.acceptance.model import AcceptanceModel
from models.decision.estimates import Effect
from models.examples import Examples
from models.learners.boosting import BoostingPreset
from models.learners.special import expit
from models.model import ColumnRange
from models.offer.columns import OfferColumns
from models.offer.contact_times import ContactTimes, contact_times
from models.offer.knowledge import OfferKnowledge
from models.offer.levels import Answered, evidence_of, fit_levels, level_column
from models.offer.model import OfferModel
from models.offer.terms import Terms
from models.rows import FloatArray
from models.uplift import UpliftModel, UsualMargin

TREES = BoostingPreset(
    leaves=8, fewest_rows=50, learning_rate=0.05, rounds=200, feature_share=0.8, most_columns=400, row_share=0.7, bag=1
)
"""Every tree sees nearly all columns: who takes an offer depends on the offer and the customer together, never on one alone."""


TREES_HALF_BELIEVED = 4_000
"""From so many exposures trees weigh as much as what is known of the offer alone; with n of them n / (n + this)."""


@dataclass(frozen=True)
class OfferRecipe:
    """How an offer model is made: trees over the customer and the offer together, and a regression on the offer's terms alone.

    With few exposures trees learn noise, and how often such an offer is taken says more: so `trees` weigh n / (n + 4,000) with n
    exposures. `levels`: whether each offer has a level of its own.
    """

    name: str = "offers"
    trees: BoostingPreset = field(default=TREES)
    levels: bool = True

    def acceptance(self, exposures: int) -> AcceptanceRecipe:
        """Return the recipe of the acceptance model for so many exposures.

        >>> dict(OfferRecipe().acceptance(4_000).members)
        {'boosting': 0.5, 'terms': 0.5}
        """
        weight = exposures / (exposures + TREES_HALF_BELIEVED)
        return AcceptanceRecipe("boosting_terms", (("boosting", weight), ("terms", 1.0 - weight)), self.trees)

    def to_json(self) -> dict[str, Any]:
        """Return the recipe as it is written down: equal ones give equal models."""
        return {"name": self.name, "trees": asdict(self.trees), "half_believed": TREES_HALF_BELIEVED, "levels": self.levels}


@dataclass(frozen=True)
class ShownOffers:
    """What was shown to customers, and what became of it.

    `examples`: rows of customers beside offers (`OfferColumns.all_names`), a label of 1.0 for those accepted in time. `offers`:
    what was shown, of which `which` is a row's; `shown_at`: when.
    """

    examples: Examples
    offers: tuple[Terms, ...]
    which: npt.NDArray[np.intp]
    shown_at: npt.NDArray[np.int64]

    @property
    def ids(self) -> tuple[tuple[str, ...], npt.NDArray[np.intp]]:
        """Return the offer ids, and the place of each row's among them: channels are not told apart."""
        names, places = np.unique([terms.offer_id for terms in self.offers], return_inverse=True)
        return tuple(names.tolist()), places[self.which]

    def take(self, places: npt.NDArray[np.intp], *, labels: FloatArray) -> ShownOffers:
        """Return the rows of these places, with these labels."""
        whole = self.examples
        weights = None if whole.weights is None else whole.weights[places]
        columns = whole.rows[places], whole.names, labels, whole.customers[places], whole.as_ofs[places]
        examples = Examples(*columns, signature=whole.signature, weights=weights)
        return ShownOffers(examples, self.offers, self.which[places], self.shown_at[places])


@dataclass(frozen=True)
class Accepted:
    """A fitted acceptance model, and the level of every offer it saw."""

    model: AcceptanceModel
    levels: Mapping[str, float]
    answered: Answered

    def chances(self, asked: ShownOffers) -> FloatArray:
        """Return the chance that each of these exposures is accepted, one a row."""
        ids, which = asked.ids
        log_odds = self.model.log_odds(asked.examples.rows, names=asked.examples.names)
        return np.asarray(expit(log_odds + level_column(self.levels, ids, which)))


def fit_offers(exposures: ShownOffers, *, recipe: OfferRecipe, seed: int) -> Accepted:
    """Fit the recipe on exposures; the same exposures and seed give the same model.

    Raises
    ------
    OneSided
        If every offer was taken, or none was.
    """
    examples, (ids, which) = exposures.examples, exposures.ids
    longest = max((terms.response_days for terms in exposures.offers), default=1.0)
    model = fit_acceptance(examples, recipe=recipe.acceptance(len(examples.rows)), valid_days=longest, seed=seed)
    answered = Answered(ids, which, model.log_odds(examples.rows, names=examples.names), examples.labels[:, 0], examples.weights)
    levels = fit_levels(answered) if recipe.levels else dict.fromkeys(ids, 0.0)
    return Accepted(model, levels, answered)


def offer_model(
    fitted: Accepted, exposures: ShownOffers, *, columns: OfferColumns, effects: UpliftModel | UsualMargin
) -> OfferModel:
    """Return what is served: the fitted model asked about no offer yet, with all that is known beside its estimates.

    `effects`: the uplift model; without one, how the usual margin is told.
    """
    customers = exposures.examples.rows[:, : len(columns.names)]
    uplift = effects if isinstance(effects, UpliftModel) else None
    answers = () if uplift is None else uplift.answers
    measured: dict[str, Effect] = {each.offer_id: "measured" for each in answers if each.is_measured}
    return OfferModel(
        name=fitted.model.name,
        feature_names=columns.names,
        signature=exposures.examples.signature,
        acceptance=fitted.model,
        levels=fitted.levels,
        channels=columns.channels,
        offers=(),
        usual=effects.usual if isinstance(effects, UpliftModel) else effects,
        knowledge=OfferKnowledge(evidence_of(fitted.answered, effects=measured), _times(exposures)),
        ranges=ColumnRange.of(customers),
        uplift=uplift,
    )


def _times(exposures: ShownOffers) -> dict[str, ContactTimes]:
    channels = np.array([terms.channel for terms in exposures.offers])[exposures.which]
    accepted = exposures.examples.labels[:, 0]
    found = [(name, channels == name) for name in np.unique(channels).tolist() if name]
    return {name: contact_times(name, exposures.shown_at[here], accepted[here]) for name, here in found}
