"""What is counted in one bucket of a source, so that all buckets add up: rows by day, delays, versions, columns.

A customer lives in one bucket, so ids and customers are counted exactly, whatever the size of the log.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.contracts.schemas import EARLIEST, LATEST
from features.contracts.sources import Source
from features.quality.counting.columns import ColumnTally, count_column
from features.quality.counting.known import Contradicting, Known
from features.quality.counting.sketch import Sketch
from features.quality.counting.span import DAYS, WEEKS, week_of
from features.quality.counting.versions import Versions, codes, microseconds
from features.times import DAY, HOUR, SECOND, Timestamp

DELAYS = {"a minute": 60 * SECOND, "an hour": HOUR, "a day": DAY, "a week": 7 * DAY, "30 days": 30 * DAY}
"""Upper ends of the parts in which delays are counted; beyond the last there is one more."""
_NOT_CONTENT = ("known_at", "superseded_at")

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Tally:
    """Counts of one source. All but `versions` and the delays are of the newest version of each row.

    `days` counts rows by day; `several` ids have more than one version; `repeated` rows say what another says. Delays are of
    first versions: `delays` in days, `by_delay` in the parts of DELAYS, `first` and `late` (over a day) by week of the event.
    """

    versions: int
    customers: int
    several: int
    repeated: int
    ahead: int
    at_once: int
    days: Ints
    delays: Sketch
    by_delay: Ints
    first: Ints
    late: Ints
    contradicting: Contradicting
    first_at: Timestamp
    last_at: Timestamp
    columns: Mapping[str, ColumnTally]

    @property
    def rows(self) -> int:
        """How many ids the source has."""
        return int(self.days.sum())

    def __add__(self, other: Tally) -> Tally:
        """Add the counts of other buckets of the source."""
        added = {field.name: getattr(self, field.name) + getattr(other, field.name) for field in fields(self)[:-3]}
        return Tally(
            **added,
            first_at=min(self.first_at, other.first_at),
            last_at=max(self.last_at, other.last_at),
            columns={name: column + other.columns[name] for name, column in self.columns.items()},
        )


def count_bucket(source: Source, table: pa.Table, *, known: Known) -> Tally:
    """Count the versions of one bucket in stored order, given what is known of its customers."""
    versions = Versions(source, table)
    is_newest, is_first = versions.is_newest, versions.is_first
    rows, at = table.filter(pa.array(is_newest)), versions.at[is_newest]
    happened = versions.at[is_first]
    delay = versions.known_at[is_first] - happened
    names = [column for column in source.columns if column.name != source.time]
    return Tally(
        versions=table.num_rows,
        customers=pc.count_distinct(rows["customer_id"]).as_py(),
        several=int((is_first & ~is_newest).sum()),
        repeated=_repeated(source, rows),
        ahead=int((delay < 0).sum()),
        at_once=int((delay == 0).sum()),
        days=np.bincount(at // DAY, minlength=DAYS),
        delays=Sketch.of(delay / DAY),
        by_delay=np.bincount(np.searchsorted(list(DELAYS.values()), delay, side="left"), minlength=len(DELAYS) + 1),
        first=np.bincount(week_of(happened), minlength=WEEKS),
        late=np.bincount(week_of(happened[delay > DAY]), minlength=WEEKS),
        contradicting=known.contradicted_by(rows, at=at, source=source),
        first_at=int(at.min(initial=LATEST)),
        last_at=int(at.max(initial=EARLIEST)),
        columns={column.name: count_column(column, versions, rows=rows) for column in names},
    )


def _repeated(source: Source, rows: pa.Table) -> int:
    """Count rows beyond the first of equal content under other ids; stored order puts equal (customer, time) together."""
    if source.key == "customer_id" or rows.num_rows < 2:
        return 0
    customer, at = codes(rows["customer_id"]), microseconds(rows[source.time])
    like_before = np.concatenate([[False], (customer[1:] == customer[:-1]) & (at[1:] == at[:-1])])
    alike = rows.filter(pa.array(like_before | np.append(like_before[1:], False)))
    content = [name for name in alike.column_names if name not in (source.key, *_NOT_CONTENT)]
    return int(alike.num_rows - alike.group_by(content).aggregate([]).num_rows)
