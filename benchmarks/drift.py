"""Is drift found when it is there, and only then: clean windows, windows with an injected shift, and months as they came.

Clean: 500 times, 1,000 of the customers at risk of a simulated company are drawn as those of now, and all others are those of
then, with all their features. Nothing moved, so whatever is found is a false alarm.

Injected: the same draw, and every number is moved by half a standard deviation among the customers of now; missing values stay
missing. A second row moves them as they could move: whole numbers stay whole, of flags more become 1. A number known of few
customers cannot be told from chance, so the goal is set for those known of 200 of 1,000; all others are counted beside them.

Months: see `benchmarks.drift_months`. No goal is set for these: they say how often somebody is called.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from benchmarks.drift_months import lived_results
from benchmarks.goals import Result, arguments, report
from features.at_risk.population import at_risk_at
from features.company import Company
from features.engine.batch import compute_snapshots
from features.home import Home
from features.language.feature import is_category
from features.log.store import EventLog
from features.times import Timestamp, parse_time
from lifecycle.simulate import simulate_into
from models.rows import FloatArray
from training.monitoring.drift.columns import Column, columns_of, moved_names

WINDOWS = 500
CUSTOMERS = 1_000
MOST_FALSE = 0.01
SHIFT = 0.5
_PEOPLE = 6_000
_INJECTED_WINDOWS = 20
_AS_OF = parse_time("2025-12-01")
_KNOWN_OF = 200

Move = Callable[[Column, np.random.Generator], FloatArray]


@dataclass(frozen=True)
class Population:
    """Features of customers, a row each, by name."""

    matrix: npt.NDArray[np.float32]
    names: tuple[str, ...]

    def window(self, customers: int, random: np.random.Generator) -> list[Column]:
        """Return the columns of so many customers of now, drawn anew, and of all others then."""
        drawn = random.permutation(len(self.matrix))
        return list(columns_of(self.matrix[drawn[customers:]], self.matrix[drawn[:customers]], names=self.names))


@dataclass(frozen=True)
class Injected:
    """In how many windows each column was moved, in how many it was found, and of how many customers at least it was known."""

    moved: Mapping[str, int]
    found: Mapping[str, int]
    known: Mapping[str, int]

    def always(self, *, known: int = 0) -> tuple[int, int]:
        """Return how many columns known of so many customers were found in every window, and how many there are."""
        asked = [name for name in self.moved if self.known[name] >= known]
        return sum(self.found[name] == self.moved[name] for name in asked), len(asked)


def population(home: Home, company: Company, *, as_of: Timestamp) -> Population:
    """Return the features of the customers at risk at a moment."""
    snapshot = compute_snapshots(home, company.catalogue, [as_of])[0]
    at_risk = at_risk_at(EventLog.open(home), company, as_of=as_of)
    asked = pc.is_in(snapshot.ids, value_set=at_risk).to_numpy(zero_copy_only=False)
    return Population(np.asarray(snapshot.matrix[asked]), snapshot.names)


def false_alarms(crowd: Population, *, windows: int, customers: int, seed: int = 0) -> int:
    """Return how many of so many clean windows show anything."""
    random = np.random.default_rng(seed)
    return sum(bool(moved_names(crowd.window(customers, random))) for _ in range(windows))


def injected(crowd: Population, move: Move, *, windows: int, customers: int, seed: int = 1) -> Injected:
    """Move every number that varies among the customers of now, in each window, and return which are found.

    A column is found by its own values alone, so all may be moved at once.
    """
    random = np.random.default_rng(seed)
    moved, found, known = Counter[str](), Counter[str](), dict[str, int]()
    for _ in range(windows):
        columns = [column for column in crowd.window(customers, random) if not is_category(column.name) and _spread(column) > 0]
        names = moved_names([Column(column.name, column.then, move(column, random)) for column in columns])
        moved.update(column.name for column in columns)
        found.update(column.name for column in columns if column.name in names)
        known |= {column.name: min(_fewest_known(column), known.get(column.name, customers)) for column in columns}
    return Injected(moved, found, known)


def shifted(column: Column, random: np.random.Generator) -> FloatArray:
    """Add half a standard deviation to every value."""
    del random
    return column.now + SHIFT * _spread(column)


def moved_in_kind(column: Column, random: np.random.Generator) -> FloatArray:
    """Move by half a standard deviation on average, whole numbers by whole ones, drawn; of flags so many more become 1."""
    now, shift = column.now, SHIFT * _spread(column)
    values = np.unique(np.concatenate(column.known))
    if len(values) == 2:
        low, high = values
        rare = np.flatnonzero(now == low)
        more = min(round(shift / (high - low) * np.isfinite(now).sum()), len(rare))
        now = now.copy()
        now[random.choice(rare, more, replace=False)] = high
        return now
    whole = bool((values == np.round(values)).all())
    return now + (np.floor(shift + random.random(len(now))) if whole else shift)


def _spread(column: Column) -> float:
    known = column.known[1]
    return float(known.std()) if len(known) else 0.0


def _fewest_known(column: Column) -> int:
    return min(len(sample) for sample in column.known)


def results(crowd: Population, *, share: float) -> list[Result]:
    """Run the campaign, or a share of it."""
    customers, windows = min(CUSTOMERS, len(crowd.matrix) // 2), max(round(WINDOWS * share), 1)
    data = f"simulated, {len(crowd.matrix):,} customers at risk, {len(crowd.names)} features, {customers:,} beside the others"
    false = false_alarms(crowd, windows=windows, customers=customers)
    clean = Result(
        "D1", "clean windows with any alarm", f"{false} of {windows}", "at most 1 %", false <= MOST_FALSE * windows, data
    )
    tries = max(round(_INJECTED_WINDOWS * share), 2)
    moves = {"D2": ("half a standard deviation added", shifted), "D3": ("the same, in kind", moved_in_kind)}
    found = {key: injected(crowd, move, windows=tries, customers=customers) for key, (_, move) in moves.items()}
    return [
        clean,
        *(_found(key, name, told=found[key], data=f"{data}, {tries} first windows") for key, (name, _) in moves.items()),
    ]


def _found(key: str, name: str, *, told: Injected, data: str) -> Result:
    (well, of), (every, whole) = told.always(known=_KNOWN_OF), told.always()
    figure = f"{well} of {of} numbers known of {_KNOWN_OF} customers; of all {every} of {whole}"
    is_goal = key == "D2"
    return Result(key, name, figure, "all found in the first window" if is_goal else "none set", well == of or not is_goal, data)


def main() -> None:
    """Draw the population, run the campaign, and live through months where their data are at hand."""
    parser = arguments(__doc__.splitlines()[0])
    parser.add_argument("--online-retail", type=Path, help="the file of Online Retail II to live through, too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "company")
        company = simulate_into(home, customers=max(round(_PEOPLE * min(1.0, 5 * given.share)), 600), seed=7)
        found = results(population(home, company, as_of=_AS_OF), share=given.share)
        found += lived_results(Path(folder), online_retail=given.online_retail, share=given.share)
    report(found, given.json)


if __name__ == "__main__":
    main()
