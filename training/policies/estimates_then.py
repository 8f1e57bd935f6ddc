"""What would an offer model have estimated of decisions if it had learned only from what came before them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from features.company import Company
from models.decision import PRIOR_ACCEPTANCE, Estimates
from models.offer import OfferModel, Terms, terms_of
from models.rows import FloatArray
from models.uplift import UsualMargin
from training.decided import Decided


@dataclass(frozen=True)
class EstimatesThen:
    """Estimates of the same decisions for one company file after another; offers on the same terms are asked about once.

    Without a model, where too little had been answered before, every offer is taken by one in ten, and all effects are those
    the company file assumes.
    """

    decided: Decided
    model: OfferModel | None
    acceptance: dict[Terms, FloatArray] = field(default_factory=dict)
    beside: dict[str, FloatArray] = field(default_factory=dict)

    def of(self, company: Company) -> Estimates:
        """Return the estimates for the candidates of a company file."""
        terms = terms_of(company)
        self._ask(tuple(each for each in terms if each not in self.acceptance), company)
        unmeasured = np.full(len(self.decided), np.nan)
        uplift = [self.beside.get(f"offer_uplift_{offer.id}", unmeasured) for offer in company.offers]
        evidence = {} if self.model is None else self.model.knowledge.evidence
        acceptance = np.column_stack([self.acceptance[each] for each in terms])
        return Estimates(acceptance, np.column_stack(uplift), self.beside["offer_usual_margin"], evidence)

    def _ask(self, terms: tuple[Terms, ...], company: Company) -> None:
        rows, names = self.decided.rows, self.decided.names
        if self.model is None:
            usual = UsualMargin.of(rows, names, days=company.reward_days)
            self.acceptance.update(dict.fromkeys(terms, np.full(len(rows), PRIOR_ACCEPTANCE)))
            self.beside["offer_usual_margin"] = usual(rows, names)
        elif terms:
            said = self.model.offering(terms).score(rows, names=names)
            self.acceptance.update({each: said[f"offer_acceptance_{each.name}"] for each in terms})
            self.beside.update({name: column for name, column in said.items() if not name.startswith("offer_acceptance_")})
