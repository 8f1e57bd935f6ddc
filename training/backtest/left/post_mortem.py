"""Why did they leave: which signs came first, who found little value and who had trouble, and what they were offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.company.schema import Company
from features.reports.backtest import CauseFigures, OfferFigures, PostMortem, SignalFigures
from features.reports.figures import Figure
from models.rows import BoolArray, FloatArray
from training.backtest.left.offered import leavers_of, offered, offers_shown
from training.backtest.left.seen import Seen
from training.backtest.left.signals import TROUBLE, VALUE, Read, signals_for
from training.backtest.money import figure
from training.backtest.walk import Walked
from training.examples import StackedExamples
from training.labels.treated import keeps_offers
from training.measures.resamples import estimates
from training.measures.sums import drawn_sums, ratio


@dataclass(frozen=True)
class Order:
    """In which order signs appeared, a row a leaver, a column a sign.

    `appeared`: how many months before leaving the sign first showed within the months looked at, 0 where it did not appear: never
    seen, or shown from the first of these months. `first`: its part in having come first; several at once share it.
    """

    appeared: FloatArray
    first: FloatArray
    all_along: BoolArray

    @classmethod
    def of(cls, shown: npt.NDArray[np.int8]) -> Order:
        """Return the order in which the signs of leavers, `[leaver, sign, month before]`, appeared."""
        showing = shown == 1
        all_along = showing[:, :, -1]
        months = np.arange(1, shown.shape[2] + 1)
        appeared = np.where(all_along, 0, (showing * months).max(axis=2, initial=0)).astype(np.float64)
        earliest = (appeared == appeared.max(axis=1, keepdims=True, initial=0)) & (appeared > 0)
        return cls(appeared, np.nan_to_num(ratio(earliest, earliest.sum(axis=1, keepdims=True))), all_along)


def post_mortem(walked: Walked, stacked: StackedExamples, company: Company, *, seed: int) -> PostMortem:
    """Look back at those who left during the walk."""
    reads = signals_for(company, stacked.log)
    seen = Seen.of(walked, stacked, reads, company)
    known = keeps_offers(stacked.log)
    offers, none = _offered(walked, stacked, horizon_days=company.horizon_days) if known else ([], 0)
    return PostMortem(
        leavers=int(seen.left.sum()),
        signals=_signals(seen, reads, seed=seed),
        causes=_causes(seen, reads, seed=seed),
        cause_signs={cause: [read.signal.name for read in reads if read.signal.tells == cause] for cause in (VALUE, TROUBLE)},
        offers_known=known,
        offers=offers,
        no_offer=none,
    )


def _offered(walked: Walked, stacked: StackedExamples, *, horizon_days: int) -> tuple[list[OfferFigures], int]:
    return offered(leavers_of(walked), offers_shown(stacked.log, until=walked.until), horizon_days=horizon_days)


def _signals(seen: Seen, reads: Sequence[Read], *, seed: int) -> list[SignalFigures]:
    """Return the signs that somebody could show, those that came first most often first."""
    if not seen.left.any():
        return []
    leavers, stayers = seen.shares(seen.left), seen.shares(~seen.left)
    order = Order.of(seen.shown[seen.left])
    lift = ratio(*seen.newest_shares(seed=seed))
    found = [
        SignalFigures(
            name=read.signal.name,
            text=read.signal.text,
            rule=" ".join(read.rule.text.split()),
            tells=read.signal.tells,
            known_leavers=int((seen.shown[seen.left, place, 0] >= 0).sum()),
            leavers=_by_month(leavers[place]),
            stayers=_by_month(stayers[place]),
            lift=_figure(lift[:, place]),
            came_first=float(order.first[:, place].mean()),
            shown_all_along=float(order.all_along[:, place].mean()),
            months_before=_median_months(order.appeared[:, place]),
        )
        for place, read in enumerate(reads)
        if (seen.shown[:, place] == 1).any() and np.isfinite(leavers[place]).any()
    ]
    return sorted(found, key=lambda each: -each.came_first)


def _by_month(shares: FloatArray) -> dict[str, float]:
    return {str(back + 1): float(share) for back, share in enumerate(shares) if np.isfinite(share)}


def _median_months(appeared: FloatArray) -> float | None:
    """Return how many months before leaving the sign appeared, in the middle of those in whom it did."""
    months = appeared[appeared > 0]
    return float(np.median(months)) if len(months) else None


def _causes(seen: Seen, reads: Sequence[Read], *, seed: int) -> list[CauseFigures]:
    """Return the share of leavers and of stayers with signs of little value, of trouble, of both and of neither."""
    value, trouble = (_told(seen, reads, tells) for tells in (VALUE, TROUBLE))
    groups = {"value": value & ~trouble, "trouble": trouble & ~value, "both": value & trouble, "neither": ~value & ~trouble}
    inside = np.column_stack(list(groups.values())).astype(np.float64)
    parts = [
        (seen.weights * group)[:, None] * np.column_stack([inside, np.ones(len(inside))]) for group in (seen.left, ~seen.left)
    ]
    sums = drawn_sums(np.column_stack(parts), seen.customers, seed=seed)
    left, stayed = (ratio(part[:, :-1], part[:, -1:]) for part in np.split(sums, 2, axis=1))
    pairs = ((cause, _figure(left[:, place]), _figure(stayed[:, place])) for place, cause in enumerate(groups))
    return [CauseFigures(cause, leavers, stayers) for cause, leavers, stayers in pairs if leavers and stayers]


def _told(seen: Seen, reads: Sequence[Read], tells: str) -> BoolArray:
    """Return who showed any sign of this in the newest month."""
    places = [place for place, read in enumerate(reads) if read.signal.tells == tells]
    return np.asarray((seen.shown[:, places, 0] == 1).any(axis=1))


def _figure(drawn: FloatArray) -> Figure | None:
    found = estimates({"": drawn})
    return figure(found[""]) if found else None
