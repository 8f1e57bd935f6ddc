"""On what is predicted: the newest snapshot, the company file in use, where everybody stands, and who is asked about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.company import Company, stored_company
from features.engine.batch import compute_snapshots
from features.errors import NotFound
from features.health import health_scores
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.stages.past import past_stages
from features.stages.table import NO_MOMENT, StageTable
from models.bundle import read_live
from models.decision import features_read
from models.rows import BoolArray, FloatArray
from training.examples import newest_midnight
from training.labels.churn import at_risk_at, sources_read
from training.labels.labels import observed_by, received


class NoCompany(NotFound):
    """No company file is in use here, so nobody knows what churn means."""


class NothingReceived(NotFound):
    """The log holds no row of the sources that decide up to when a prediction can be made."""


@dataclass(frozen=True)
class Scene:
    """What is predicted on: one snapshot, one company file, and the customers whom the question of churn is about."""

    snapshot: Snapshot
    company: Company
    at_risk: pa.Array

    @property
    def is_at_risk(self) -> BoolArray:
        """Return, for each id of the snapshot, whether churn is asked about."""
        found: BoolArray = pc.is_in(self.snapshot.ids, value_set=self.at_risk).to_numpy(zero_copy_only=False)
        return found


def company_in_use(home: Home) -> Company:
    """Return the company file that is live.

    Raises
    ------
    NoCompany
        If none was ever taken into use.
    """
    live = read_live(home)
    if live is None or live.company is None:
        raise NoCompany(
            "needed a company file in use, found none; `lifecycle company use FILE` takes one, `lifecycle simulate` brings one"
        )
    return company_stored(home, live.company)


def company_stored(home: Home, sha: str) -> Company:
    """Return a company file by its hash, its rules read with the features computed now."""
    return stored_company(home, sha)


def newest_scene(home: Home, company: Company) -> Scene:
    """Return the newest snapshot, computed if missing: at the newest midnight up to which all that churn reads is complete.

    A source of which the log never received a row holds nothing up.

    Raises
    ------
    NothingReceived
        If the log holds no row of any of these sources.
    """
    log, wanted = EventLog.open(home), sources_read(company)
    observed = observed_by(log, None, sources=received(log, wanted))
    if not any(observed.values()):
        raise NothingReceived(f"predicting needs rows of {' or '.join(wanted)}, found none in the log; import them")
    as_of = newest_midnight(observed)
    snapshot = compute_snapshots(home, company.catalogue, [as_of])[0]
    return Scene(snapshot, company, at_risk_at(log, company, as_of=as_of))


def standing_columns(home: Home, scene: Scene) -> dict[str, FloatArray]:
    """Return where everybody stands by the company file's rules, a float64 a customer.

    `stage_<set>`: the place of the stage in the set as the file lists it. `stage_<set>_since`: the moment the stay began,
    microseconds UTC; NaN where it is unconfirmed. `health_score` and `health_<component>`: 0 to 100; NaN
    where not known.
    """
    shot, company = scene.snapshot, scene.company
    past = past_stages(home, company, [shot.as_of])
    columns: dict[str, FloatArray] = {}
    for stage_set in company.stage_sets:
        columns |= _stage_columns(past.at(shot.as_of, stage_set=stage_set.name))
    wanted = sorted({component.feature for component in company.health.components})
    read = dict(zip(wanted, shot.columns(wanted).T.astype(np.float64), strict=True))
    health = health_scores(company.health, read, rows=len(shot.ids))
    columns |= {f"health_{one.name}": health.components[:, place] for place, one in enumerate(company.health.components)}
    return {**columns, "health_score": health.scores}


def read_columns(scene: Scene) -> dict[str, FloatArray]:
    """Return `feature_<name>` for every feature that deciding, routing and recovery read, a float64 a customer."""
    names = [name for name in features_read(scene.company) if name in scene.snapshot.names]
    read = scene.snapshot.columns(names).astype(np.float64)
    return {f"feature_{name}": read[:, place] for place, name in enumerate(names)}


def _stage_columns(table: StageTable) -> dict[str, FloatArray]:
    name, since = table.stage_set.name, table.since
    began = np.where(since == NO_MOMENT, np.nan, since.astype(np.float64))
    return {f"stage_{name}": table.codes.astype(np.float64), f"stage_{name}_since": began}
