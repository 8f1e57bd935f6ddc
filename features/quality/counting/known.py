"""Do rows fit what is known of their customers: first seen, joined and under contract by then.

These checks need no company file: they compare what the log says in one place with what it says in another.
"""

from __future__ import annotations

import operator
from dataclasses import astuple, dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.contracts.sources import USAGE, Source
from features.quality.counting.versions import microseconds
from features.times import DAY, SECOND

GRACE_DAYS = 31
"""A contract counts as running this long after its term: renewals are often booked with the invoice."""
_LONGEST_TERM_DAYS = 36_500.0  # some companies write 999999999 for a contract without end
_NEVER = np.iinfo(np.int64).max
_BITS = 34  # of seconds from 1970: until the year 2514
_LAST_SECOND = (1 << _BITS) - 1
_STARTS = pa.array(["order", "renewal", "upgrade", "downgrade"])

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Contradicting:
    """Counts of rows: `owned` belong to somebody, of whom `customers` recorded none for `unknown` rows of `strangers` ids.

    `early` happened before the customer was first seen, `unjoined` before a customer joined. Of the `contracted` rows, whose
    customers have contracts, `outside` happened while none ran, and `cancelled` of those after a cancellation.
    """

    owned: int = 0
    unknown: int = 0
    strangers: int = 0
    early: int = 0
    unjoined: int = 0
    contracted: int = 0
    outside: int = 0
    cancelled: int = 0

    def __add__(self, other: Contradicting) -> Contradicting:
        return Contradicting(*map(operator.add, astuple(self), astuple(other)))


@dataclass(frozen=True)
class Known:
    """What `customers` and `purchases` of one bucket say, customers in the order of `ids`.

    The other arrays combine place and second (`place << 34 | second`), sorted: when contracts `start`, until when the
    customer's contracts so far `run`, and when they `start` or are cancelled (`cancels`).
    """

    ids: pa.Array
    first_seen: Ints
    joined: Ints
    start: Ints
    run: Ints
    moves: Ints
    cancels: Mask

    @classmethod
    def read(cls, customers: pa.Table, purchases: pa.Table) -> Known:
        """Read the newest versions of the rows of one bucket."""
        newest = customers.filter(pc.is_null(customers["superseded_at"]))
        ids = newest["customer_id"].combine_chunks()
        bought = purchases.filter(pc.is_null(purchases["superseded_at"]))
        place, at = _places(bought, ids), microseconds(bought["occurred_at"])
        term = np.asarray(pc.fill_null(bought["term_days"], 0.0).combine_chunks())
        starts = np.asarray(pc.is_in(bought["kind"], value_set=_STARTS).combine_chunks()) & (term > 0) & (place >= 0)
        cancels = np.asarray(pc.equal(bought["kind"], "cancellation").combine_chunks()) & (place >= 0)
        ends = at[starts] + ((np.minimum(term[starts], _LONGEST_TERM_DAYS) + GRACE_DAYS) * DAY).astype(np.int64)
        start, end = _combined(place[starts], at[starts] - DAY), _combined(place[starts], ends)
        in_order = np.argsort(start, kind="stable")
        moves = np.concatenate([start, _combined(place[cancels], at[cancels])])
        by_time = np.argsort(moves, kind="stable")
        return cls(
            ids,
            microseconds(newest["first_seen_at"]),
            np.asarray(pc.fill_null(newest["joined_at"].cast(pa.int64()), _NEVER).combine_chunks()),
            start[in_order],
            np.maximum.accumulate(end[in_order]),  # a later customer's place is greater, so each begins anew
            moves[by_time],
            (np.arange(len(moves)) >= len(start))[by_time],
        )

    def contradicted_by(self, rows: pa.Table, *, at: Ints, source: Source) -> Contradicting:
        """Count newest versions of a source that happened `at` these moments; only use of the product needs a contract."""
        if source.key == "customer_id":
            return Contradicting()
        owned = np.asarray(pc.is_valid(rows["customer_id"]).combine_chunks())
        place = _places(rows, self.ids)
        stranger = owned & (place < 0)
        strangers = pc.count_distinct(rows["customer_id"].filter(pa.array(stranger))).as_py() if stranger.any() else 0
        found, at = place[place >= 0], at[place >= 0]
        joined = self.joined[found]
        return Contradicting(
            owned=int(owned.sum()),
            unknown=int(stranger.sum()),
            strangers=strangers,
            early=int((at < self.first_seen[found]).sum()),
            unjoined=int(((at < joined) & (joined != _NEVER)).sum()),
        ) + (self._outside(found, at) if source is USAGE else Contradicting())

    def _outside(self, place: Ints, at: Ints) -> Contradicting:
        if not len(self.start):
            return Contradicting()
        moment = _combined(place, at)
        contracted = np.isin(place, self.start >> _BITS)
        last = np.searchsorted(self.start, moment, side="right") - 1
        begun = (last >= 0) & (self.start[last] >> _BITS == place)
        outside = contracted & ~(begun & (self.run[last] >= moment))
        move = np.searchsorted(self.moves, moment, side="right") - 1
        cancelled = outside & begun & self.cancels[move]
        return Contradicting(contracted=int(contracted.sum()), outside=int(outside.sum()), cancelled=int(cancelled.sum()))


def _places(rows: pa.Table, ids: pa.Array) -> Ints:
    places = pc.fill_null(pc.index_in(rows["customer_id"], value_set=ids), -1).combine_chunks()
    return np.asarray(places).astype(np.int64)


def _combined(place: Ints, at: Ints) -> Ints:
    return (place << _BITS) | np.clip(at // SECOND, 0, _LAST_SECOND)
