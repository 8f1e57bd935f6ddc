"""A tiny shop with a model for every question, published as the program publishes: for tests of what is predicted anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.tiny_shop import orders, shop_company
from features.company import Company, store_company
from features.home import Home
from features.log.intake import Receipt, append
from features.times import Timestamp, parse_time
from models.assembly import derived_columns
from models.bundle import Bundle, Live, create_signing_key, export_model, write_bundle, write_live
from models.churn import ChurnRecipe, fit_churn
from models.examples import Examples
from models.learners.boosting import BoostingPreset
from models.model import Model
from models.offer import OfferColumns, terms_of
from models.offer.fit import OfferRecipe, ShownOffers, fit_offers, offer_model
from models.purchase import PurchaseModel, fit_rhythm
from models.rows import FloatArray
from models.transition import TransitionRecipe, fit_transition
from models.uplift import UsualMargin
from models.value import ValueRecipe, fit_value
from training.publishing.publish import publish_predictions
from training.publishing.scene import Scene, newest_scene, people_of

UNTIL = parse_time("2025-12-20")
QUICK = BoostingPreset(leaves=4, rounds=6, bag=2)


@dataclass(frozen=True)
class WholeShop:
    """An installation where a model answers every question, and what is live in it."""

    home: Home
    signing_key: Path
    company: Company
    live: Live


def publish_whole_shop(folder: Path, *, customers: int = 150, until: Timestamp = UNTIL) -> WholeShop:
    """Receive orders, fit a model for each question on made-up labels, and publish the predictions of all customers."""
    return publish_whole(folder, orders(customers, until=until), company=shop_company(), until=until)


def publish_whole(folder: Path, rows: Mapping[str, pd.DataFrame], *, company: Company, until: Timestamp) -> WholeShop:
    """Receive rows, fit a model for each question on made-up labels, and publish the predictions of all customers."""
    home, key = Home(folder / "home"), folder / "keys" / "signing.key"
    observed = dict.fromkeys(rows, until)
    append(home, rows, receipt=Receipt(received_at=until, known_at="given", observed_until=observed))
    store_company(home, company)
    scene = newest_scene(home, company)
    names = {question: export_model(home, model, provenance={}) for question, model in whole_models(home, scene).items()}
    bundle = Bundle(write_bundle(home, names, signer=create_signing_key(key, home)), names)
    live = publish_predictions(home, bundle, scene=scene)
    write_live(home, live)
    return WholeShop(home, key, company, live)


def whole_models(home: Home, scene: Scene, *, seed: int = 0) -> dict[str, Model]:
    """Return a small model of each question, with every kind of member, fitted on the snapshot and labels drawn at random."""
    company, people = scene.company, people_of(home, scene)
    random, days = np.random.default_rng(seed), company.horizons_days
    left = (random.random((len(people), len(days))) < 0.4).astype(np.float64)
    plain = _examples(scene, left)
    silent = fit_churn(plain, recipe=_churn("activity", days, "boosting", "logistic", "mbg_nbd"), seed=seed)
    derived = derived_columns(people, [*people.names, f"stage_{company.default_stage_set}", "stage_days"])
    stages = tuple(stage.name for stage in company.stage_set.stages)
    moving = TransitionRecipe(
        "some", (("boosting", 0.5), ("multinomial", 0.5)), company.default_stage_set, stages, tuple(days), QUICK
    )
    standing = replace(
        plain,
        rows=np.column_stack([plain.rows, *derived.values()]).astype(np.float32),
        names=(*plain.names, *derived),
        labels=random.integers(0, len(stages), left.shape).astype(np.float64),
    )
    worth = ValueRecipe((("two_part", 0.5), ("rhythm", 0.5)), tuple(days), company.horizon_days, preset=QUICK)
    return {
        "churn": silent,
        "purchase": PurchaseModel(silent, fit_rhythm(plain)),
        "transition": fit_transition(standing, recipe=moving, seed=seed),
        "value": fit_value(replace(plain, labels=random.lognormal(2.0, 1.0, left.shape)), recipe=worth, seed=seed),
        "offer": _offers(company, plain, seed=seed),
    }


def _examples(scene: Scene, labels: FloatArray) -> Examples:
    shot, count = scene.snapshot, len(labels)
    moments, codes = np.full(count, shot.as_of, np.int64), np.arange(count, dtype=np.int32)
    return Examples(np.array(shot.matrix), shot.names, labels, codes, moments, scene.company.catalogue.signature)


def _churn(definition: str, days: tuple[int, ...], *members: str) -> ChurnRecipe:
    weights = tuple((name, 1 / len(members)) for name in members)
    return ChurnRecipe("quick", weights, definition, tuple(days), QUICK)  # type: ignore[arg-type]


def _offers(company: Company, plain: Examples, *, seed: int) -> Model:
    terms, random = terms_of(company), np.random.default_rng(seed)
    columns = OfferColumns(plain.names, tuple(channel.name for channel in company.channels))
    which = random.integers(0, len(terms), len(plain.rows))
    wide = columns.widened_each(plain.rows, terms, which)
    accepted = (random.random((len(wide), 1)) < 0.4).astype(np.float64)
    shown = ShownOffers(replace(plain, rows=wide, names=columns.all_names, labels=accepted), terms, which, plain.as_ofs)
    usual = UsualMargin.of(plain.rows, plain.names, days=90)
    made = offer_model(fit_offers(shown, recipe=OfferRecipe(trees=QUICK), seed=seed), shown, columns=columns, effects=usual)
    return made.offering(terms)
