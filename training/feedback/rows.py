"""Who said what became of an offer, and when did they say so: the rows of feedback, read as they stand.

A source is the agent who acted, else the API key that asked. An `agent_id` is what the holder of a key says it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.events import NEVER, IntArray
from features.contracts.schemas import stored_schema
from features.contracts.sources import SOURCES
from features.log.store import EventLog
from features.times import Timestamp
from models.rows import BoolArray
from training.labels.acceptance import ACCEPTED, SOURCE

UNSOURCED = ""
"""The source of rows that name neither agent nor key: an operator imported them."""

SKIPPED = "skipped"
"""The outcome of an offer that the customer was never asked about: nobody's word, for or against."""

_COLUMNS = (
    "exposure_id", "offer_id", "channel", "agent_id", "key_id", "decided_at", "shown_at", "outcome", "outcome_at", "known_at",
    "superseded_at",
)  # fmt: skip
_SCHEMA = pa.schema([stored_schema(SOURCES[SOURCE]).field(name) for name in _COLUMNS])


@dataclass(frozen=True)
class Feedback:
    """Decided offers and what was said of them, a row each.

    `sources`: who said it (`sources_of`). `accepted`: the yes was said. `decided_at`, `shown_at`, `answered_at`, `known_at`:
    microseconds UTC, `NEVER` where it did not happen; `known_at` is when the row, as it stands, came in. `kinds`: a code for
    what was offered and where, so that a source is compared on the same offers; the same code for all where that is not known.
    """

    sources: npt.NDArray[np.str_]
    accepted: BoolArray
    decided_at: IntArray
    shown_at: IntArray
    answered_at: IntArray
    known_at: IntArray
    kinds: IntArray

    def __len__(self) -> int:
        return len(self.sources)

    @property
    def moments(self) -> Mapping[str, IntArray]:
        """Return when each row says that something happened."""
        return {"decided": self.decided_at, "shown": self.shown_at, "answered": self.answered_at}

    def where(self, mask: BoolArray) -> Feedback:
        """Return the rows of a mask."""
        return replace(self, **{name: values[mask] for name, values in vars(self).items()})


def sources_of(agent_ids: pa.Array, key_ids: pa.Array) -> npt.NDArray[np.str_]:
    """Return the source of each row: `agent:ID`, else `key:ID`, else `UNSOURCED`.

    >>> sources_of(pa.array(["ana", None, None]), pa.array(["k1", "k1", None])).tolist()
    ['agent:ana', 'key:k1', '']
    """
    agents, keys = (
        pc.binary_join_element_wise(pa.scalar(kind), ids.cast(pa.string()), ":")
        for kind, ids in (("agent", agent_ids), ("key", key_ids))
    )
    return np.array(pc.coalesce(agents, keys, pa.scalar(UNSOURCED)).to_pylist(), dtype=np.str_)


def read_feedback(log: EventLog, *, until: Timestamp) -> Feedback:
    """Return every offer of the log that was shown or answered, as it was known until a moment; skipping one is no answer."""
    if SOURCE not in log.manifest.observed_until:
        return _feedback(_SCHEMA.empty_table())
    parts = [
        _standing(log.bucket(SOURCE, bucket, columns=_COLUMNS).cast(_SCHEMA), until) for bucket in range(log.manifest.buckets)
    ]
    return _feedback(pa.concat_tables(parts).combine_chunks())


def _standing(table: pa.Table, until: Timestamp) -> pa.Table:
    moments = {name: table[name].cast(pa.int64()) for name in ("known_at", "superseded_at")}
    stands = pc.and_(pc.less(moments["known_at"], until), pc.greater_equal(pc.fill_null(moments["superseded_at"], NEVER), until))
    answered = pc.fill_null(pc.not_equal(table["outcome"], SKIPPED), False)
    told = pc.or_(pc.is_valid(table["shown_at"]), answered)
    return table.filter(pc.and_(stands, told))


def _feedback(table: pa.Table) -> Feedback:
    whole = {name: _moments(table[name]) for name in ("decided_at", "shown_at", "outcome_at", "known_at")}
    offers, channels = (pc.fill_null(table[name].cast(pa.string()), "") for name in ("offer_id", "channel"))
    offered = _whole(pc.binary_join_element_wise(offers, channels, "/"))
    return Feedback(
        sources=sources_of(_whole(table["agent_id"]), _whole(table["key_id"])),
        accepted=np.asarray(pc.is_in(table["outcome"], value_set=pa.array(ACCEPTED)).to_numpy(), dtype=np.bool_),
        decided_at=whole["decided_at"],
        shown_at=whole["shown_at"],
        answered_at=whole["outcome_at"],
        known_at=whole["known_at"],
        kinds=offered.dictionary_encode().indices.to_numpy().astype(np.int64),
    )


def _whole(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return whole.cast(pa.string()) if isinstance(whole, pa.DictionaryArray) else whole


def _moments(column: pa.ChunkedArray) -> IntArray:
    numbers: IntArray = pc.fill_null(column.cast(pa.int64()), NEVER).to_numpy()
    return numbers
