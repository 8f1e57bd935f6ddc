"""The bundle format: models, bundles, predictions and the live pointer as files named by their content, verified before use.

The only room of `models` that reads and writes files.
"""

from models.bundle.bundles import Bundle, BundleInvalid, BundleTampered, read_bundle, write_bundle
from models.bundle.live import Live, LiveBundle, LiveMismatch, NothingLive, PointerDamaged, load_live, read_live, write_live
from models.bundle.models import SchemaMismatch, check_golden_rows, export_model, load_model, model_file, model_manifest
from models.bundle.predictions import (
    Beside,
    Predictions,
    PredictionsFrame,
    PredictionsOrigin,
    open_predictions,
    predictions_frame,
    predictions_origin,
    write_predictions,
)
from models.bundle.sealed import ContentDamaged, NotStored
from models.bundle.served import ServedPredictions, serve_predictions
from models.bundle.signing import (
    KeyExists,
    KeyExposed,
    KeyInsideHome,
    KeyMissing,
    PublicKey,
    Signer,
    create_signing_key,
    load_public_key,
    load_signer,
    publish_public_key,
)
from models.bundle.trial import TrialFailed, trial_load

__all__ = [
    "Beside",
    "Bundle",
    "BundleInvalid",
    "BundleTampered",
    "ContentDamaged",
    "KeyExists",
    "KeyExposed",
    "KeyInsideHome",
    "KeyMissing",
    "Live",
    "LiveBundle",
    "LiveMismatch",
    "NotStored",
    "NothingLive",
    "PointerDamaged",
    "Predictions",
    "PredictionsFrame",
    "PredictionsOrigin",
    "PublicKey",
    "SchemaMismatch",
    "ServedPredictions",
    "Signer",
    "TrialFailed",
    "check_golden_rows",
    "create_signing_key",
    "export_model",
    "load_live",
    "load_model",
    "load_public_key",
    "load_signer",
    "model_file",
    "model_manifest",
    "open_predictions",
    "predictions_frame",
    "predictions_origin",
    "publish_public_key",
    "read_bundle",
    "read_live",
    "serve_predictions",
    "trial_load",
    "write_bundle",
    "write_live",
    "write_predictions",
]
