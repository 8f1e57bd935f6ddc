"""How does a company live on: the rows of its whole life reach the log part by part, as they became known, so that time passes.

What a log knows at a moment is what it would have known then: no row known later is delivered, and each source is complete up to
the moment, or up to where its feed stopped. What is delivered in the end is the same, in however many parts it came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from features.home import Home
from features.log.intake import IntakeReport, Receipt, append
from features.times import Timestamp
from training.simulated.columns import TIME

_BEGINNING: Timestamp = 0


@dataclass(frozen=True)
class Replay:
    """The rows of a company by source, with `known_at`, until when each source is complete, and where its log is.

    A simulated company brings both: `Replay(company.tables, company.observed_until, home)`.
    """

    tables: Mapping[str, pa.Table]
    observed_until: Mapping[str, Timestamp]
    home: Home

    def deliver(self, *, until: Timestamp, since: Timestamp = _BEGINNING) -> IntakeReport:
        """Deliver the rows that became known from one moment until before another; the log then stands at the later one."""
        rows = {source: _known_within(table, since=since, until=until) for source, table in self.tables.items()}
        observed = {source: min(until, end) for source, end in self.observed_until.items()}
        return append(self.home, rows, receipt=Receipt(received_at=until, known_at="given", observed_until=observed))

    def months(self, moments: Sequence[Timestamp]) -> Iterator[Timestamp]:
        """Deliver up to the first moment, then on to each further one; give each moment while the log stands there."""
        for since, until in pairwise([_BEGINNING, *moments]):
            self.deliver(until=until, since=since)
            yield until


def _known_within(table: pa.Table, *, since: Timestamp, until: Timestamp) -> pa.Table:
    known = table["known_at"]
    begin, end = (pa.scalar(moment, TIME) for moment in (since, until))
    return table.filter(pc.and_(pc.greater_equal(known, begin), pc.less(known, end)))
