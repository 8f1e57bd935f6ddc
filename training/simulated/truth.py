"""What is true, and known to nobody in the simulated company? Kept aside, for grading only: no feature can reach it.

One row per person seen and month start. `churn_*` and `expected_margin_*` are conditional on the latent situation at `as_of` and
on no offer being decided from the week of `as_of` on; they are given for people with a contract in force, else absent.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.home import Home
from features.times import DAY, WEEK, Timestamp, month_starts
from features.write_once import replace_file
from training.simulated.chain import latent_chain
from training.simulated.columns import TIME, customer_ids, numbers, texts
from training.simulated.contracts import CANCELLATION, ORDER, RENEWAL, ContractRows
from training.simulated.lives import Lives
from training.simulated.moment import Moment, Scene, standing
from training.simulated.offer_rows import margin_until
from training.simulated.outlook import Ahead, outlook
from training.simulated.people import Calendar, Floats, Ints
from training.simulated.responses import true_effects
from training.simulated.standing import Span, Standing, hazard_in
from training.simulated.world import REGIMES, STAGES, TROUBLES

CHURN_DAYS = (30, 60, 90)
MARGIN_DAYS = (90, 365)
_INTRODUCTION_WEEKS = 13


@dataclass(frozen=True)
class Truth:
    """What only the simulator knows.

    `customers`: one row per person seen and month start, sorted by (as_of, customer_id): `stage`, and for contracts in force
    `regime`, `trouble`, `weekly_hazard` (of that very week), `churn_<days>`, `expected_margin_<days>` and `effect_<offer>`
    (margin that deciding on the offer adds to deciding on nothing, within the reward days); `realised_margin_<days>` for
    everybody, where the simulated time is long enough.
    """

    customers: pa.Table


def moments_needed(calendar: Calendar) -> list[Timestamp]:
    """Return the month starts inside the calendar; its end is not one of them."""
    return month_starts(calendar.start, calendar.until - 1)


def week_of(calendar: Calendar, at: Timestamp) -> int:
    """Return the number of the week a moment lies in."""
    return (at - calendar.start) // WEEK


def truth(scene: Scene, lives: Lives, rows: ContractRows) -> Truth:
    """Compute what is true at every month start; `rows` are the contracts in the order of time."""
    tables = [_truth_at(scene, lives, rows, as_of) for as_of in moments_needed(scene.calendar)]
    return Truth(pa.concat_tables(tables))


def standing_at(scene: Scene, moment: Moment, rows: ContractRows, as_of: Timestamp) -> Standing:
    """Return the latent situation of everybody whose newest term, not cancelled, runs at `as_of`."""
    newest = np.full(len(scene.people), -1)
    before = np.flatnonzero((rows.at < as_of) & np.isin(rows.kind, (ORDER, RENEWAL, CANCELLATION)))
    newest[rows.customer[before]] = before  # in the order of time: the newest is written last
    term_end = np.append(rows.at + rows.term, 0)[newest]  # the last one stands for those without a row
    customers = np.flatnonzero(term_end > as_of)
    return standing(scene.people, moment, customers, term_end[customers])


def _truth_at(scene: Scene, lives: Lives, rows: ContractRows, as_of: Timestamp) -> pa.Table:
    seen = np.flatnonzero(scene.people.first_seen < as_of)
    moment = lives.moments[week_of(scene.calendar, as_of)]
    here = standing_at(scene, moment, rows, as_of)
    columns = {**_states(here), **_expectations(scene, here, as_of)}
    return pa.table(
        {
            "customer_id": texts(seen, customer_ids(len(scene.people))),
            "as_of": pa.array(np.full(len(seen), as_of)).cast(TIME),
            "stage": texts(_stages(scene, here, seen, as_of), STAGES),
            **{name: _spread(values, here, seen) for name, values in columns.items()},
            **_realised(scene, rows, seen, as_of),
        }
    )


def _states(here: Standing) -> dict[str, pa.Array]:
    return {"regime": texts(here.state // 3, REGIMES), "trouble": texts(here.state % 3, TROUBLES)}


def _expectations(scene: Scene, here: Standing, as_of: Timestamp) -> dict[str, pa.Array]:
    """Return hazard, chance to leave, expected margin and the effect of every offer, one element per row of `here`."""
    world, start = scene.world, scene.calendar.start
    horizons = tuple(sorted({*CHURN_DAYS, *MARGIN_DAYS}))
    ahead = outlook(world, here, Ahead(as_of, horizons, start))
    effects = true_effects(world, here, Ahead(as_of, (world.offers.reward_days,), start))
    names = [offer.offer_id for offer in world.offers.catalogue]
    return {
        "weekly_hazard": numbers(_hazard_now(scene, here, as_of)),
        **{f"churn_{days}": numbers(ahead.churn[:, horizons.index(days)]) for days in CHURN_DAYS},
        **{f"expected_margin_{days}": numbers(ahead.margin[:, horizons.index(days)]) for days in MARGIN_DAYS},
        **{f"effect_{name}": numbers(effects[:, column]) for column, name in enumerate(names)},
    }


def _hazard_now(scene: Scene, here: Standing, as_of: Timestamp) -> Floats:
    week = scene.calendar.start + week_of(scene.calendar, as_of) * WEEK
    now = hazard_in(scene.world, here, Span(as_of, week + WEEK, week), level=None)
    return np.asarray(now * latent_chain(scene.world).hazard[here.state])


def _stages(scene: Scene, here: Standing, seen: Ints, as_of: Timestamp) -> Ints:
    """Return codes of the true stages: by the age of the contract first, then by where the engagement is heading."""
    prospect, introduction, growth, _, _, lapsed = range(len(STAGES))
    stages = np.where(scene.people.joins < as_of, lapsed, prospect)
    new = as_of - here.started < _INTRODUCTION_WEEKS * WEEK
    stages[here.customer] = np.where(new, introduction, growth + here.state // 3)
    return stages[seen]


def _spread(values: pa.Array, here: Standing, seen: Ints) -> pa.Array:
    """Return a column for everybody seen from one for those with a contract; null for the others."""
    place = np.full(seen.max(initial=0) + 1, -1)
    place[here.customer] = np.arange(len(here))
    where = place[seen]
    return values.take(pa.array(where, mask=where < 0))


def _realised(scene: Scene, rows: ContractRows, seen: Ints, as_of: Timestamp) -> dict[str, pa.Array]:
    before = margin_until(rows, seen, np.full(len(seen), as_of))
    realised = {}
    for days in MARGIN_DAYS:
        end = as_of + days * DAY
        gained = margin_until(rows, seen, np.full(len(seen), end)) - before
        realised[f"realised_margin_{days}"] = numbers(gained if end <= scene.calendar.until else np.full(len(seen), np.nan))
    return realised


def write_truth(home: Home, truth: Truth) -> Path:
    """Write the truth below `<home>/truth/`, named by its content; an equal truth that stands there already is kept."""
    folder = home.root / "truth"
    sink = io.BytesIO()
    pq.write_table(truth.customers, sink)
    content = sink.getvalue()
    path = folder / f"customers-{hashlib.sha256(content).hexdigest()[:12]}.parquet"
    if not path.exists():
        replace_file(path, content)
    return path
