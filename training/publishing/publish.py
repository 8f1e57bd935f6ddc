"""What will the live pointer lead to: predictions for every customer of the newest snapshot, stored under their content.

All of it is written before the pointer moves, so a kill at any point leaves the old state or the new one. Beside the predictions
of the bundle stand those with each model's predecessor: a rollback only moves the pointer.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import cast

import numpy as np

from features.home import Home
from features.log.store import EventLog
from features.row_file import digests_of
from models.assembly import People, PopulationReferences, asked_only, assembled, derived_columns, merged, offering, said_by
from models.bundle import (
    Beside,
    Bundle,
    ContentDamaged,
    Live,
    NotStored,
    PredictionsOrigin,
    SchemaMismatch,
    load_model,
    write_predictions,
)
from models.churn.model import ChurnModel
from models.decision import Contacts
from models.explanation import Reasons, placed, reasons, riskiest
from models.model import Model
from models.offer import Terms, terms_of
from models.rows import FloatArray
from training.decided.contacts import contacts_known
from training.publishing.before import LiveBefore, live_before
from training.publishing.ledger import last_live, read_ledger
from training.publishing.pointer import bundles_before, stored_bundle
from training.publishing.scene import Scene, company_stored, people_of
from training.publishing.spread import Scored, Spread, score_spread
from training.questions.registry import asked

REASONED_SHARE = 0.05
"""Of who may leave, the riskiest so many get their reasons stored: those whom somebody will call."""


@dataclass(frozen=True)
class Predictor:
    """Predicts for one scene; what a model said is kept, so that bundles which share it ask it once.

    `spread` deals the rows out to tasks elsewhere; without it they are scored in this process.
    """

    home: Home
    scene: Scene
    spread: Spread | None = None
    said: dict[str, dict[str, FloatArray]] = field(default_factory=dict)
    reasoned: dict[str, Reasons] = field(default_factory=dict)

    def columns(self, models: Mapping[str, str]) -> dict[str, FloatArray]:
        """Return what these models say of every customer of the snapshot, where everybody stands, and what follows from both.

        A column a prediction. Who is not at risk gets NaN for churn: the model was not made for the question.
        """
        before = None if self.before is None else self.before.for_model(models.get("churn"))
        return assembled(self.people, self._spoken(models), references=self.references(models), before=before)

    def references(self, models: Mapping[str, str]) -> PopulationReferences:
        """Return what everybody is held against where these models answer; stored with the predictions, and looked up later."""
        return PopulationReferences.fit(self.people, merged(self._spoken(models)))

    def reasons(self, models: Mapping[str, str]) -> Reasons | None:
        """Return why the churn model says what it says of the riskiest; None without one."""
        sha = models.get("churn")
        if sha is not None and sha not in self.reasoned:
            self.reasoned[sha] = self._reasons(sha)
        return None if sha is None else self.reasoned[sha]

    def _reasons(self, sha: str) -> Reasons:
        model, shot, days = load_model(self.home, sha), self.scene.snapshot, self.scene.company.horizon_days
        rows = riskiest(self._said(sha)[f"churn_{days}"], share=REASONED_SHARE)
        found = reasons(cast(ChurnModel, model), np.asarray(shot.matrix[rows]), names=shot.names, horizon_days=days)
        return placed(found, rows)

    @cached_property
    def people(self) -> People:
        """Return everybody of the snapshot, with where they stand."""
        return people_of(self.home, self.scene)

    @cached_property
    def before(self) -> LiveBefore | None:
        """Return what was said of the same customers by what is live now."""
        return live_before(self.home, self.scene.snapshot.ids, horizon_days=self.scene.company.horizon_days)

    @cached_property
    def contacts(self) -> Contacts:
        """Return what the log knows of each customer's contacts, as far as the contact policy looks back."""
        return contacts_known(EventLog.open(self.home), self.scene.company, self.scene.snapshot.ids)

    @cached_property
    def feature_digests(self) -> bytes:
        """Return a digest of each row of the snapshot, by which the service checks the features it reads."""
        return digests_of(self.scene.snapshot.matrix)

    @cached_property
    def offers(self) -> tuple[Terms, ...]:
        """Return the offers of the company file: what an offer model is asked about, seen in training or not."""
        return terms_of(self.scene.company)

    def _spoken(self, models: Mapping[str, str]) -> list[dict[str, FloatArray]]:
        # In one order, however a bundle names its models, so that the same bundle gives the same columns.
        return [self._said(sha) for _, sha in sorted(models.items())]

    def _said(self, sha: str) -> dict[str, FloatArray]:
        if sha not in self.said:
            model = offering(load_model(self.home, sha, signature=self.scene.company.catalogue.signature), self.offers)
            self.said[sha] = said_by(model, self.people) if self.spread is None else self._spread(model, sha, self.spread)
        return self.said[sha]

    def _spread(self, model: Model, sha: str, spread: Spread) -> dict[str, FloatArray]:
        derived = derived_columns(self.people, model.feature_names)
        scored = score_spread(Scored(self.home, sha, self.offers), self.scene.snapshot, derived=derived, spread=spread)
        return asked_only(self.people, scored)


def publish_predictions(home: Home, bundle: Bundle, *, scene: Scene, spread: Spread | None = None) -> Live:
    """Write the predictions of a bundle, and those with each model's predecessor; return the pointer to move to."""
    predictor = Predictor(home, scene, spread)
    live = Live(bundle.sha256, scene.company.sha256, scene.snapshot.digest, _stored(predictor, bundle))
    for question, earlier in bundles_before(home, bundle.models).items():
        if _goes_back_alone(predictor, question, earlier[question]):
            with suppress(SchemaMismatch, NotStored, ContentDamaged):  # there is no way back to a model that cannot be opened
                _stored(predictor, stored_bundle(home, earlier))
    return live


def _goes_back_alone(predictor: Predictor, model: str, sha: str) -> bool:
    """Say whether a model answers what this company file asks; one that does not takes its own file back, and others leave."""
    home, company = predictor.home, predictor.scene.company
    then = last_live(read_ledger(home), model, sha).company or company.sha256
    return then == company.sha256 or asked(model, company_stored(home, then)) == asked(model, company)


def _stored(predictor: Predictor, bundle: Bundle) -> str:
    """Store what a bundle predicts and return the name of the predictions."""
    shot, company = predictor.scene.snapshot, predictor.scene.company
    origin = PredictionsOrigin(shot.digest, shot.as_of, company.catalogue.signature, bundle.sha256, company.sha256)
    models = bundle.models
    beside = Beside(predictor.reasons(models), predictor.contacts, predictor.references(models), predictor.feature_digests)
    return write_predictions(predictor.home, origin=origin, ids=shot.ids, columns=predictor.columns(models), beside=beside)
