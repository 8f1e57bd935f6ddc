"""How often is somebody called in months as they come: a company lives on, its model is trained once, scored and watched monthly.

Rows are delivered month by month as they became known. In the first month a churn model is trained and promoted; in each further
one everybody is scored and the features are compared with those it learned from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from benchmarks.goals import Result
from benchmarks.quality.data_sets import online_retail as imported
from features.company import Company, default_company_text, read_company
from features.contracts.schemas import delivered_schema
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.store import EventLog
from features.times import Timestamp, month_starts, parse_time
from lifecycle.console import say
from models.learners.boosting import BoostingPreset
from training.monitoring.drift.watching import feature_drift
from training.monitoring.publications import Watched
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.publishing.score import score, use_company
from training.questions.churn.question import ChurnQuestion
from training.simulated import simulate
from training.simulated.replay import Replay
from training.train import TrainingRun, train

_PEOPLE = 3_000
_ENDS = parse_time("2026-01-01")
_SIMULATED_FROM = parse_time("2025-04-01")
_RETAIL_MONTHS = (parse_time("2010-09-01"), parse_time("2010-12-01"))
_RETAIL_DAYS = 30
_PRESET = BoostingPreset(leaves=8, rounds=60, bag=1)
_BEYOND = "a benchmark promotes whatever was trained"


@dataclass(frozen=True)
class Life:
    """A company to live through: its rows, its company file, and the moments at which it is scored, the first to train at."""

    name: str
    replay: Replay
    company: Company
    moments: Sequence[Timestamp]


@dataclass(frozen=True)
class Lived:
    """What the months brought: how many there were, in how many something moved, and in how many somebody was called."""

    months: int
    notes: int
    alarms: int
    moved: int


def live_through(life: Life, key: Path) -> Lived:
    """Live through the months, and return what was found in them."""
    home, found = life.replay.home, []
    for moment in life.replay.months(life.moments):
        if moment == life.moments[0]:
            use_company(home, life.company, at=moment)
            train(home, ChurnQuestion(life.company, _PRESET), run=TrainingRun(moment))
            promote(home, "churn", act=Act(key, moment, override=_BEYOND, admin="benchmark"))
            continue
        score(home, at=moment)
        window, undone = feature_drift(Watched.at(home, moment), "churn")
        found.append((len(window.drifted), undone.changes_decisions))
        say(f"{life.name}: {len(window.drifted)} features moved; {undone.changed}")
    called = sum(alarm for _, alarm in found)
    return Lived(len(found), sum(moved > 0 for moved, _ in found) - called, called, sum(moved for moved, _ in found))


def lived_results(folder: Path, *, online_retail: Path | None, share: float) -> list[Result]:
    """Live through the simulated company, and through Online Retail where its file is given."""
    lives = [_simulated(folder, people=max(round(_PEOPLE * share), 400), months=max(round(9 * share), 2))]
    lives += [_retail(folder, online_retail)] if online_retail else []
    return [_result(life, live_through(life, folder / "keys" / f"{life.name}.key")) for life in lives]


def _result(life: Life, lived: Lived) -> Result:
    figure = f"{lived.alarms} alarms, {lived.notes} further months with notes alone; {lived.moved} features moved in all"
    return Result("D4", f"{lived.months} months lived", figure, "none set", holds=True, data=life.name)


def _simulated(folder: Path, *, people: int, months: int) -> Life:
    company = simulate(people, seed=11, until=_ENDS)
    replay = Replay(company.tables, company.observed_until, Home(folder / "lived"))
    moments = month_starts(_SIMULATED_FROM, _ENDS)[: months + 1]
    return Life(f"simulated, {people:,} people", replay, read_company(default_company_text("default")), moments)


def _retail(folder: Path, file: Path) -> Life:
    data = imported(file)
    home = data.home(folder)
    log = EventLog.open(home)
    replay = Replay(_tables(log), log.manifest.observed_until, Home(folder / "retail"))
    company = data.company(home, horizon_days=_RETAIL_DAYS)
    return Life(data.title, replay, company, month_starts(*_RETAIL_MONTHS))


def _tables(log: EventLog) -> Mapping[str, pa.Table]:
    """Return the rows of a log as they were delivered."""
    return {
        source: pa.concat_tables([log.bucket(source, bucket) for bucket in range(log.manifest.buckets)]).select(
            delivered_schema(SOURCES[source]).names
        )
        for source in log.manifest.rows
    }
