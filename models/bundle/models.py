"""How is a model kept: `models/<sha256>/` with LightGBM texts, JSON, golden rows and a manifest; hashed first, parsed after.

The manifest names no clock, host or run, so the same log, seed and versions give the same name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from features.errors import Conflict, Damaged, InvalidInput
from features.home import Home
from features.write_once import canonical_json
from models.acceptance.model import AcceptanceModel
from models.bundle.golden import golden_rows
from models.bundle.sealed import Sealed, open_sealed, seal
from models.churn.model import ChurnModel
from models.model import Model
from models.needs.model import NeedsModel
from models.offer.model import OfferModel
from models.purchase.model import PurchaseModel
from models.rows import Rows
from models.transition.model import TransitionModel
from models.value.model import ValueModel

GOLDEN = "golden.json"
TOLERANCE = 1e-12
_FORMAT = 1
_NOT_REPEATABLE = frozenset({"run_id", "run", "host", "hostname", "user", "time", "created_at", "promoted_at", "path"})

# kind in the manifest -> how its files become a model
_READERS: dict[str, Callable[[Mapping[str, bytes]], Model]] = {
    ChurnModel.kind: ChurnModel.from_files,
    TransitionModel.kind: TransitionModel.from_files,
    PurchaseModel.kind: PurchaseModel.from_files,
    NeedsModel.kind: NeedsModel.from_files,
    AcceptanceModel.kind: AcceptanceModel.from_files,
    ValueModel.kind: ValueModel.from_files,
    OfferModel.kind: OfferModel.from_files,
}


class SchemaMismatch(Conflict):
    """A model was fitted on features of another meaning than those computed now."""


class UnknownFormat(Damaged):
    """A model of a kind or format that this version does not read."""


class NotRepeatable(InvalidInput):
    """The provenance names something that differs from run to run, such as a time or a host."""


class GoldenRowsDiffer(Damaged):
    """A model does not give the answers it gave when it was stored."""


def export_model(home: Home, model: Model, *, provenance: Mapping[str, Any]) -> str:
    """Store a model by its content and return its name.

    `provenance` is JSON that is the same for the same log, seed and versions.

    Raises
    ------
    NotRepeatable
        If `provenance` holds a clock, a host or a run.
    """
    changing = sorted(_NOT_REPEATABLE & set(provenance))
    if changing:
        raise NotRepeatable(
            f"needed provenance that repeats with the same log, seed and versions; found {', '.join(changing)}: leave it out"
        )
    facts = {
        "format": _FORMAT,
        "kind": model.kind,
        "name": model.name,
        "signature": model.signature,
        "provenance": dict(provenance),
    }
    files = {**model.to_files(), GOLDEN: _golden(model)}

    def fill(folder: Path) -> None:
        for name, content in files.items():
            (folder / name).write_bytes(content)

    return seal(home.models, facts, fill)


def load_model(home: Home, sha: str, *, signature: str | None = None) -> Model:
    """Return a stored model after hashing every file of it; with `signature`, only if it was fitted on that catalogue.

    Raises
    ------
    NotStored
        If there is no such model.
    ContentDamaged
        If a file is gone or differs; nothing was parsed.
    SchemaMismatch
        If the features have changed their meaning since.
    """
    sealed = open_sealed(home.models, sha)
    _check_facts(sealed, signature)
    return _READERS[sealed.manifest["kind"]](sealed.read_all())


def model_manifest(home: Home, sha: str) -> Mapping[str, Any]:
    """Return a model's manifest, checked against its name: kind, name, signature, provenance, files."""
    return open_sealed(home.models, sha).manifest


def model_file(home: Home, sha: str, name: str) -> bytes:
    """Return one file of a stored model, its hash checked: what can be read without opening the model.

    Raises
    ------
    NotStored, ContentDamaged
        If there is no such model or file, or it is not what the manifest says.
    """
    return open_sealed(home.models, sha).read(name)


def check_golden_rows(home: Home, sha: str) -> None:
    """Load a model and let it pass only if it repeats its golden answers to 1e-12.

    Raises
    ------
    GoldenRowsDiffer
        Naming the largest difference.
    """
    model = load_model(home, sha)
    golden = json.loads(open_sealed(home.models, sha).read(GOLDEN))
    answers = model.predict(_rows(golden["rows"], len(model.feature_names)), names=golden["names"])
    difference = float(np.max(np.abs(answers - np.array(golden["answers"], dtype=np.float64))))
    if not difference <= TOLERANCE:
        raise GoldenRowsDiffer(
            f"needed the answers of model {sha[:12]} to repeat to {TOLERANCE:g}, found a difference of {difference:g}"
        )


def _check_facts(sealed: Sealed, signature: str | None) -> None:
    facts = sealed.manifest
    if facts.get("format") != _FORMAT or facts.get("kind") not in _READERS:
        raise UnknownFormat(
            f"needed a model of format {_FORMAT} and kind {' or '.join(_READERS)}, found format {facts.get('format')} and kind "
            f"{facts.get('kind')}; it was made by another version: retrain"
        )
    if signature is not None and facts["signature"] != signature:
        raise SchemaMismatch(
            f"needed a model fitted on the features of now ({signature[:12]}), found one fitted on {facts['signature'][:12]}; "
            "retrain and promote, or go back to the version that made it"
        )


def _golden(model: Model) -> bytes:
    rows = golden_rows(model.ranges, seed=model.signature + model.name)
    plain = [[None if np.isnan(value) else value for value in row] for row in rows.astype(np.float64).tolist()]
    answers = model.predict(rows, names=model.feature_names).tolist()
    return canonical_json({"names": model.feature_names, "rows": plain, "answers": answers})


def _rows(plain: list[list[float | None]], width: int) -> Rows:
    return np.array(plain, dtype=np.float32).reshape(len(plain), width)
