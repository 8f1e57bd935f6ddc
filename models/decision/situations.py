"""What is known of customers when it is decided what to offer them: one row each, from which everything else follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.company.schema import Company
from features.company.terms import SCORE_NAMES
from models.decision.contacts.table import Contacts
from models.decision.estimates import Estimates
from models.rows import FloatArray

LANGUAGE = "code_of_language"
"""The feature that tells which language a customer is spoken to in."""


@dataclass(frozen=True)
class Situations:
    """Customers about to be decided for, a row each.

    `columns`: features and scores by name, and `stage_<set>`, the place of the customer's stage in that set as the file lists it;
    float64, NaN where not known. `at`: the moment of each decision, microseconds UTC. `context`: the occasion, one of the
    company's, or None.
    """

    columns: Mapping[str, FloatArray]
    at: npt.NDArray[np.int64]
    estimates: Estimates
    contacts: Contacts
    context: str | None = None

    def __len__(self) -> int:
        return len(self.at)

    def of_row(self, row: int) -> Situations:
        """Return the situation of one customer: a table of one row, of the same numbers."""
        one = slice(row, row + 1)
        columns = {name: column[one] for name, column in self.columns.items()}
        return Situations(columns, self.at[one], self.estimates.of_row(row), self.contacts.of_row(row), self.context)

    def take(self, rows: npt.NDArray[np.integer]) -> Situations:
        """Return the situations of these customers, in this order: one, or a part of a table too large at once."""
        columns = {name: values[rows] for name, values in self.columns.items()}
        return Situations(columns, self.at[rows], self.estimates.take(rows), self.contacts.take(rows), self.context)


def features_read(company: Company) -> tuple[str, ...]:
    """Return the features that deciding, routing and recovery read for this company, sorted: what is kept of each row."""
    rules = [
        *(rule for offer in company.offers for rule in (offer.eligibility, offer.applicability, offer.suitability)),
        company.expansion_guard.hold_when,
        *(queue.rule for queue in company.routing.queues),
    ]
    named = {name for rule in rules for name in rule.names} - set(SCORE_NAMES)
    consents = {f"consent_to_{channel.name}" for channel in company.channels if channel.needs_consent}
    return tuple(sorted({*named, *consents, LANGUAGE}))
