"""What does the contact policy read of the log: which offers were shown to whom of late, and what became of them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from features.company.schema import Company
from features.log.store import EventLog
from features.times import DAY, Timestamp
from models.decision import Contacts
from models.decision.contacts import COLUMNS, OUTCOMES, exposure_hash, newest_states
from training.decided.rows import Decisions, read_decisions
from training.labels.acceptance import SOURCE
from training.labels.labels import observed_by

_ANSWER_DAYS = 90
"""An outcome may be told so long after the decision: who decided before counts by when it was said."""


def contacts_known(log: EventLog, company: Company, ids: pa.Array, *, as_of: Timestamp | None = None) -> Contacts:
    """Return the contacts of these customers as far as the contact policy looks back from where offers are complete.

    `as_of` pretends that today is that moment: what was told later is not among them.

    About 40 bytes an exposure and 8 a customer: a million customers shown four offers within the window take 170 MB.
    """
    if SOURCE not in log.manifest.observed_until:
        return Contacts.none(len(ids))
    until = observed_by(log, as_of, sources=(SOURCE,))[SOURCE]
    since = until - (company.contact_policy.looks_back_days + _ANSWER_DAYS) * DAY
    decisions = read_decisions(log, until=until, since=since, most=None)
    rows = pc.fill_null(pc.index_in(decisions.customers, value_set=ids), -1).to_numpy(zero_copy_only=False)
    touched = np.isin(np.array(decisions.offers.to_pylist(), dtype=object), ["nothing"], invert=True) & (rows >= 0)
    return newest_states(rows[touched], _table(decisions.where(touched), customers=len(ids)))


def _table(decisions: Decisions, *, customers: int) -> Contacts:
    offers, channels = (column.dictionary_encode() for column in (decisions.offers, decisions.channels))
    columns = {
        "exposure": np.array([exposure_hash(each) for each in decisions.exposures.to_pylist()], np.uint64),
        "offer": _codes(offers),
        "channel": _codes(channels),
        "decided_at": decisions.decided_at,
        "shown_at": decisions.shown_at,
        "outcome": _codes(pa.DictionaryArray.from_arrays(_index_in(decisions.outcomes), pa.array(OUTCOMES))),
        "outcome_at": decisions.outcome_at,
    }
    typed: dict[str, Any] = {name: columns[name].astype(kind) for name, kind in COLUMNS.items()}
    names = [tuple(each.dictionary.to_pylist()) for each in (offers, channels)]
    return Contacts(names[0], names[1], np.zeros(customers + 1, np.int64), **typed)


def _index_in(outcomes: pa.Array) -> pa.Array:
    return pc.index_in(outcomes, value_set=pa.array(OUTCOMES))


def _codes(coded: pa.DictionaryArray) -> npt.NDArray[np.int64]:
    return np.asarray(pc.fill_null(coded.indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)
