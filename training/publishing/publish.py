"""What will the live pointer lead to: predictions for every customer of the newest snapshot, stored under their content.

All of it is written before the pointer moves, so a kill at any point leaves the old state or the new one. Beside the predictions
of the bundle stand those with each model's predecessor: a rollback only moves the pointer.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.company import Company, stored_company
from features.engine.batch import compute_snapshots
from features.errors import NotFound
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Snapshot
from models.bundle import (
    Bundle,
    ContentDamaged,
    Live,
    NotStored,
    PredictionsOrigin,
    SchemaMismatch,
    load_model,
    read_live,
    write_predictions,
)
from models.churn.model import CHURN_RESTS_ON_TOO_LITTLE
from models.rows import BoolArray, FloatArray
from models.scoring import score_snapshot
from training.examples import newest_midnight
from training.labels.churn import at_risk_at, sources_read
from training.labels.labels import observed_by
from training.publishing.pointer import bundles_before, stored_bundle
from training.questions.registry import question_for


class NoCompany(NotFound):
    """No company file is in use here, so nobody knows what churn means."""


@dataclass(frozen=True)
class Scene:
    """What is predicted on: one snapshot, one company file, and the customers whom the question of churn is about."""

    snapshot: Snapshot
    company: Company
    at_risk: pa.Array


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
    """Return the newest snapshot, computed if missing: at the newest midnight up to which all that churn reads is complete."""
    log = EventLog.open(home)
    as_of = newest_midnight(observed_by(log, None, sources=sources_read(company)))
    snapshot = compute_snapshots(home, company.catalogue, [as_of])[0]
    return Scene(snapshot, company, at_risk_at(log, company, as_of=as_of))


def predicted(home: Home, models: Mapping[str, str], *, scene: Scene) -> dict[str, FloatArray]:
    """Return what the models say of every customer of the snapshot, a column a prediction.

    Who is not at risk gets NaN for churn: the model was not made for the question.
    """
    at_risk = pc.is_in(scene.snapshot.ids, value_set=scene.at_risk).to_numpy(zero_copy_only=False)
    columns: dict[str, FloatArray] = {}
    for name, sha in models.items():
        model = load_model(home, sha, signature=scene.company.catalogue.signature)
        derived = question_for(name, scene.company).derived(home, [scene.snapshot])[0]
        columns |= score_snapshot(model, scene.snapshot, derived=derived)
    return {name: _only_where(at_risk, name, column=column) for name, column in columns.items()}


def predict(home: Home, bundle: Bundle, *, scene: Scene) -> str:
    """Store what a bundle predicts and return the name of the predictions."""
    shot = scene.snapshot
    origin = PredictionsOrigin(shot.digest, shot.as_of, scene.company.catalogue.signature, bundle.sha256, scene.company.sha256)
    return write_predictions(home, origin=origin, ids=shot.ids, columns=predicted(home, bundle.models, scene=scene))


def publish_predictions(home: Home, bundle: Bundle, *, scene: Scene) -> Live:
    """Write the predictions of a bundle, and those with each model's predecessor; return the pointer to move to."""
    live = Live(bundle.sha256, scene.company.sha256, scene.snapshot.digest, predict(home, bundle, scene=scene))
    for earlier in bundles_before(home, bundle.models):
        with suppress(SchemaMismatch, NotStored, ContentDamaged):  # there is no way back to a model that cannot be opened
            predict(home, stored_bundle(home, earlier), scene=scene)
    return live


def _only_where(at_risk: BoolArray, name: str, *, column: FloatArray) -> FloatArray:
    about_risk = name.startswith("churn_") and name != CHURN_RESTS_ON_TOO_LITTLE
    return np.where(at_risk, column, np.nan) if about_risk else column
