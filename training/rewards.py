"""What did a decision bring: the margin realised within the reward days, less what the offer cost, shown or not.

One definition for all who learn from decisions or value a policy by them. It is by intention to treat: an offer decided on and
never shown counts as decided. A purchase counts with its margin, whatever its kind, in the version that stood when the log was
last complete; where a line has a revenue and no margin, its revenue times the share margin is of revenue on the lines that have
both. Nothing is discounted: the days are few. Where the log holds no purchases at all, the reward it brought itself stands in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.events import Events, IntArray, Wanted
from features.company.schema import Company
from features.log.store import EventLog
from features.times import DAY, Timestamp
from models.decision.candidates import NOTHING
from models.rows import BoolArray, FloatArray
from training.decided.rows import Decisions
from training.labels.labels import observed_by

SOURCE = "purchases"


@dataclass(frozen=True)
class Rewards:
    """What became of decisions, a row each; company currency, NaN where not mature.

    `margin`: all that was realised within the reward days, before costs. `terms`: the part of it that bought a term (first orders
    and renewals of contracts); the rest was bought beside. `gone`: 1.0 where no bought term runs at the end of those days, NaN
    where the customer never bought one. `cost`: of the contact where it was shown, and of the offer where it was accepted; NaN
    where the company file knows the offer, or the channel it was shown on, no more.
    """

    margin: FloatArray
    terms: FloatArray
    gone: FloatArray
    cost: FloatArray
    mature: BoolArray

    @property
    def net(self) -> FloatArray:
        """Return the reward: margin less cost."""
        return self.margin - self.cost

    @property
    def beside(self) -> FloatArray:
        """Return the margin of what bought no term: upgrades, additions, single orders, refunds."""
        return self.margin - self.terms


def rewards(log: EventLog, decisions: Decisions, company: Company, *, until: Timestamp | None = None) -> Rewards:
    """Return the reward of each decision; mature is one whose reward days are over in the purchases known `until` a moment."""
    cost = costs(decisions, company)
    ends = decisions.decided_at + company.reward_days * DAY
    watermark = observed_by(log, until, sources=(SOURCE,))[SOURCE]
    if not watermark:
        return _as_logged(decisions, cost)
    mature = ends <= watermark
    found = np.zeros((5, len(decisions)))
    for bucket, places in _by_bucket(log, decisions.customers):
        bought = _Bought.read(log, bucket, decisions.customers.take(places), watermark)
        found[:, places] = bought.within(decisions.decided_at[places], ends[places])
    share = _margin_share(log, watermark) if found[1].any() else 1.0
    margin, terms = found[0] + share * found[1], found[2] + share * found[3]
    known = np.where(mature, 0.0, np.nan)
    gone = np.where(found[4] > 0, (found[4] <= ends).astype(np.float64), np.nan)
    return Rewards(margin + known, terms + known, gone + known, cost, mature)


def costs(decisions: Decisions, company: Company) -> FloatArray:
    """Return what each decision cost: its contact if the offer was shown, and the offer if it was accepted; `nothing` is free."""
    offers = {NOTHING: 0.0, **{offer.id: offer.cost for offer in company.offers}}
    channels = {channel.name: channel.contact_cost for channel in company.channels}
    of_offer, of_channel = _looked_up(decisions.offers, offers), _looked_up(decisions.channels, channels)
    taken = np.where(np.isnan(of_offer), 1.0, decisions.accepted)  # what is not known stays so, accepted or not
    is_offer = pc.not_equal(decisions.offers, NOTHING).to_numpy(zero_copy_only=False).astype(np.bool_)
    return np.where(decisions.shown & is_offer, of_channel, 0.0) + of_offer * taken


def _looked_up(texts: pa.Array, figures: dict[str, float]) -> FloatArray:
    coded = texts.dictionary_encode()
    known = np.array([*(figures.get(text, np.nan) for text in coded.dictionary.to_pylist()), np.nan])
    return np.asarray(known[pc.fill_null(coded.indices, len(known) - 1).to_numpy(zero_copy_only=False)])


def _as_logged(decisions: Decisions, cost: FloatArray) -> Rewards:
    unknown = np.full(len(decisions), np.nan)
    return Rewards(decisions.reward + cost, unknown, unknown, cost, np.isfinite(decisions.reward))


@dataclass(frozen=True)
class _Bought:
    """The lines of one bucket that stand, sorted by customer and time, with sums that run over them.

    `whose`: of each decision, the place of its customer; `sums`: margin, revenue without margin, and the same of terms alone.
    """

    whose: IntArray
    customers: IntArray
    times: IntArray
    ends: IntArray
    sums: FloatArray

    @classmethod
    def read(cls, log: EventLog, bucket: int, customers: pa.Array, watermark: Timestamp) -> _Bought:
        """Read what these customers bought."""
        ids = customers.unique()
        wanted = Wanted(SOURCE, (), watermark)
        table = log.bucket(SOURCE, bucket)
        table = wanted.rows(table.filter(pc.is_in(table["customer_id"], value_set=ids)))
        events = Events.read(table, ids, wanted=wanted)
        stands = np.flatnonzero((events.known_from <= watermark) & (watermark < events.known_until))
        order = stands[np.lexsort((events.times[stands], events.customers[stands]))]
        margin, revenue = _number(table["margin"])[order], _number(table["revenue"])[order]
        is_term = (events.ends > events.times)[order]
        amounts = np.stack([np.nan_to_num(margin), np.where(np.isnan(margin), np.nan_to_num(revenue), 0.0)])
        each = np.vstack([amounts, np.where(is_term, amounts, 0.0)])
        ends = np.where(is_term, events.ends[order], 0)
        whose = pc.index_in(customers, value_set=ids).to_numpy(zero_copy_only=False).astype(np.int64)
        sums = np.hstack([np.zeros((4, 1)), np.cumsum(each, axis=1)])
        return cls(whose, events.customers[order].astype(np.int64), events.times[order], ends, sums)

    def within(self, begins: IntArray, ends: IntArray) -> FloatArray:
        """Return the four sums over `[begins, ends)`, and when the newest term bought before the end runs out (0: none)."""
        first, last = self._before(begins), self._before(ends)
        newest = self._newest_term()[last]
        own = newest[:, 0] == self.whose
        return np.vstack([self.sums[:, last] - self.sums[:, first], np.where(own, newest[:, 1], 0)])

    def _before(self, moments: IntArray) -> npt.NDArray[np.intp]:
        """Return, for each decision, how many lines stand before its customer's moment."""
        asked = np.concatenate([self.whose, self.customers])
        when = np.concatenate([moments, self.times])
        is_line = np.repeat([0, 1], [len(self.whose), len(self.customers)])
        order = np.lexsort((is_line, when, asked))  # a line at the moment itself comes after it
        seen = np.empty(len(order), np.intp)
        seen[order] = np.cumsum(is_line[order])
        return seen[: len(self.whose)]

    def _newest_term(self) -> IntArray:
        """Return, before each line and after the last, whose the newest term is and when it ends."""
        place = np.maximum.accumulate(np.where(self.ends > 0, np.arange(1, len(self.ends) + 1), 0))
        place = np.concatenate([[0], place])
        return np.column_stack([np.append(-1, self.customers)[place], np.append(0, self.ends)[place]])


def _by_bucket(log: EventLog, customers: pa.Array) -> list[tuple[int, npt.NDArray[np.intp]]]:
    coded = customers.dictionary_encode()
    of_customer = np.array([log.bucket_of(each) for each in coded.dictionary.to_pylist()], dtype=np.int64)
    buckets = of_customer[coded.indices.to_numpy()] if len(customers) else of_customer
    return [(bucket, np.flatnonzero(buckets == bucket)) for bucket in np.unique(buckets).tolist()]


def _margin_share(log: EventLog, watermark: Timestamp) -> float:
    totals = np.zeros(2)
    for bucket in range(log.manifest.buckets):
        table = log.bucket(SOURCE, bucket, columns=("margin", "revenue", "known_at", "superseded_at"))
        known_until = pc.fill_null(table["superseded_at"].cast(pa.int64()), np.iinfo(np.int64).max).to_numpy()
        margin, revenue = _number(table["margin"]), _number(table["revenue"])
        both = (table["known_at"].cast(pa.int64()).to_numpy() <= watermark) & (watermark < known_until)
        both &= np.isfinite(margin) & np.isfinite(revenue)
        totals += margin[both].sum(), revenue[both].sum()
    return float(totals[0] / totals[1]) if totals[1] > 0 else 1.0


def _number(column: pa.ChunkedArray) -> FloatArray:
    return np.asarray(pc.fill_null(column.cast(pa.float64()), np.nan).to_numpy(), dtype=np.float64)
