"""The event log: the files that keep every version of every row, and their one writer.

Writing is imported from `features.log.intake`: it brings pandas and pandera, which readers do without.
"""

from features.log.store import EventLog, verify_log

__all__ = ["EventLog", "verify_log"]
