"""What stands in a column: when it is missing, where its numbers lie, which words it holds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from features.contracts.sources import Column, Kind
from features.quality.counting.sketch import Sketch
from features.quality.counting.span import WEEKS, Span, week_of
from features.quality.counting.stretches import raised, segments, unusual
from features.quality.counting.versions import Versions
from features.quality.report import ColumnQuality, Numbers, Stretch, six_digits
from features.times import DAY

MISSING_JUMP = 0.2
"""By how much the share of missing values must rise to be told: a fifth of the rows."""
SIZE_JUMP = 2.0
"""How many doublings a number's usual size must move to be told: units change by 10, 60, 100 or 1,000, prices hardly by 4."""
_MOST_WORDS = 200
_SHOWN_WORDS = 12
_LEAST_ROWS_OF_A_WORD = 5  # a text that fewer rows hold may say who somebody is

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def _no_weeks() -> Ints:
    return np.zeros(WEEKS, np.int64)


@dataclass(frozen=True)
class ColumnTally:
    """Counts of one column over the newest versions of rows; tallies of different buckets add up.

    `rows` and `missing` are by week of the event, of rows that may have the value: of a column known with another, those that
    have the other. `numbers` are its values; of a time, its days after the event. `sizes` sums log2 of the distance from zero by
    week, over `sized` values that are not zero. `waits` are the days from the event until the value was first known. `words`
    counts texts, None where they are too many or say who somebody is.
    """

    rows: Ints = field(default_factory=_no_weeks)
    missing: Ints = field(default_factory=_no_weeks)
    numbers: Sketch = field(default_factory=Sketch)
    sizes: Floats = field(default_factory=lambda: np.zeros(WEEKS))
    sized: Ints = field(default_factory=_no_weeks)
    waits: Sketch = field(default_factory=Sketch)
    words: Counter[str] | None = field(default_factory=Counter)

    def __add__(self, other: ColumnTally) -> ColumnTally:
        return ColumnTally(
            self.rows + other.rows,
            self.missing + other.missing,
            self.numbers + other.numbers,
            self.sizes + other.sizes,
            self.sized + other.sized,
            self.waits + other.waits,
            _few(None if self.words is None or other.words is None else self.words + other.words),
        )


def count_column(column: Column, versions: Versions, *, rows: pa.Table) -> ColumnTally:
    """Count one column of the newest versions (`rows`) in a bucket."""
    at = versions.at[versions.is_newest]
    values, weeks = rows[column.name].combine_chunks(), week_of(at)
    if column.known_with:
        due = np.asarray(pc.is_valid(rows[column.known_with]))
        values, weeks, at = values.filter(pa.array(due)), weeks[due], at[due]
    there = np.asarray(pc.is_valid(values))
    waits = Sketch() if there.all() else Sketch.of(versions.days_until_known(column.name))
    counts = ColumnTally(_weekly(weeks), _weekly(weeks[~there]), waits=waits)
    if column.kind is Kind.NUMBER:
        return counts + _sizes(np.asarray(values.drop_null()), weeks[there])
    if column.kind is Kind.TIME:
        after = np.asarray(values.drop_null().cast(pa.int64())) - at[there]
        return counts + ColumnTally(numbers=Sketch.of(after / DAY))
    return counts + ColumnTally(words=_words(column, values))


def describe_column(column: Column, counts: ColumnTally, *, span: Span) -> ColumnQuality:
    """Say what the counts of a column mean over the span of its source."""
    rows, missing = counts.rows[span.weeks], counts.missing[span.weeks]
    shares = missing / np.maximum(rows, 1)
    total = int(counts.rows.sum())
    return ColumnQuality(
        name=column.name,
        kind=column.kind.value,
        rows=total,
        missing_share=six_digits(int(counts.missing.sum()) / max(total, 1)),
        missing_weeks=[six_digits(share) if count else None for share, count in zip(shares.tolist(), rows.tolist(), strict=True)],
        went_missing=_went_missing(column, counts, span=span),
        changed_size=_changed_size(counts, span=span) if column.kind is Kind.NUMBER else [],
        numbers=_numbers(counts.numbers),
        values=_values(column, counts),
    )


def _went_missing(column: Column, counts: ColumnTally, *, span: Span) -> list[Stretch]:
    """Find weeks that lack the column, of those so old that 99 of 100 values had come by then."""
    waits = [counts.waits, counts.numbers] if column.kind is Kind.TIME else [counts.waits]
    waiting = max(wait.quantile(0.99) if wait.rows else 0.0 for wait in waits)
    judged = max(span.place_of(int(span.open_day - waiting)), 0)
    rows, missing = (figures[span.weeks][:judged] for figures in (counts.rows, counts.missing))
    parts = segments(missing / np.maximum(rows, 1), rows.astype(np.float64), jump=MISSING_JUMP)
    return [span.stretch(part, figure=part.level, beside=beside, weeks=judged) for part, beside in raised(parts)]


def _changed_size(counts: ColumnTally, *, span: Span) -> list[Stretch]:
    sized = counts.sized[span.weeks]
    parts = segments(counts.sizes[span.weeks] / np.maximum(sized, 1), sized.astype(np.float64), jump=SIZE_JUMP)
    return [span.stretch(part, figure=2.0**part.level, beside=2.0**beside, weeks=len(sized)) for part, beside in unusual(parts)]


def _numbers(sketch: Sketch) -> Numbers | None:
    if not sketch.rows:
        return None
    places = (sketch.quantile(share) for share in (0.01, 0.5, 0.99, 0.0, 1.0))
    return Numbers(*map(six_digits, (*places, sketch.mean, sketch.negative_share, sketch.zero_share)))


def _values(column: Column, counts: ColumnTally) -> dict[str, float] | None:
    there = int(counts.rows.sum() - counts.missing.sum())
    if not counts.words or not there:
        return None
    words = (
        counts.words
        if column.choices
        else {word: count for word, count in counts.words.items() if count >= _LEAST_ROWS_OF_A_WORD}
    )
    ordered = sorted(words.items(), key=lambda entry: (-entry[1], entry[0]))[:_SHOWN_WORDS]
    return {word: six_digits(count / there) for word, count in ordered}


def _sizes(values: Floats, weeks: Ints) -> ColumnTally:
    sized = values != 0
    sizes: Floats = np.bincount(weeks[sized], np.log2(np.abs(values[sized])), minlength=WEEKS).astype(np.float64)
    return ColumnTally(numbers=Sketch.of(values), sizes=sizes, sized=_weekly(weeks[sized]))


def _words(column: Column, values: pa.Array) -> Counter[str] | None:
    if column.name.endswith("_id") or column.name == "display_name":
        return None
    flat = pc.list_flatten(values) if column.kind is Kind.TEXTS else values.cast(pa.string())
    counted = pc.value_counts(flat.drop_null())
    if len(counted) > _MOST_WORDS:
        return None
    return Counter({entry["values"]: entry["counts"] for entry in counted.to_pylist()})


def _few(words: Counter[str] | None) -> Counter[str] | None:
    return words if words is not None and len(words) <= _MOST_WORDS else None


def _weekly(weeks: Ints) -> Ints:
    return np.bincount(weeks, minlength=WEEKS)
