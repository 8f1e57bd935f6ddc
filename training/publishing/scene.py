"""On what is predicted: the newest snapshot, the company file in use, where everybody stands, and who is asked about."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from features.at_risk.population import at_risk_at, sources_read
from features.company import Company, stored_company
from features.engine.batch import compute_snapshots
from features.errors import NotFound
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.stages.past import past_stages
from features.stages.table import Stood
from models.assembly import People
from models.bundle import read_live
from models.rows import BoolArray
from training.examples import newest_midnight
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

    def people(self, *stages: Stood) -> People:
        """Return the customers of the snapshot; `stages`: where they stand."""
        shot = self.snapshot
        return People(self.company, shot.as_of, shot.names, shot.matrix, self.is_at_risk, stages)


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


def people_of(home: Home, scene: Scene) -> People:
    """Return everybody of a scene, with where they stand in every stage set; past Mondays that are missing are kept."""
    past, as_of = past_stages(home, scene.company, [scene.snapshot.as_of]), scene.snapshot.as_of
    return scene.people(*(past.at(as_of, stage_set=stage_set.name).stood for stage_set in scene.company.stage_sets))
