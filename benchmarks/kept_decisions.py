"""Decisions as the database keeps them, made by hand: for tests of what happens to them afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from features.times import HOUR, Timestamp, parse_time
from serving.database.offered.decisions import KeptDecision, Slot

DECIDED_AT = parse_time("2026-03-02T09:00:00Z")

CALL = Slot(1, "call", "service", "phone", "policy", 0.9, 14)
GIFT = Slot(2, "gift", "loyalty", "email", "policy", None, 7)
NOTHING_AT_ALL = Slot(1, "nothing", None, None, "control", 0.25, None)


def kept(
    decision_id: str, slots: Sequence[Slot] = (CALL, GIFT), *, customer_id: str = "c1", at: Timestamp = DECIDED_AT
) -> tuple[KeptDecision, Sequence[Slot]]:
    """Return a decision with its slots, valid for a day."""
    made = KeptDecision(
        decision_id,
        customer_id,
        "",
        at,
        at + 24 * HOUR,
        at,
        "agent-1",
        "key-1",
        "a" * 64,
        "b" * 64,
        "5" * 64,
        b'{"made":"by hand"}',
    )
    return made, slots
