"""How do predictions go live: computed for the newest snapshot, stored under their content, then the pointer moves, last.

Whatever moves `live.json` holds one lock. All that it will point to is written before, so a kill at any point leaves the old
state or the new one. Beside the live bundle's predictions stand those with each model's predecessor: a rollback only moves the
pointer.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from features.catalogue import CATALOGUE
from features.company import Company, stored_company
from features.errors import Conflict, Forbidden, NotFound
from features.home import Home
from features.log.store import EventLog
from features.snapshot import Snapshot
from features.times import DAY, Timestamp
from models.bundle import (
    ContentDamaged,
    Live,
    NothingLive,
    NotStored,
    PredictionsOrigin,
    SchemaMismatch,
    Signer,
    create_signing_key,
    load_model,
    load_public_key,
    load_signer,
    publish_public_key,
    read_bundle,
    read_live,
    write_predictions,
)
from models.rows import BoolArray, FloatArray
from models.scoring import CHURN_RESTS_ON_TOO_LITTLE, score_snapshot
from training.labels import at_risk_at, sources_read
from training.ledger import predecessor, read_ledger


class PublishingLocked(Conflict):
    """Another process is about to move the live pointer."""


class ForeignKey(Forbidden):
    """The private key at hand is not the one whose bundles this installation trusts."""


class NoCompany(NotFound):
    """No company file is in use here, so nobody knows what churn means."""


@dataclass(frozen=True)
class Act:
    """Who moves the live pointer, and when: the private key that signs, the moment, and the reason where a gate is overridden."""

    signing_key: Path
    at: Timestamp
    override: str | None = None


@dataclass(frozen=True)
class Scene:
    """What is predicted on: one snapshot, one company file, and the customers whom the question of churn is about."""

    snapshot: Snapshot
    company: Company
    at_risk: pa.Array


@contextmanager
def publishing_lock(home: Home) -> Iterator[None]:
    """Hold the lock of all that moves `live.json`; it dies with its holder.

    Raises
    ------
    PublishingLocked
        If somebody holds it.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    handle = os.open(home.root / "publishing.lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise PublishingLocked(
            "another process is publishing; wait until it is done, then run this again (nothing was changed)"
        ) from error
    finally:
        os.close(handle)


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
    return stored_company(home, live.company, feature_names=CATALOGUE.names)


def live_now(home: Home) -> Live:
    """Return the pointer where a bundle is live.

    Raises
    ------
    NothingLive
        If nothing was promoted yet.
    """
    live = read_live(home)
    if live is None or live.bundle is None:
        raise NothingLive("needed a live bundle, found none; run `lifecycle train churn`, then `lifecycle promote churn`")
    return live


def live_models(home: Home) -> dict[str, str]:
    """Return the model of each question in the live bundle, its signature checked; none where nothing was promoted."""
    live = read_live(home)
    if live is None or live.bundle is None:
        return {}
    return dict(read_bundle(home, live.bundle, public_key=load_public_key(home)).models)


def question_of(company: Company) -> dict[str, object]:
    """Return what of a company file decides which question a churn model answers."""
    asked = company.churn.model_dump(include={"definition", "grace_days", "at_risk_days", "activity"})
    return {**asked, "horizons_days": list(company.horizons_days), "horizon_days": company.horizon_days}


def signer_of(home: Home, signing_key: Path) -> Signer:
    """Return the signer of this installation; the first publication makes the key if there is none yet.

    Raises
    ------
    ForeignKey
        If this installation trusts another key.
    """
    public = home.keys / "bundle.pub"
    if not public.exists() and not signing_key.exists():
        return create_signing_key(signing_key, home)
    signer = load_signer(signing_key, home)
    if not public.exists():
        publish_public_key(home, signer)
    if load_public_key(home).pem != signer.public_key.pem:
        raise ForeignKey(
            f"needed the private key whose public half is {public}, found another at {signing_key}; set LIFECYCLE_SIGNING_KEY to "
            "the right one, or remove the public key to trust this one and promote again"
        )
    return signer


def newest_scene(home: Home, company: Company) -> Scene:
    """Return the newest snapshot, computed if missing: at the newest midnight up to which all that churn reads is complete."""
    log = EventLog.open(home)
    as_of = min(log.manifest.observed_until.get(source, 0) for source in sources_read(company)) // DAY * DAY
    # Here, not above: the engine starts numba, and a rollback must not wait for what it does not use.
    from features.engine.batch import compute_snapshots

    snapshot = compute_snapshots(home, [as_of])[0]
    return Scene(snapshot, company, at_risk_at(log, company, as_of))


def predicted(home: Home, models: Mapping[str, str], scene: Scene) -> dict[str, FloatArray]:
    """Return what the models say of every customer of the snapshot, a column a prediction.

    Who is not at risk gets NaN for churn: the model was not made for the question.
    """
    opened = {question: load_model(home, sha, signature=CATALOGUE.signature) for question, sha in models.items()}
    asked = pc.is_in(scene.snapshot.ids, value_set=scene.at_risk).to_numpy(zero_copy_only=False)
    return {name: _only_where(asked, name, column) for name, column in score_snapshot(opened, scene.snapshot).items()}


def predict(home: Home, bundle: str, models: Mapping[str, str], scene: Scene) -> str:
    """Store what a bundle predicts and return the name of the predictions."""
    origin = PredictionsOrigin(scene.snapshot.digest, scene.snapshot.as_of, CATALOGUE.signature, bundle, scene.company.sha256)
    return write_predictions(home, origin=origin, ids=scene.snapshot.ids, columns=predicted(home, models, scene))


def publish_predictions(home: Home, bundle: str, models: Mapping[str, str], scene: Scene) -> Live:
    """Write the predictions of a bundle, and those with each model's predecessor; return the pointer to move to."""
    live = Live(bundle, scene.company.sha256, scene.snapshot.digest, predict(home, bundle, models, scene))
    for earlier in bundles_before(home, models):
        with suppress(SchemaMismatch, NotStored, ContentDamaged):  # there is no way back to a model that cannot be opened
            predict(home, stored_bundle(home, earlier), earlier, scene)
    return live


def bundles_before(home: Home, models: Mapping[str, str]) -> list[dict[str, str]]:
    """Return the bundles that differ from this one in one model, which is the one before it."""
    entries = read_ledger(home)
    before = {question: predecessor(entries, question, above=sha) for question, sha in models.items()}
    return [{**models, question: sha} for question, sha in before.items() if sha is not None]


def stored_bundle(home: Home, models: Mapping[str, str]) -> str:
    """Return the name of the bundle of exactly these models.

    Raises
    ------
    NotStored
        If it was never written.
    """
    for name, facts in _manifests(home.bundles):
        if facts.get("models") == dict(models):
            return name
    raise NotStored(f"needed a bundle of {dict(models)}, found none; `lifecycle promote` writes it")


def stored_predictions(home: Home, origin: PredictionsOrigin) -> str | None:
    """Return the predictions already made from exactly this snapshot, bundle and company file; None if there are none."""
    for name, facts in _manifests(home.predictions):
        if all(facts.get(key) == value for key, value in vars(origin).items()):
            return name
    return None


def _manifests(parent: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for manifest in sorted(parent.glob("[!.]*/manifest.json")):
        yield manifest.parent.name, json.loads(manifest.read_bytes())


def _only_where(asked: BoolArray, name: str, column: FloatArray) -> FloatArray:
    return column if name == CHURN_RESTS_ON_TOO_LITTLE else np.where(asked, column, np.nan)
