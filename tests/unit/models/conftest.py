"""Tiny builders of what models learn from, and one small model stored and live, made once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.home import Home
from features.times import DAY
from models.bundle import (
    Live,
    PredictionsOrigin,
    Signer,
    create_signing_key,
    export_model,
    write_bundle,
    write_live,
    write_predictions,
)
from models.churn import ChurnModel, ChurnRecipe, fit_churn
from models.churn.members import RHYTHM_FEATURES
from models.examples import Examples
from models.learners.boosting import BoostingPreset

NAMES = (*RHYTHM_FEATURES, "usage_count_30d", "tickets_open", "surveys_nps_last")
QUICK = BoostingPreset(rounds=12, bag=2)


def _examples(customers: int = 1_200, *, seed: int = 0) -> Examples:
    """Build customers whose silence grows with the days since their last purchase; a third never answered a survey."""
    random = np.random.default_rng(seed)
    first = random.integers(30, 700, customers)
    last = random.integers(0, first)
    days = 1 + random.poisson(3, customers)
    silent = last - random.normal(100, 40, (3, customers)) - np.array([[0], [10], [25]])
    plain = [days, first, last, random.poisson(5, customers), random.poisson(0.3, customers)]
    score = np.where(random.random(customers) < 0.3, np.nan, random.integers(0, 11, customers))
    as_ofs = np.sort(random.integers(0, 8, customers)) * 30 * DAY
    labels = (silent > 0).astype(np.float64).T
    rows = np.stack([*plain, score], axis=1).astype(np.float32)
    return Examples(rows, NAMES, labels, np.arange(customers, dtype=np.int32), as_ofs, signature="5" * 64)


def _recipe(*members: str, definition: str = "activity") -> ChurnRecipe:
    weights = tuple((name, 1 / len(members)) for name in members)
    return ChurnRecipe("quick", weights, definition, (30, 60, 90), QUICK)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def make_examples() -> Callable[..., Examples]:
    return _examples


@pytest.fixture(scope="session")
def make_recipe() -> Callable[..., ChurnRecipe]:
    return _recipe


@pytest.fixture(scope="session")
def examples() -> Examples:
    return _examples()


@pytest.fixture(scope="session")
def model(examples: Examples) -> ChurnModel:
    return fit_churn(examples, recipe=_recipe("boosting", "logistic", "mbg_nbd"), seed=0)


@dataclass(frozen=True)
class Installation:
    """A home with one churn model live for three customers, and the key that signed it."""

    home: Home
    signer: Signer
    model_sha: str
    live: Live

    @property
    def bundle(self) -> str:
        assert self.live.bundle
        return self.live.bundle


@pytest.fixture
def installed(tmp_path: Path, model: ChurnModel) -> Installation:
    home = Home(tmp_path / "var")
    signer = create_signing_key(tmp_path / "config" / "signing.key", home)
    sha = export_model(home, model, provenance={"seed": 0})
    bundle = write_bundle(home, {"churn": sha}, signer=signer)
    origin = PredictionsOrigin("a" * 64, 0, model.signature, bundle, "c" * 64)
    columns = {"churn_90": np.array([0.1, np.nan, 0.9])}
    predictions = write_predictions(home, origin=origin, ids=pa.array(["c1", "c10", "c2"]), columns=columns)
    live = Live(bundle, "c" * 64, "a" * 64, predictions)
    write_live(home, live)
    return Installation(home, signer, sha, live)
