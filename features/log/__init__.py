"""The event log: eight sources, their contracts, and the files that keep every version of every row.

Writing is imported from `features.log.intake`: it brings pandas and pandera, which readers do without.
"""

from features.log.sources import SOURCES, Column, Kind, Source
from features.log.store import EventLog, verify_log

__all__ = ["SOURCES", "Column", "EventLog", "Kind", "Source", "verify_log"]
