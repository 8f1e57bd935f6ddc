"""From what is acceptance learned: every offer shown whose answer was waited for long enough, beside its customer as known then.

Rows are exposures, grouped by the month in which they were shown, so that past moments are the same as those of other questions.
A label closes with the answer time of its channel; those of a month have closed once the longest of these is over after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.at_risk.events import IntArray
from features.company.offers import RESPONSE_DAYS
from features.company.schema import Company
from features.engine.batch import Effort, compute_snapshots
from features.errors import InvalidInput
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.times import DAY, Timestamp, month_starts
from models.examples import Examples
from models.offer.columns import OfferColumns
from models.offer.fit import ShownOffers
from models.offer.terms import Catalogue, Terms
from models.rows import BoolArray, FloatArray
from training.decided import Decided, Decisions, known_before, read_decisions
from training.examples import MOST_MONTHS, Say, StackedExamples, newest_mature, newest_midnight
from training.folds import HistoryTooShort
from training.labels.acceptance import SOURCE
from training.labels.labels import Labels, observed_by
from training.questions.offer.believed import believed
from training.records.report import Finding

LEAST_SHOWN, LEAST_ACCEPTED = 200, 50
"""With fewer offers shown, or fewer of them accepted, nothing is learned: what the company file declares stands."""

NOTHING = "nothing"
_MONTH_DAYS = 31


class TooFewShown(InvalidInput):
    """Too few offers were shown, or accepted, to learn who takes one."""


@dataclass(frozen=True)
class StackedExposures(StackedExamples):
    """Exposures in place of customers and months: `asked` holds the customer of each, `shown` is what is learned from.

    `feedback`: what was found of those who said what became of them.
    """

    shown: ShownOffers
    decisions: Decisions
    feedback: Sequence[Finding] = ()

    def told_then(self, moment: Timestamp) -> FloatArray:
        """Return for every row whether a yes in time had been heard of by a moment."""
        in_time = self.decisions.accepted_at <= deadlines(self.shown, self.decisions)
        return (in_time & (self.decisions.accepted_heard_at <= moment)).astype(np.float64)

    def heard_of(self, moment: Timestamp) -> BoolArray:
        """Return which rows were known to have been shown by a moment."""
        return np.asarray(self.decisions.shown_heard_at <= moment)


def gap_days_of(company: Company) -> int:
    """Return the days from the start of a month until every answer to what was shown in it counts, or came too late."""
    return _MONTH_DAYS + max(channel.response_days for channel in company.channels)


def stack_exposures(home: Home, company: Company, *, as_of: Timestamp | None = None, say: Say | None = None) -> StackedExposures:
    """Stack what was shown in every month that has closed, at most three years back; `as_of` pretends that today is that moment.

    Raises
    ------
    TooFewShown
        If fewer than 200 offers were shown in them, or fewer than 50 of these accepted.
    """
    log, gap_days = EventLog.open(home), gap_days_of(company)
    observed = observed_by(log, as_of, sources=(SOURCE,))
    last = newest_mature(observed, gap_days=gap_days)
    months = month_starts(last - MOST_MONTHS * _MONTH_DAYS * DAY, last)[-MOST_MONTHS:]
    if not months:
        raise HistoryTooShort("learning needs a month of offers whose answer time is over; found none. Import more history")
    told = believed(home, _shown_in(log, months, until=observed[SOURCE], gap_days=gap_days))
    decisions = told.decisions
    if say:
        say(f"features of {len(decisions):,} offers shown")
    known = known_before(log, decisions, catalogue=company.catalogue)
    shown = weighed(shown_offers(known, company, as_ofs=_months_of(decisions, months)), told.weights)
    _refuse_few(shown)
    moments = [*np.unique(shown.examples.as_ofs).tolist(), newest_midnight(observed)]
    snapshots = compute_snapshots(home, company.catalogue, moments, effort=Effort(say=say))
    return replace(_stacked(log, shown, decisions, snapshots=snapshots, gap_days=gap_days), feedback=told.findings())


def shown_offers(known: Decided, company: Company, *, as_ofs: IntArray) -> ShownOffers:
    """Return exposures as rows to learn from: customers beside offers, 1.0 for who said yes within the answer time."""
    decisions, columns = known.decisions, columns_of(company)
    offers, which = _offers_of(decisions, Catalogue.of(company))
    examples = Examples(
        rows=columns.widened_each(known.rows, offers, which),
        names=columns.all_names,
        labels=np.zeros((len(decisions), 1)),
        customers=decisions.customer_codes,
        as_ofs=as_ofs,
        signature=known.signature,
    )
    shown = ShownOffers(examples, offers, which, decisions.shown_at)
    in_time = decisions.accepted & (decisions.accepted_at <= deadlines(shown, decisions))
    return shown.take(np.arange(len(decisions)), labels=in_time.astype(np.float64)[:, None])


def label_customers(log: EventLog, company: Company, *, as_ofs: Sequence[Timestamp], until: Timestamp | None) -> list[Labels]:
    """Return who was shown an offer in the month from each moment on, and 1.0 for who accepted one in time."""
    decisions = read_decisions(log, until=until)
    waits = {channel.name: channel.response_days for channel in company.channels}
    days = np.array([waits.get(channel, RESPONSE_DAYS) for channel in decisions.channels.to_pylist()], dtype=np.int64)
    took = decisions.accepted & (decisions.accepted_at - decisions.shown_at <= days * DAY) & decisions.shown
    found = []
    for as_of in as_ofs:
        here = np.flatnonzero((decisions.shown_at >= as_of) & (decisions.shown_at < as_of + _MONTH_DAYS * DAY))
        ids, whose = np.unique(np.array(decisions.customers.take(here).to_pylist(), dtype=np.str_), return_inverse=True)
        accepted = np.bincount(whose, weights=took[here], minlength=len(ids)) > 0
        found.append(Labels(as_of, pa.array(ids.tolist(), pa.string()), accepted.astype(np.float64)[:, None]))
    return found


def weighed(shown: ShownOffers, weights: FloatArray | None) -> ShownOffers:
    """Return the exposures with a weight each; as they are where all weigh the same."""
    return shown if weights is None else replace(shown, examples=replace(shown.examples, weights=weights))


def columns_of(company: Company) -> OfferColumns:
    """Return the columns that are read of a customer and an offer of a company."""
    return OfferColumns(tuple(company.catalogue.names), tuple(channel.name for channel in company.channels))


def deadlines(shown: ShownOffers, decisions: Decisions) -> IntArray:
    """Return until when a yes counts, for each exposure."""
    waits = np.array([terms.response_days for terms in shown.offers])[shown.which]
    return np.asarray(decisions.shown_at + (waits * DAY).astype(np.int64))


def _shown_in(log: EventLog, months: Sequence[Timestamp], *, until: Timestamp, gap_days: int) -> Decisions:
    """Return the offers shown in months that have closed; one decided before the first of them may be among those shown in it."""
    decisions = read_decisions(log, until=until, since=months[0] - _MONTH_DAYS * DAY)
    offered = np.array(decisions.offers.to_pylist(), dtype=object) != NOTHING
    shown = decisions.where(decisions.shown & offered & (decisions.shown_at >= months[0]))
    if not len(shown):
        raise _too_few(0, 0)
    closed = _months_of(shown, [*months, _next_month(months[-1])])
    kept = shown.where(closed + gap_days * DAY <= until)
    return kept.take(np.argsort(_months_of(kept, months), kind="stable"))


def _next_month(month: Timestamp) -> Timestamp:
    return month_starts(month + DAY, month + 2 * _MONTH_DAYS * DAY)[0]


def _months_of(decisions: Decisions, months: Sequence[Timestamp]) -> IntArray:
    starts = np.array(months, dtype=np.int64)
    return starts[np.searchsorted(starts, decisions.shown_at, side="right") - 1]


def _offers_of(decisions: Decisions, catalogue: Catalogue) -> tuple[tuple[Terms, ...], npt.NDArray[np.intp]]:
    keys = [
        tuple(text or "" for text in each)
        for each in zip(decisions.offers.to_pylist(), decisions.channels.to_pylist(), decisions.kinds.to_pylist(), strict=True)
    ]
    known = {key: place for place, key in enumerate(sorted(set(keys)))}
    offers = tuple(catalogue.terms(offer, channel, kind=kind) for offer, channel, kind in known)
    return offers, np.array([known[key] for key in keys], dtype=np.intp)


def _refuse_few(shown: ShownOffers) -> None:
    accepted = int(shown.examples.labels.sum())
    if len(shown.which) < LEAST_SHOWN or accepted < LEAST_ACCEPTED:
        raise _too_few(len(shown.which), accepted)


def _too_few(shown: int, accepted: int) -> TooFewShown:
    return TooFewShown(
        f"needed {LEAST_SHOWN} offers shown whose answer time is over, {LEAST_ACCEPTED} of them accepted; found {shown} and "
        f"{accepted}. Go on deciding and recording outcomes; until then one in ten is taken to accept"
    )


def _stacked(
    log: EventLog, shown: ShownOffers, decisions: Decisions, *, snapshots: Sequence[Snapshot], gap_days: int
) -> StackedExposures:
    *past, newest = snapshots
    as_ofs = shown.examples.as_ofs
    stacked = StackedExposures(
        examples=shown.examples,
        snapshots={shot.as_of: shot for shot in past},
        derived={shot.as_of: {} for shot in past},
        newest=newest,
        log=log,
        log_digest=log.digest,
        told_by=lambda moment: stacked.told_then(moment)[as_ofs + gap_days * DAY <= moment, None],
        asked={shot.as_of: decisions.customers.filter(pa.array(as_ofs == shot.as_of)) for shot in past},
        unknown=int(np.isnan(shown.examples.rows[:, : len(newest.names)]).all(axis=1).sum()),
        drawn_share=decisions.drawn_share,
        shown=shown,
        decisions=decisions,
    )
    return stacked
