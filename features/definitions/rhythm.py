"""In which rhythm does a customer do something: the gaps between the UTC days on which it happens, and how late it is by them."""

from __future__ import annotations

from dataclasses import dataclass

from features.language.arithmetic import Formula
from features.language.expressions import Midnight
from features.language.feature import Feature, Reading
from features.language.formulas import Condition, Rows


@dataclass(frozen=True)
class Rhythm:
    """The days on which a customer does something, each counted once, from the midnight that begins it.

    `prefix` begins the names of the features, `day` is what such a day is called.
    """

    prefix: str
    day: str
    rows: Rows
    where: Condition | None = None

    @property
    def days(self) -> Formula:
        """Count the days so far."""
        return self.rows.distinct_days(where=self.where)

    @property
    def since_first(self) -> Formula:
        """Days since the start of the first of them; NaN for none."""
        return self.rows.days_since_first(Midnight(self.rows.time), where=self.where)

    @property
    def since_last(self) -> Formula:
        """Days since the start of the last of them; NaN for none."""
        return self.rows.days_since_last(Midnight(self.rows.time), where=self.where)

    def features(self) -> tuple[Feature, ...]:
        """Return the features about the gaps between these days."""
        mean, std = self.rows.gap_mean(where=self.where), self.rows.gap_std(where=self.where)
        fewer_than_two, fewer_than_three = f"fewer than two {self.day}s", f"fewer than three {self.day}s"
        return (
            Feature(
                f"{self.prefix}_gap_mean_days",
                mean,
                f"Days between successive {self.day}s, on average.",
                Reading("days", missing=fewer_than_two),
            ),
            Feature(
                f"{self.prefix}_gap_std_days",
                std,
                f"Standard deviation of the days between successive {self.day}s (of a sample: n - 1).",
                Reading("days", missing=fewer_than_three),
            ),
            Feature(
                f"{self.prefix}_gap_variation",
                std / mean,
                f"How unevenly {self.day}s follow one another, in average gaps: 0 like clockwork, 1 at random, over 1 in bursts.",
                Reading("average gaps", missing=fewer_than_three, origin="coefficient of variation of times between events"),
            ),
            Feature(
                f"{self.prefix}_recency_over_gap",
                self.rows.recency_over_gap(where=self.where),
                f"Days since the last {self.day}, as a multiple of the average gap; over 1 the customer is later than usual.",
                Reading("average gaps", missing=fewer_than_two),
            ),
        )
