"""What had each customer been shown before a decision, and what had they said: the contact history as logged."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.times import Timestamp
from models.decision import Contact, Contacts
from models.decision.contacts.table import NEVER
from training.decided import Decisions


def contacts_then(shown: Decisions, asked: Decisions) -> Contacts:
    """Return, a row a decision of `asked`, the exposures among `shown` of its customer, as they stood when it was made.

    An acceptance that was fulfilled or reversed since counts from the first yes on. What lies at or after the decision is left
    out by the contact policy itself.
    """
    wanted = pc.is_in(shown.customers, value_set=pc.unique(asked.customers)).to_numpy(zero_copy_only=False)
    seen = shown.where(np.asarray(wanted & (shown.shown | (shown.outcome_at < NEVER)), dtype=np.bool_))
    customers = pc.unique(asked.customers)
    return Contacts.of(_by_customer(seen, customers)).take(_rows(asked.customers, customers))


def _by_customer(seen: Decisions, customers: pa.Array) -> list[list[Contact]]:
    found: dict[str, list[Contact]] = defaultdict(list)
    texts = (seen.customers, seen.exposures, seen.offers, seen.channels, seen.outcomes)
    times = (seen.decided_at, seen.shown_at, seen.accepted_at, seen.outcome_at)
    rows = zip(*(text.to_pylist() for text in texts), *(time.tolist() for time in times), strict=True)
    for customer, exposure, offer, channel, outcome, decided, shown_at, accepted, told in rows:
        said, when = _answer(outcome, accepted=accepted, told=told)
        found[customer].append(Contact(exposure, offer, channel, decided, None if shown_at == NEVER else shown_at, said, when))
    return [found[customer] for customer in customers.to_pylist()]


def _answer(outcome: str | None, *, accepted: Timestamp, told: Timestamp) -> tuple[str | None, Timestamp | None]:
    if accepted < NEVER:
        return "accepted", accepted
    return (outcome, told) if told < NEVER else (None, None)


def _rows(customers: pa.Array, known: pa.Array) -> np.typing.NDArray[np.int64]:
    places: np.typing.NDArray[np.int64] = pc.index_in(customers, value_set=known).to_numpy().astype(np.int64)
    return places
