"""What is live: the pointer `live.json`, the only file that is ever replaced, and everything it points to, verified.

The pointer names content by its hash, so what it leads to cannot be edited behind it; the bundle is signed as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from features.errors import Damaged, NotFound, Unavailable
from features.home import Home
from features.write_once import canonical_json, replace_file
from models.bundle.bundles import Bundle, read_bundle
from models.bundle.models import SchemaMismatch, load_model
from models.bundle.predictions import Predictions, open_predictions
from models.bundle.sealed import is_sha256
from models.bundle.signing import PublicKey
from models.bundle.trial import trial_load
from models.model import Model


class PointerDamaged(Damaged):
    """`live.json` is not what this program writes, or leads to something that is not here."""


class LiveMismatch(Damaged):
    """The predictions were not made from the bundle, the snapshot and the company file that are live with them."""


class NothingLive(Unavailable):
    """Nothing was promoted yet, so there is nothing to answer from."""


@dataclass(frozen=True)
class Live:
    """Which bundle, company file, snapshot and predictions are live, each by its SHA-256; None where there is none yet."""

    bundle: str | None = None
    company: str | None = None
    snapshot: str | None = None
    predictions: str | None = None


@dataclass(frozen=True)
class LiveBundle:
    """One verified live state, immutable: a request takes it once and answers from nothing else. `models`: by question."""

    live: Live
    bundle: Bundle
    models: Mapping[str, Model]
    predictions: Predictions


def read_live(home: Home) -> Live | None:
    """Return the pointer; None if nothing was ever live.

    Raises
    ------
    PointerDamaged
        If the file has an unknown name in it, a hash that is none, or was written otherwise than `write_live` does.
    """
    try:
        content = home.live.read_bytes()
    except FileNotFoundError:
        return None
    try:
        value = json.loads(content)
        live = Live(**value)
        wrong = [name for name, sha in asdict(live).items() if sha is not None and not is_sha256(sha)]
    except (TypeError, ValueError, RecursionError) as error:
        raise PointerDamaged(_remedy(home, "something else")) from error
    if wrong or content != canonical_json(asdict(live)):
        raise PointerDamaged(_remedy(home, f"no SHA-256 for {', '.join(wrong)}" if wrong else "another spelling"))
    return live


def write_live(home: Home, live: Live) -> None:
    """Move the pointer, in one step; whoever calls this has checked what it leads to."""
    replace_file(home.live, canonical_json(asdict(live)))


def load_live(home: Home, *, public_key: PublicKey, trial: bool = True, mapped: bool = True) -> LiveBundle:
    """Return everything that is live, verified: hashes, signature, models tried in a child process, predictions made from these.

    `trial=False` skips the child process, for a caller that has tried these models. `mapped=False` reads the predictions into
    memory.

    Raises
    ------
    NothingLive
        If there is no pointer, or it names no bundle or no predictions.
    Damaged
        In one of its situations, if anything is not what its name or signature promises.
    """
    live = read_live(home)
    if live is None or live.bundle is None or live.predictions is None:
        raise NothingLive(
            "needed a live bundle with its predictions, found none; run `lifecycle train churn`, then `lifecycle promote churn`"
        )
    try:
        bundle = read_bundle(home, live.bundle, public_key=public_key)
        if trial:
            trial_load(home, *bundle.models.values())
        models = {question: load_model(home, sha) for question, sha in bundle.models.items()}
        predictions = open_predictions(home, live.predictions, mapped=mapped)
    except NotFound as error:
        raise PointerDamaged(_remedy(home, f"that it leads nowhere: {error}")) from error
    state = LiveBundle(live, bundle, models, predictions)
    _check_agreement(state)
    return state


def _check_agreement(state: LiveBundle) -> None:
    live, origin = state.live, state.predictions.origin
    for name in ("bundle", "snapshot", "company"):
        if getattr(live, name) != getattr(origin, name):
            raise LiveMismatch(
                f"needed predictions made from {name} {str(getattr(live, name))[:12]}, found some made from "
                f"{getattr(origin, name)[:12]}; run `lifecycle score`"
            )
    for question, model in state.models.items():
        if model.signature != origin.signature:
            raise SchemaMismatch(
                f"needed the {question} model and the predictions on one feature catalogue, found {model.signature[:12]} and "
                f"{origin.signature[:12]}; retrain and promote"
            )


def _remedy(home: Home, found: str) -> str:
    return f"needed {home.live.name} as `promote` writes it, found {found}; `lifecycle score` writes it again"
