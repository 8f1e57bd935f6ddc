"""Under which names do published predictions hold what deciding reads, and how do everybody's rows become situations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from features.company.schema import Company
from features.times import Timestamp
from models.decision.contacts.table import Contacts
from models.decision.estimates import PRIOR_ACCEPTANCE, Estimates, OfferEvidence
from models.decision.policy import Policy
from models.decision.situations import Situations
from models.rows import FloatArray

_STAGE, _FEATURE = "stage_", "feature_"


def published_column(name: str, company: Company) -> str:
    """Return the column of the predictions that holds what rules call so; the column itself may be lacking.

    Scores stand under the name of what brings them, features behind `feature_`.
    """
    scores = {
        "churn_probability": f"churn_{company.horizon_days}",
        "expected_margin": f"value_{company.horizon_days}",
        "clv_to_cac": "value_clv_to_cac",
        **{same: same for same in ("churn_percentile", "value_percentile", "health_score", "rfmt_score", "days_in_stage")},
    }
    return name if name.startswith(_STAGE) else scores.get(name, f"{_FEATURE}{name}")


@dataclass(frozen=True)
class Published:
    """What was published of everybody, a row each: predictions by name, what each was shown, and what estimates rest on."""

    columns: Mapping[str, FloatArray]
    contacts: Contacts | None = None
    evidence: Mapping[str, OfferEvidence] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def situations(self, policy: Policy, *, at: Timestamp, context: str | None = None) -> Situations:
        """Return the situations of everybody at one moment.

        What was not published is not known; acceptance is then presumed (`PRIOR_ACCEPTANCE`).
        """
        known = {name: published_column(name, policy.company) for name in policy.names}
        read = {name: self.columns[column] for name, column in known.items() if column in self.columns}
        contacts = Contacts.none(len(self)) if self.contacts is None else self.contacts
        return Situations(read, np.full(len(self), at, dtype=np.int64), self._estimates(policy), contacts, context)

    def unpublished(self, policy: Policy) -> tuple[str, ...]:
        """Return the names that deciding reads and nothing was published of: rules that name them do not hold."""
        return tuple(name for name in policy.names if published_column(name, policy.company) not in self.columns)

    def features_lacking(self, policy: Policy) -> tuple[str, ...]:
        """Return the features that deciding reads and nothing was published of, though they are known of a snapshot."""
        return tuple(name for name in self.unpublished(policy) if published_column(name, policy.company).startswith(_FEATURE))

    def _estimates(self, policy: Policy) -> Estimates:
        presumed, unknown = np.full(len(self), PRIOR_ACCEPTANCE), np.full(len(self), np.nan)
        return Estimates(
            np.column_stack([self.columns.get(f"offer_acceptance_{pair.name}", presumed) for pair in policy.candidates]),
            np.column_stack([self.columns.get(f"offer_uplift_{offer.id}", unknown) for offer in policy.company.offers]),
            self.columns.get("offer_usual_margin", unknown),
            self.evidence,
        )
