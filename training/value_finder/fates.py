"""What becomes of each offer: by which gate it falls, whether it is worth anything, by whom it is beaten, how often it wins."""

from __future__ import annotations

from collections import Counter

import numpy as np

from features.reports.value_finder import OfferFate
from models.rows import BoolArray, FloatArray
from training.value_finder.contenders import GATES, NOBODY, PASSED, Contenders, Places

_WORDS = {
    "eligibility": "most customers may not have it (eligibility: its stages, dates and rule)",
    "applicability": "it fits the situation of few (applicability)",
    "suitability": "it is good for few of those whom it fits (suitability)",
    "contact_policy": "most may not be contacted about it now (consent, caps and pauses)",
    "expansion_guard": "nothing more is to be sold to most now (expansion guard)",
    "unknown": "what it is worth cannot be known for most: no score, or no value in the company file",
    "below_nothing": "it mostly costs more than it brings",
}


def fates(contenders: Contenders) -> list[OfferFate]:
    """Return what becomes of each offer, in the order of the company file; the customers of each add up to all."""
    reached = contenders.by_offer(contenders.reached.astype(np.float64), nowhere=0.0)
    worth = contenders.by_offer(contenders.priority, nowhere=-np.inf)
    first = contenders.first(contenders.priority)
    return [
        _fate(contenders, place, reached=reached[:, place], worth=worth[:, place], first=first)
        for place in range(len(contenders.offer_ids))
    ]


def _fate(contenders: Contenders, place: int, *, reached: FloatArray, worth: FloatArray, first: Places) -> OfferFate:
    passed = reached == PASSED
    unknown, below = passed & np.isneginf(worth), passed & np.isfinite(worth) & (worth <= 0)
    wins = first == place
    beaten = passed & (worth > 0) & ~wins
    counts = {gate: int((reached == step).sum()) for step, gate in enumerate(GATES)}
    by = _beaten_by(contenders, first, beaten)
    lost = {**counts, "unknown": int(unknown.sum()), "below_nothing": int(below.sum()), "beaten": int(beaten.sum())}
    return OfferFate(
        offer_id=contenders.offer_ids[place],
        kind=next(each.offer.kind for each in contenders.candidates if each.offer.id == contenders.offer_ids[place]),
        withheld=counts,
        unknown=lost["unknown"],
        below_nothing=lost["below_nothing"],
        beaten=lost["beaten"],
        beaten_by=by,
        wins=int(wins.sum()),
        why=_why(lost, by),
    )


def _beaten_by(contenders: Contenders, first: Places, beaten: BoolArray) -> dict[str, int]:
    winners = Counter(contenders.offer_ids[winner] for winner in first[beaten].tolist() if winner != NOBODY)
    return dict(winners.most_common())


def _why(lost: dict[str, int], beaten_by: dict[str, int]) -> str:
    """Say what mostly stands in the way; nothing where nobody was asked about.

    >>> _why({"eligibility": 3, "beaten": 5}, {"gift": 4, "upgrade": 1})
    'mostly beaten, most often by gift'
    """
    most = max(lost, key=lambda name: lost[name])
    if not lost[most]:
        return ""
    return f"mostly beaten, most often by {next(iter(beaten_by))}" if most == "beaten" else _WORDS[most]
