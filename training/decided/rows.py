"""What was decided for whom: which offer or `nothing`, how it was drawn, whether it was shown, and what the customer said.

One row a decision at rank 1, shown or not, and one an offer of a further rank that was shown, or of which something was said:
what teaches acceptance, what an offer changes, and what a policy is worth. All is told as the log knew it at one moment: nothing
known later is in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.events import NEVER, IntArray
from features.contracts.schemas import stored_schema
from features.contracts.sources import SOURCES
from features.log.buckets import bucket_of
from features.log.store import EventLog
from features.times import Timestamp
from models.rows import BoolArray, FloatArray
from training.feedback import sources_of
from training.feedback.rows import UNSOURCED
from training.labels.acceptance import ACCEPTED, SOURCE
from training.labels.labels import observed_by
from training.labels.taken_back import taken_back_at

MOST_ROWS = 500_000
"""Of more rows, whole customers are drawn: with some 260 features each they take half a gigabyte."""

_SHARES = 10_000  # the steps in which a share of customers is drawn
_ANSWERED = (*ACCEPTED, "declined")
_TEXTS = ("exposure_id", "decision_id", "customer_id", "offer_id", "kind", "channel", "arm", "agent_id", "key_id", "outcome")
_NUMBERS = ("rank", "selection_probability", "reward")
_TIMES = ("decided_at", "shown_at", "outcome_at", "reward_at", "known_at", "superseded_at")
_SCHEMA = pa.schema([stored_schema(SOURCES[SOURCE]).field(name) for name in (*_TEXTS, *_NUMBERS, *_TIMES)])


@dataclass(frozen=True)
class Decisions:
    """Decisions and further offers shown, a row each, in the order of `decided_at`, as the log told of them `until` a moment.

    `offers`: offer ids, `nothing` among them. `kinds`, `channels`, `sources`: null where there is none; a source is `agent:ID` of
    who acted, else `key:ID` of the API key that asked. `known_at`: when the version that stands came in. `probability`: with
    which rank 1 was drawn; NaN beyond. Times are microseconds UTC, `NEVER` where it has not happened: `shown_at`; `answered_at`,
    the first yes or no; `accepted_at`, the first yes; `shown_heard_at` and `accepted_heard_at`, when the log first knew of the
    showing, and of the yes. `accepted`: the version that stands says yes, fulfilled since or reversed. `outcomes`: that version's
    word, null where none is known, and `outcome_at` its moment; what was taken back by then was never heard. `reward`: the log's
    own; NaN where not complete.
    """

    exposures: pa.Array
    decisions: pa.Array
    customers: pa.Array
    offers: pa.Array
    kinds: pa.Array
    channels: pa.Array
    arms: pa.Array
    sources: pa.Array
    outcomes: pa.Array
    known_at: IntArray
    ranks: IntArray
    probability: FloatArray
    decided_at: IntArray
    shown_at: IntArray
    outcome_at: IntArray
    answered_at: IntArray
    accepted_at: IntArray
    shown_heard_at: IntArray
    accepted_heard_at: IntArray
    accepted: BoolArray
    reward: FloatArray
    until: Timestamp
    drawn_share: float = 1.0

    def __len__(self) -> int:
        return len(self.decided_at)

    @property
    def shown(self) -> BoolArray:
        """Return, for each row, whether the customer really saw the offer."""
        return np.asarray(self.shown_at < NEVER)

    @property
    def random(self) -> BoolArray:
        """Return which rows were drawn by lot: rank 1 of the control group and of exploration."""
        by_lot = pc.is_in(self.arms, value_set=pa.array(["control", "explore"])).to_numpy(zero_copy_only=False)
        return np.asarray(by_lot.astype(np.bool_) & (self.ranks == 1))

    @property
    def customer_codes(self) -> npt.NDArray[np.int32]:
        """Return a number a customer, so that rows of one customer are known as such."""
        codes: npt.NDArray[np.int32] = self.customers.dictionary_encode().indices.to_numpy()
        return codes

    def take(self, places: npt.NDArray[np.intp]) -> Decisions:
        """Return the rows of these places, in their order."""
        columns = {name: column.take(places) for name, column in vars(self).items() if name not in ("until", "drawn_share")}
        return Decisions(**columns, until=self.until, drawn_share=self.drawn_share)

    def where(self, mask: BoolArray) -> Decisions:
        """Return the rows of a mask."""
        return self.take(np.flatnonzero(mask))


def read_decisions(
    log: EventLog, *, until: Timestamp | None = None, since: Timestamp | None = None, most: int | None = MOST_ROWS
) -> Decisions:
    """Return what was decided in `[since, until)`, as the log told of it by `until`: until when offers are complete if not given.

    Memory holds one bucket and the rows returned; of more than `most`, about so many are kept: whole customers, the same ones at
    every call. None keeps all.
    """
    moment = observed_by(log, until, sources=(SOURCE,))[SOURCE]
    begin = since if since is not None else 0
    buckets = range(log.manifest.buckets)
    count = 0 if most is None else sum(_count(log, bucket, since=begin, until=moment) for bucket in buckets)
    share = 1.0 if most is None else min(1.0, most / max(count, 1))
    parts = (_rows_of(_versions(log, bucket, share=share), since=begin, until=moment) for bucket in buckets)
    found = _joined(parts, until=moment, share=share)
    ids = np.array(found.exposures.to_pylist(), dtype=object)
    return found.take(np.lexsort([_ranked(ids), found.decided_at]))


def _count(log: EventLog, bucket: int, *, since: Timestamp, until: Timestamp) -> int:
    table = log.bucket(SOURCE, bucket, columns=("rank", "decided_at", "known_at", "superseded_at"))
    decided = table["decided_at"].cast(pa.int64()).to_numpy()
    stands = _stands(table, until) & (decided >= since) & (decided < until)
    return int((stands & (table["rank"].to_numpy() == 1)).sum())


def _versions(log: EventLog, bucket: int, *, share: float) -> pa.Table:
    """Return every version of the rows of one bucket, of the drawn customers."""
    table = log.bucket(SOURCE, bucket, columns=_SCHEMA.names).cast(_SCHEMA)
    table = table.filter(pc.is_valid(table["customer_id"]))
    if share >= 1.0:
        return table.combine_chunks()
    drawn = [each for each in pc.unique(table["customer_id"]).to_pylist() if bucket_of(each, _SHARES) < share * _SHARES]
    return table.filter(pc.is_in(table["customer_id"], value_set=pa.array(drawn, pa.string()))).combine_chunks()


def _stands(table: pa.Table, until: Timestamp) -> BoolArray:
    known = table["known_at"].cast(pa.int64()).to_numpy()
    superseded = _moments(table["superseded_at"])
    return np.asarray((known <= until) & (until < superseded))


def _rows_of(versions: pa.Table, *, since: Timestamp, until: Timestamp) -> dict[str, pa.Array | npt.NDArray[np.generic]]:
    """Return the rows of one bucket by column: the version that stands of each, and when its story was first heard."""
    ids = versions["exposure_id"].combine_chunks().dictionary_encode()
    heard = _Heard.of(versions, ids.indices.to_numpy(), count=len(ids.dictionary), until=until)
    decided, shown = (_moments(versions[name], until) for name in ("decided_at", "shown_at"))
    said = _moments(versions["outcome_at"], until)
    told = (versions["rank"].to_numpy() == 1) | (shown < NEVER) | (said < NEVER)
    place = np.flatnonzero(_stands(versions, until) & (decided >= since) & (decided < until) & told)
    row, of = versions.take(place), ids.indices.to_numpy()[place]
    complete = _moments(row["reward_at"], until) < NEVER
    outcomes = pc.if_else(pa.array(said[place] < NEVER), _text(row, "outcome"), None)
    return {
        "exposures": _text(row, "exposure_id"),
        "decisions": _text(row, "decision_id"),
        "customers": _text(row, "customer_id"),
        "offers": _text(row, "offer_id"),
        "kinds": _text(row, "kind"),
        "channels": _text(row, "channel"),
        "arms": _text(row, "arm"),
        "sources": _sources(row),
        "outcomes": outcomes,
        "known_at": row["known_at"].cast(pa.int64()).to_numpy(),
        "ranks": row["rank"].to_numpy().astype(np.int64),
        "probability": _number(row, "selection_probability"),
        "decided_at": decided[place],
        "shown_at": shown[place],
        "outcome_at": said[place],
        "answered_at": heard.answered_at[of],
        "accepted_at": heard.accepted_at[of],
        "shown_heard_at": heard.shown_heard_at[of],
        "accepted_heard_at": heard.accepted_heard_at[of],
        "accepted": _among(outcomes, ACCEPTED),
        "reward": np.where(complete, _number(row, "reward"), np.nan),
    }


@dataclass(frozen=True)
class _Heard:
    """By exposure: the first answer and the first yes in any version known by then, and when the log heard of them."""

    answered_at: IntArray
    accepted_at: IntArray
    shown_heard_at: IntArray
    accepted_heard_at: IntArray

    @classmethod
    def of(cls, versions: pa.Table, codes: npt.NDArray[np.int32], *, count: int, until: Timestamp) -> _Heard:
        known = versions["known_at"].cast(pa.int64()).to_numpy()
        said = _moments(versions["outcome_at"], until)
        words = versions["outcome"].combine_chunks()

        def stands(says: BoolArray) -> BoolArray:
            return np.asarray((known <= until) & says & (taken_back_at(versions, says) > until))

        answered, yes = ((said < NEVER) & stands(_among(words, wanted)) for wanted in (_ANSWERED, ACCEPTED))
        shown = (_moments(versions["shown_at"], until) < NEVER) & stands(_moments(versions["shown_at"]) < NEVER)

        def first(times: IntArray, mask: BoolArray) -> IntArray:
            earliest = np.full(count, NEVER)
            np.minimum.at(earliest, codes[mask], times[mask])
            return earliest

        return cls(first(said, answered), first(said, yes), first(known, shown), first(known, yes))


def _joined(parts: Iterable[dict[str, pa.Array | npt.NDArray[np.generic]]], *, until: Timestamp, share: float) -> Decisions:
    found = [*parts]
    columns = {
        name: np.concatenate([part[name] for part in found])
        if isinstance(found[0][name], np.ndarray)
        else pa.concat_arrays([part[name] for part in found])
        for name in found[0]
    }
    return Decisions(**columns, until=until, drawn_share=share)


def _ranked(ids: npt.NDArray[np.object_]) -> npt.NDArray[np.intp]:
    """Return the place of each text among all, sorted: what breaks ties of time."""
    ranks = np.empty(len(ids), np.intp)
    ranks[np.argsort(ids, kind="stable")] = np.arange(len(ids))
    return ranks


def _moments(column: pa.ChunkedArray, until: Timestamp = NEVER) -> IntArray:
    """Return a time column; NEVER where there is none, or it lies beyond the moment all is told at."""
    times: IntArray = pc.fill_null(column.cast(pa.int64()), NEVER).to_numpy()
    return np.where(times <= until, times, NEVER)


def _sources(rows: pa.Table) -> pa.Array:
    said = pa.array(sources_of(_text(rows, "agent_id"), _text(rows, "key_id")).tolist(), pa.string())
    return pc.if_else(pc.equal(said, UNSOURCED), None, said)


def _text(rows: pa.Table, name: str) -> pa.Array:
    return rows[name].combine_chunks()


def _number(rows: pa.Table, name: str) -> FloatArray:
    return np.asarray(rows[name].cast(pa.float64()).to_numpy(), dtype=np.float64)


def _among(texts: pa.Array, wanted: tuple[str, ...]) -> BoolArray:
    return np.asarray(pc.is_in(texts, value_set=pa.array(wanted)).to_numpy(zero_copy_only=False), dtype=np.bool_)
