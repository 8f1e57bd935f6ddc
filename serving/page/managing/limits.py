"""Within which limits does the decision system stay: each figure, where it should be, and how it stands in a word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from features.reports.monitor import SystemLimit
from serving.page.frame.wording import N_, Wording

State: TypeAlias = Literal["good", "warn", "bad"]

_NAMES: Mapping[str, str] = {
    "customers_without_offer": N_("Customers for whom no offer is worth making"),
    "offers_available": N_("Offers to choose from, for a customer on average"),
    "mature_offers": N_("Offers taken often enough to learn from"),
    "offers_without_answers": N_("Offers shown often and never answered"),
}
_COUNTED = frozenset({"offers_available"})
_STATES: Mapping[State, str] = {
    "good": N_("as it should be"),
    "warn": N_("should be better"),
    "bad": N_("must be looked at"),
}


@dataclass(frozen=True)
class LimitShown:
    """One figure of the decision system."""

    name: str
    figure: str
    should_be: str
    state: State
    state_said: str


def limits_shown(lines: Sequence[SystemLimit], say: Wording) -> tuple[LimitShown, ...]:
    """Return the figures of the decision system as a manager reads them."""
    return tuple(_limit(line, say) for line in lines)


def _limit(line: SystemLimit, say: Wording) -> LimitShown:
    state = _state(line)
    should = N_("at most %(limit)s") if line.too_high else N_("at least %(limit)s")
    name = say.text(_NAMES[line.measure]) if line.measure in _NAMES else line.text
    limit = say.text(should, limit=_figure(line, line.good, say))
    return LimitShown(name, _figure(line, line.figure, say), limit, state, say.text(_STATES[state]))


def _state(line: SystemLimit) -> State:
    """Return how a figure stands: a narrow catalogue or a young model is to be mended, and no alarm."""
    if _beyond(line, line.hard) and line.alarms:
        return "bad"
    return "warn" if _beyond(line, line.good) else "good"


def _beyond(line: SystemLimit, limit: float) -> bool:
    return line.figure > limit if line.too_high else line.figure < limit


def _figure(line: SystemLimit, value: float, say: Wording) -> str:
    return say.number(value, decimals=1) if line.measure in _COUNTED else say.percent(value)
