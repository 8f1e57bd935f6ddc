"""Which models learned from people who were erased since, so that they are trained again."""

from __future__ import annotations

from collections.abc import Iterable

from features.home import Home
from features.log.manifest import read_manifest
from models.bundle.models import model_manifest
from models.bundle.sealed import ContentDamaged, NotStored


def erased_since(home: Home, models: Iterable[str]) -> dict[str, int]:
    """Return how many people were erased from the log that each of these models learned from; where none was, it is left out.

    A model trained from the log of after has another name, so training again is what clears it.
    """
    log = read_manifest(home)
    counts = {} if log is None else {sha: log.erased_since(digest) for sha in models if (digest := _learned_from(home, sha))}
    return {sha: people for sha, people in counts.items() if people}


def _learned_from(home: Home, sha: str) -> str | None:
    """Return the digest of the log a model was trained from; None where the model is gone or does not say."""
    try:
        data = model_manifest(home, sha).get("provenance", {}).get("data", {})
    except (NotStored, ContentDamaged):
        return None
    digest: str | None = data.get("log_digest")
    return digest
