"""What does a what-if answer: the parts of a customer's answer that were asked for, with what was supposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from features.times import format_time
from serving.answering.answers import TOO_LITTLE, Caveat, Standing, own_warnings
from serving.answering.parts import (
    ChurnAnswer,
    HealthAnswer,
    PurchaseAnswer,
    StageAnswer,
    ValueAnswer,
    churn_answer,
    health_answer,
    purchase_answer,
    stage_answer,
    value_answer,
)
from serving.live.state import LiveState, Versions
from serving.what_if.answering import Outcome, Supposing, Wanted


class WhatIfAnswer(Struct, frozen=True, omit_defaults=True):
    """What would be predicted for one customer; a part is absent where it was not asked for, or `warnings` say why."""

    customer_id: str
    as_of: str
    request_id: str
    degraded: bool
    warnings: list[Caveat]
    versions: Versions
    changed: list[str]
    stage: StageAnswer | UnsetType = UNSET
    churn: ChurnAnswer | UnsetType = UNSET
    value: ValueAnswer | UnsetType = UNSET
    health: HealthAnswer | UnsetType = UNSET
    purchase: PurchaseAnswer | UnsetType = UNSET


@dataclass(frozen=True)
class WhatIf:
    """One question: who and what is supposed, what is wanted, and what holds for every answer."""

    supposing: Supposing
    wanted: Wanted
    standing: Standing

    @property
    def state(self) -> LiveState:
        """Return the state it is asked of."""
        return self.supposing.state

    def answer(self, request_id: str) -> WhatIfAnswer:
        """Return the answer, computed now."""
        known = self._parts(self.supposing.outcome(self.wanted))
        own = [caveat for caveat in known.warnings if _concerns(caveat, self.wanted.parts)]
        held = [caveat for caveat in self.standing.warnings if _concerns(caveat, self.wanted.parts)]
        return WhatIfAnswer(
            customer_id=self.supposing.found.customer_id,
            as_of=format_time(self.supposing.found.as_of),
            request_id=request_id,
            degraded=self.standing.degraded or TOO_LITTLE in own,
            warnings=[*own, *held],
            versions=self.state.versions,
            changed=self._changed(),
            **known.parts,
        )

    def _changed(self) -> list[str]:
        names, supposed = self.supposing.bench.declared.catalogue.names, self.supposing.supposed
        return [*names] if supposed.is_full else [names[place] for place in sorted(supposed.places.tolist())]

    def _parts(self, outcome: Outcome) -> _Known:
        values, places, company, parts = outcome.values, self.state.places, self.state.company, self.wanted.parts
        found: dict[str, Any] = {}
        if places.stage and "stage" in parts:
            found["stage"] = stage_answer(values, places.stage)
        if places.churn and "churn" in parts:
            found["churn"] = churn_answer(values, places.churn, company, reasons=outcome.reasons)
        if places.value and "value" in parts:
            found["value"] = value_answer(values, places.value, currency=company.currency)
        if places.health and "health" in parts:
            found["health"] = health_answer(values, places.health)
        if places.purchase and "purchase" in parts:
            found["purchase"] = purchase_answer(values, places.purchase)
        return _Known(found, own_warnings(values, places, known=found) if found else [])


@dataclass(frozen=True)
class _Known:
    parts: dict[str, Any]
    warnings: Sequence[Caveat]


def _concerns(caveat: Caveat, parts: frozenset[str]) -> bool:
    """Whether a warning is of a part that was asked for, or of none; that no reasons are stored is no matter here."""
    if caveat.part is UNSET:
        return True
    return caveat.code != "churn_reasons_unavailable" and caveat.part.partition(".")[0] in parts
