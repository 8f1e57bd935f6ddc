"""Is anything known of somebody in the files, so that asking to erase them is no slip of the hand."""

from __future__ import annotations

from features.contracts.sources import SOURCES
from features.home import Home
from features.log.manifest import LogMissing
from features.log.store import EventLog


def is_in_log(home: Home, customer_id: str) -> bool:
    """Say whether the event log holds a row about a customer."""
    try:
        log = EventLog.open(home)
    except LogMissing:
        return False
    return any(log.customer(source, customer_id, ["customer_id"]).num_rows for source in SOURCES)
