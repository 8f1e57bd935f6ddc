"""What was known of customers and of the offer of a campaign when it began: features as of then, the match of both, past answers.

Nothing known at the start of a round or later is read: no purchase, no answer to this offer, and no other exposure. Offers that
are decided one by one have rows of their own (`training.decided`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.population import TERM_KINDS
from features.company.schema import Company
from features.engine.batch import compute_snapshots
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.times import DAY, Timestamp
from models.acceptance import (
    ANSWER_NAMES,
    MATCH_NAMES,
    PastAnswers,
    PastPurchases,
    answer_columns,
    match_columns,
    offer_columns,
    offer_names,
)
from models.examples import Examples
from models.rows import FloatArray, Rows
from training.labels.acceptance import Exposures, Round, label_acceptance, shown_in, told_by

_BOUGHT = ("customer_id", "product_id", "category", "kind", "occurred_at", "known_at", "superseded_at")


@dataclass(frozen=True)
class RoundExamples:
    """Exposures of several rounds, one row each, and the place of its round for each row.

    `told_by(moment)`: the labels of all rows as the log told them then; NaN where it could not tell yet.
    """

    examples: Examples
    rounds: tuple[Round, ...]
    of_round: npt.NDArray[np.intp]
    told_by: Callable[[Timestamp], FloatArray]

    def part(self, places: npt.NDArray[np.intp], *, known_at: Timestamp) -> Examples:
        """Return some of the rows, labelled as was known then: a yes of which word came later could not be learned from."""
        rows = self.examples
        columns = rows.rows[places], rows.names, self.told_by(known_at)[places, None], rows.customers[places], rows.as_ofs[places]
        return Examples(*columns, signature=rows.signature)


@dataclass(frozen=True)
class _Asked:
    """Whom each round asks: the customers' ids in the order of its exposures, and all exposures as the log holds them."""

    rounds: Sequence[Round]
    customers: Sequence[pa.Array]
    exposures: Exposures


def round_examples(home: Home, company: Company, rounds: Sequence[Round]) -> RoundExamples:
    """Return the labelled rows of these rounds; snapshots at their starts are computed where they are missing.

    A customer who is in no snapshot at the start, first seen by this very offer, has a row without features.

    Raises
    ------
    ImmatureLabels
        If a round has not closed yet.
    """
    log = EventLog.open(home)
    labels = label_acceptance(log, rounds)
    exposures = Exposures.read(log)
    asked = _Asked(rounds, [shown.customers for shown in shown_in(_newest(exposures), rounds)], exposures)
    snapshots = compute_snapshots(home, company.catalogue, [each.starts for each in rounds])
    types = sorted({each.offer.type for each in rounds})
    lengths = [len(ids) for ids in asked.customers]
    blocks = [_known_of(snapshots, asked), _about_offers(asked, types), _matches(log, asked), _answers(asked)]
    return RoundExamples(
        Examples(
            rows=np.hstack([np.concatenate(block) for block in blocks]),
            names=(*company.catalogue.names, *offer_names(types), *MATCH_NAMES, *ANSWER_NAMES),
            labels=np.concatenate(labels)[:, None],
            customers=_codes(asked.customers),
            as_ofs=np.repeat(np.array([each.starts for each in rounds], dtype=np.int64), lengths),
            signature=company.catalogue.signature,
        ),
        tuple(rounds),
        np.repeat(np.arange(len(rounds)), lengths),
        lambda moment: told_by(exposures, rounds, moment=moment),
    )


def _newest(exposures: Exposures) -> Exposures:
    return exposures.final(int(exposures.known_from.max(initial=0)))


def _known_of(snapshots: Sequence[Snapshot], asked: _Asked) -> list[Rows]:
    return [_rows_of(snapshot, ids) for snapshot, ids in zip(snapshots, asked.customers, strict=True)]


def _rows_of(snapshot: Snapshot, ids: pa.Array) -> Rows:
    places = pc.index_in(ids, value_set=snapshot.ids)
    found = pc.is_valid(places).to_numpy(zero_copy_only=False)
    rows = np.full((len(ids), len(snapshot.names)), np.nan, dtype=np.float32)
    rows[found] = snapshot.matrix[places.drop_null().to_numpy()]
    return rows


def _about_offers(asked: _Asked, types: Sequence[str]) -> list[Rows]:
    return [
        np.tile(offer_columns(each.offer, types=types), (len(ids), 1))
        for each, ids in zip(asked.rounds, asked.customers, strict=True)
    ]


def _answers(asked: _Asked) -> list[Rows]:
    found = []
    for each, ids in zip(asked.rounds, asked.customers, strict=True):
        known = asked.exposures.answered_before(each.starts)
        places = pc.index_in(known.customers, value_set=ids)
        own = pc.is_valid(places).to_numpy(zero_copy_only=False)
        same = pc.equal(known.offers, each.offer.type).to_numpy(zero_copy_only=False).astype(np.bool_)
        answers = PastAnswers(places.drop_null().to_numpy().astype(np.intp), same[own], known.accepted[own])
        found.append(answer_columns(answers, customers=len(ids)))
    return found


def _matches(log: EventLog, asked: _Asked) -> list[Rows]:
    """Read the purchases bucket by bucket: memory holds those of one."""
    found = [np.full((len(ids), len(MATCH_NAMES)), np.nan, dtype=np.float32) for ids in asked.customers]
    lie_in = [np.array([log.bucket_of(customer) for customer in ids.to_pylist()]) for ids in asked.customers]
    for bucket in range(log.manifest.buckets):
        bought = _Bought.read(log, bucket)
        for rows, each, ids, buckets in zip(found, asked.rounds, asked.customers, lie_in, strict=True):
            here = np.flatnonzero(buckets == bucket)
            past = bought.of(ids.take(here), before=each.starts)
            rows[here] = match_columns(past, each.offer, customers=len(here))
    return found


@dataclass(frozen=True)
class _Bought:
    """Every version of every line bought, of one bucket."""

    table: pa.Table

    @classmethod
    def read(cls, log: EventLog, bucket: int) -> _Bought:
        table = log.bucket("purchases", bucket, columns=_BOUGHT)
        return cls(table.filter(pc.is_in(table["kind"].cast(pa.string()), value_set=pa.array(TERM_KINDS))))

    def of(self, ids: pa.Array, *, before: Timestamp) -> PastPurchases:
        """Return the lines of these customers as they were known at a moment."""
        moments = {name: self.table[name].cast(pa.int64()) for name in ("occurred_at", "known_at", "superseded_at")}
        places = pc.index_in(self.table["customer_id"].cast(pa.string()), value_set=ids)
        happened = pc.and_(pc.less(moments["known_at"], before), pc.less(moments["occurred_at"], before))
        stands = pc.fill_null(pc.greater_equal(moments["superseded_at"], before), True)
        known = pc.and_(pc.is_valid(places), pc.and_(happened, stands))
        rows = self.table.filter(known)
        return PastPurchases(
            customers=places.filter(known).to_numpy().astype(np.intp),
            products=rows["product_id"].cast(pa.string()).combine_chunks(),
            categories=rows["category"].cast(pa.string()).combine_chunks(),
            days_ago=(before - rows["occurred_at"].cast(pa.int64()).to_numpy()) / DAY,
        )


def _codes(ids: Sequence[pa.Array]) -> npt.NDArray[np.int32]:
    codes: npt.NDArray[np.int32] = pa.concat_arrays(ids).dictionary_encode().indices.to_numpy()
    return codes
