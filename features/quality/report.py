"""What does a data-quality report say: figures of each source and each snapshot, and what somebody must look at.

Moments and days are ISO 8601 text in UTC, shares lie between 0 and 1, and figures are rounded to six digits, so that equal logs
give equal reports, however their rows lie in buckets. A report holds no id, no name and no text that few rows share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, TypeAlias

import msgspec

from features.reports.stored import StoredReport
from features.write_once import canonical_json

Level: TypeAlias = Literal["act", "look"]
"""`act`: what is computed now is wrong or incomplete by it. `look`: somebody should know whether it is right."""


def six_digits(value: float) -> float:
    """Return the number to six digits: sums of the same rows in another order are the same then.

    >>> six_digits(0.1 + 0.2)
    0.3
    """
    return float(f"{value:.6g}")


@dataclass(frozen=True)
class Gap:
    """Days without a row where there usually are some, from `begin` until before `end`, the newest complete day if `is_open`.

    `rows_expected` is what the days around let expect; `chance` is how many such gaps chance alone would bring into the history.
    """

    begin: str
    end: str
    days: int
    rows_expected: float
    chance: float
    is_open: bool


@dataclass(frozen=True)
class LevelChange:
    """The week from which a source brings at most half or at least twice the rows of the weeks before."""

    week: str
    before: float
    after: float


@dataclass(frozen=True)
class Stretch:
    """Weeks in which a figure is unlike the weeks beside it: from `begin` (None: from the start) until `end` (None: still)."""

    begin: str | None
    end: str | None
    figure: float
    beside: float


@dataclass(frozen=True)
class Numbers:
    """Where the values of a number lie; quantiles are exact to 2 %."""

    p1: float
    median: float
    p99: float
    low: float
    high: float
    mean: float
    negative_share: float
    zero_share: float


@dataclass(frozen=True)
class ColumnQuality:
    """One column over the newest version of each row.

    Of a column that is known with another, only rows that have the other count (`rows`). `missing_weeks` has a share a week, None
    without rows. `values` are the commonest values with their share, where there are few; of flags, the share that is true.
    """

    name: str
    kind: str
    rows: int
    missing_share: float
    missing_weeks: list[float | None]
    went_missing: list[Stretch]
    changed_size: list[Stretch]
    numbers: Numbers | None = None
    values: dict[str, float] | None = None


@dataclass(frozen=True)
class Lateness:
    """How long after it happened the first version of a row was known, in days; `ahead_share` were known before."""

    median: float
    p95: float
    longest: float
    over_day_share: float
    over_week_share: float
    ahead_share: float
    at_once_share: float
    by_delay: dict[str, int]
    slower: list[Stretch]


@dataclass(frozen=True)
class Contradictions:
    """Rows that disagree with what `customers` and the contracts say; shares are of rows that belong to somebody.

    `outside_contract_share` and `after_cancellation_share` are of rows of customers with contracts; None without any.
    """

    unknown_customers: int
    unknown_share: float
    before_first_seen_share: float
    before_joined_share: float
    outside_contract_share: float | None = None
    after_cancellation_share: float | None = None


@dataclass(frozen=True)
class Quarantine:
    """Rows set aside by reason; a few of the newest as reason, file and row, never as they came."""

    rows: int
    share: float
    reasons: dict[str, int]
    examples: list[str]


@dataclass(frozen=True)
class ImportFinding:
    """What the mapping of an import counted in the raw data: so many of so many."""

    mapping: str
    text: str
    count: int
    of: int


@dataclass(frozen=True)
class Weeks:
    """Rows by week from the Monday `first`; the last week may not be over."""

    first: str
    rows: list[int]


@dataclass(frozen=True)
class SourceQuality:
    """One source. `rows` are ids, each counted once at its newest version; `versions` are stored rows.

    `strays` rows lie more than a year from all others, before or after, and are in no chart. `repeated_share` is of rows that say
    what another row of the same customer says, under another id.
    """

    name: str
    rows: int
    versions: int
    customers: int
    several_versions_share: float
    repeated_share: float
    first: str
    last: str
    observed_until: str
    strays: int
    weeks: Weeks
    gaps: list[Gap]
    level_changes: list[LevelChange]
    lateness: Lateness
    contradictions: Contradictions
    columns: list[ColumnQuality]


@dataclass(frozen=True)
class FeatureSpread:
    """How one feature lies over the customers of a snapshot; quantiles are of those who have a value, None where nobody does.

    `bars` counts customers in equal steps from p1 to p99, those beyond in the outermost.
    """

    name: str
    missing_share: float
    zero_share: float
    mean: float | None
    p1: float | None
    p25: float | None
    median: float | None
    p75: float | None
    p99: float | None
    constant: bool
    bars: list[int]


@dataclass(frozen=True)
class FeatureShift:
    """How far a feature moved between two snapshots.

    `moved` is the difference of the means in standard deviations of the older; `psi` the population stability index over its
    tenths, the missing being one part; `noise` is the index that chance alone stays below.
    """

    name: str
    psi: float
    noise: float
    moved: float | None
    missing_before: float
    missing_after: float


@dataclass(frozen=True)
class SnapshotQuality:
    """One stored snapshot, and how it differs from the newest: nothing for the newest itself."""

    as_of: str
    digest: str
    log_digest: str
    customers: int
    features: list[FeatureSpread]
    shifts: list[FeatureShift]


@dataclass(frozen=True)
class Finding:
    """One thing to look at: what was found, the `figure` of what `measure` says, the threshold it passed, and what to do.

    `weight` orders findings of one level: roughly the share of rows, of features or of the last 90 days concerned.
    """

    level: Level
    code: str
    about: str
    text: str
    measure: str
    figure: float
    threshold: float
    advice: str
    weight: float


@dataclass(frozen=True)
class QualityReport(StoredReport):
    """The whole report: sources and quarantines that have rows, `findings` in the order in which to look at them.

    `imports` has what the newest import of each mapping found.
    """

    KIND: ClassVar[str] = "a data-quality report"
    MADE_AGAIN: ClassVar[str] = "run `lifecycle log report` again"

    log_digest: str
    sources: list[SourceQuality]
    quarantine: dict[str, Quarantine]
    imports: list[ImportFinding]
    snapshots: list[SnapshotQuality]
    findings: list[Finding]

    def to_json(self) -> bytes:
        """Return the report in canonical JSON: equal reports, equal bytes."""
        return canonical_json(msgspec.to_builtins(self))
