"""What do answers come from: one verified bundle with the predictions made by it, held as one immutable value.

A live state is verified before it exists: the bundle's signature, every hash, the models' trial in a child process, and that all
of it belongs together. Predictions are read into memory, not mapped: in a mapping a flipped bit of the file becomes a wrong
number, and a truncation kills the process. Models are not loaded here; to look up what was predicted needs none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec

from features.company import stored_company
from features.errors import Damaged
from features.home import Home
from features.times import Timestamp
from models.bundle import (
    Bundle,
    Live,
    NothingLive,
    Predictions,
    load_public_key,
    model_manifest,
    open_predictions,
    read_bundle,
    trial_load,
)
from models.bundle.sealed import open_sealed
from models.churn.model import CHURN_RESTS_ON_TOO_LITTLE

_CHURN_COLUMN = re.compile(r"churn_([0-9]+)")


class LiveDisagrees(Damaged):
    """What is live together was not made together, so nothing is answered from it."""


class Versions(msgspec.Struct, frozen=True):
    """What an answer comes from, each by the hash of its content."""

    bundle: str
    snapshot: str
    company: str


@dataclass(frozen=True)
class LiveState:
    """One verified live state.

    `parts` are the questions a model is live for; `horizons_days` rise; `horizon_days` is the company's main one, among them.
    """

    live: Live
    versions: Versions
    parts: frozenset[str]
    horizons_days: tuple[int, ...]
    horizon_days: int
    predictions: Predictions
    files: tuple[Path, ...]

    @property
    def as_of(self) -> Timestamp:
        """Return the moment of prediction: only what was known before it counts."""
        return self.predictions.origin.as_of

    def churn(self, row: int) -> list[float]:
        """Return the chance to leave within each horizon; NaN for a customer who was not at risk."""
        chances: list[float] = self.predictions.matrix[row, : len(self.horizons_days)].tolist()
        return chances

    def rests_on_too_little(self, row: int) -> bool:
        """Return whether so little is known of this customer that the chances are about those of everybody."""
        columns = self.predictions.columns
        return CHURN_RESTS_ON_TOO_LITTLE in columns and bool(
            self.predictions.matrix[row, columns.index(CHURN_RESTS_ON_TOO_LITTLE)]
        )


def open_live_state(home: Home, live: Live, *, with_trial: bool) -> LiveState:
    """Verify everything `live` names and return it; `with_trial=False` where just these models were tried before.

    Raises
    ------
    NothingLive
        If it names no bundle with its predictions.
    Damaged, NotFound
        In one of their situations, if anything is not here or not what its name promises. Nothing of it was used.
    """
    if live.bundle is None or live.company is None or live.snapshot is None or live.predictions is None:
        raise NothingLive("needed a live bundle with its predictions, found none; run `lifecycle promote churn`")
    bundle = read_bundle(home, live.bundle, public_key=load_public_key(home))
    predictions = open_predictions(home, live.predictions, mapped=False)
    _refuse_strangers(home, live, bundle, predictions)
    if with_trial:
        trial_load(home, *bundle.models.values())
    company = stored_company(home, live.company)
    horizons_days = _horizons(predictions)
    if "churn" in bundle.models and company.horizon_days not in horizons_days:
        raise LiveDisagrees(
            f"needed predictions for the company's main horizon of {company.horizon_days} days, found {horizons_days}; "
            "train and promote again"
        )
    return LiveState(
        live=live,
        versions=Versions(live.bundle, live.snapshot, live.company),
        parts=frozenset(bundle.models),
        horizons_days=horizons_days,
        horizon_days=company.horizon_days,
        predictions=predictions,
        files=_files(home, live, bundle),
    )


def _refuse_strangers(home: Home, live: Live, bundle: Bundle, predictions: Predictions) -> None:
    origin = predictions.origin
    made_from = Live(origin.bundle, origin.company, origin.snapshot, live.predictions)
    if made_from != live:
        raise LiveDisagrees(
            "needed predictions made from the live bundle, company file and snapshot, found others; run `lifecycle score`"
        )
    for question, sha in bundle.models.items():
        _hash_files(home, sha)
        if model_manifest(home, sha)["signature"] != origin.signature:
            raise LiveDisagrees(
                f"needed the {question} model and the predictions on one feature catalogue, found two; retrain and promote"
            )


def _hash_files(home: Home, sha: str) -> None:
    sealed = open_sealed(home.models, sha)
    for name in sealed.manifest["files"]:
        sealed.checked_path(name)


def _horizons(predictions: Predictions) -> tuple[int, ...]:
    """Return the horizons of the churn columns, which stand first and rise; none without a churn model."""
    found = [int(match[1]) for name in predictions.columns if (match := _CHURN_COLUMN.fullmatch(name))]
    leading = tuple(f"churn_{days}" for days in sorted(found))
    if predictions.columns[: len(found)] != leading:
        raise LiveDisagrees(
            f"needed churn columns first and by rising horizon, found {', '.join(predictions.columns)}; run `lifecycle score`"
        )
    return tuple(sorted(found))


def _files(home: Home, live: Live, bundle: Bundle) -> tuple[Path, ...]:
    """Return every file the state was verified from, so that a later change of one is noticed."""
    folders = [
        home.bundles / str(live.bundle),
        home.predictions / str(live.predictions),
        *(home.models / sha for sha in bundle.models.values()),
    ]
    inside = [path for folder in folders for path in sorted(folder.iterdir())]
    return (home.companies / f"{live.company}.toml", home.keys / "bundle.pub", *inside)
