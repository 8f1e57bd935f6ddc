"""Which past Mondays are kept, and still true of the log: opened once, not for every customer with news."""

from __future__ import annotations

from features.company import Company
from features.log.store import EventLog
from features.stages.course import checkpoints
from features.stages.kept import KeptMondays, kept_mondays
from features.stages.stage_rules import StageRules
from features.times import Timestamp


class Mondays:
    """The kept winners of a company's stage rules. Rows received later change none; an import of history opens them anew."""

    def __init__(self, company: Company) -> None:
        self._rules = StageRules(company)
        self._digest: str | None = None
        self._kept: KeptMondays | None = None

    def before(self, log: EventLog, as_of: Timestamp) -> KeptMondays:
        """Return the Mondays that a stage at `as_of` rests on, as far as they are kept."""
        mondays = checkpoints(as_of)
        if self._kept is None or self._kept.mondays != mondays or not self._holds(log, mondays[-1]):
            self._kept, self._digest = kept_mondays(log, self._rules, mondays, verify=False), log.digest
        return self._kept

    def _holds(self, log: EventLog, newest: Timestamp) -> bool:
        until = None if self._digest is None else log.holds_before(self._digest)
        return until is not None and newest <= until
