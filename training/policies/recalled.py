"""How stood each logged decision when it was made: what was known, what had been shown, and what a company file chose from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.company import Company
from features.engine.columns import stable_codes
from features.home import Home
from features.log.store import EventLog
from models.decision import Choices, Contacts, Estimates, Policy, Situations, choose
from models.rows import BoolArray, FloatArray
from models.value.categories import category_places
from training.decided import Decided, Decisions
from training.groups.belonging import segment_names
from training.policies.contacts_then import contacts_then
from training.policies.groups import Grouping
from training.policies.scores import Said, read_then

KNOWN = (
    "churn_probability",
    "expected_margin",
    "health_score",
    "rfmt_score",
    "tenure_days",
    "contract_days_left",
    "purchases_margin_90d",
    "purchases_margin_365d",
    "purchases_days_since_last",
    "usage_active_days_30d",
    "usage_breadth_30d",
    "tickets_open",
    "tickets_complaints_90d",
)
"""What the model of the reward reads, as far as it is there; declared beforehand, and few: it only takes noise off."""


@dataclass(frozen=True)
class Recalled:
    """Logged decisions of rank 1 with what was known at each; `said` are the scores, `contacts` the history as logged."""

    home: Home
    decided: Decided
    said: Said
    contacts: Contacts

    @classmethod
    def of(cls, home: Home, decided: Decided, *, history: Decisions, said: Said) -> Recalled:
        """Recall these decisions; `history` holds all that was ever shown."""
        return cls(home, decided, said, contacts_then(history, decided.decisions))

    def columns(self, company: Company) -> dict[str, FloatArray]:
        """Return all that a company file may read of each decision."""
        return read_then(self.home, company, self.decided, said=self.said)

    def choices(self, company: Company, columns: dict[str, FloatArray], estimates: Estimates) -> Choices:
        """Return what a company file would have chosen from."""
        situations = Situations(columns, self.decided.decisions.decided_at, estimates, self.contacts)
        return choose(Policy.of(company), situations)

    def groupings(self, company: Company, columns: dict[str, FloatArray]) -> list[Grouping]:
        """Return the stage, segment and value category of each decision's customer, as known then."""
        stages = columns[f"stage_{company.default_stage_set}"]
        names = tuple(stage.name for stage in company.stage_set.stages)
        return [Grouping("stage", names, _places(stages)), self._segments(columns), _categories(company, columns)]

    def _segments(self, columns: dict[str, FloatArray]) -> Grouping:
        names = segment_names(EventLog.open(self.home))
        codes = stable_codes(names)
        own = columns.get("code_of_segment", np.full(len(self.decided), np.nan))
        places = np.full(len(self.decided), -1, dtype=np.intp)
        for place, code in enumerate(codes.tolist()):
            places[own == code] = place
        return Grouping("segment", tuple(names.to_pylist()), places)


def known_of(columns: dict[str, FloatArray]) -> FloatArray:
    """Return what the model of the reward reads, (decisions, names)."""
    return np.column_stack([columns[name] for name in KNOWN if name in columns])


def drawn_with_probability(decisions: Decisions) -> BoolArray:
    """Return which decisions are of rank 1 and were stored with the probability they were drawn with."""
    return np.asarray((decisions.ranks == 1) & np.isfinite(decisions.probability) & (decisions.probability > 0))


def _categories(company: Company, columns: dict[str, FloatArray]) -> Grouping:
    names = tuple(category.name for category in company.value_categories)
    read = {name for category in company.value_categories for name in category.rule.names}
    rows = len(next(iter(columns.values())))
    if read - set(columns):
        return Grouping("value_category", names, np.full(rows, -1, dtype=np.intp))
    return Grouping("value_category", names, category_places(company.value_categories, columns, rows=rows).astype(np.intp))


def _places(codes: FloatArray) -> npt.NDArray[np.intp]:
    return np.where(np.isnan(codes), -1, codes).astype(np.intp)
