"""What is said of a batch."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Struct, UnsetType

from features.times import format_time
from serving.answering.moments import moment_or_absent
from serving.batches.run import BATCHES
from serving.database.batches import Batch, BatchState
from serving.live.state import Versions


class BatchAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One batch, and how far it is."""

    batch_id: str
    state: BatchState
    created_at: str
    total: int
    progress: float
    started_at: str | UnsetType = UNSET
    finished_at: str | UnsetType = UNSET
    expires_at: str | UnsetType = UNSET
    failed: int | UnsetType = UNSET
    fault: str | UnsetType = UNSET
    versions: Versions | UnsetType = UNSET
    results: str | UnsetType = UNSET


class BatchesAnswer(Struct, frozen=True):
    """Batches, the newest first."""

    request_id: str
    items: list[BatchAnswer]


def batch_answer(batch: Batch) -> BatchAnswer:
    """Return what is said of one batch."""
    return BatchAnswer(
        batch_id=batch.id,
        state=batch.state,
        created_at=format_time(batch.created_at),
        total=batch.total,
        progress=batch.progress or 0.0,
        started_at=moment_or_absent(batch.started_at),
        finished_at=moment_or_absent(batch.finished_at),
        expires_at=moment_or_absent(batch.expires_at),
        failed=UNSET if batch.failed is None else batch.failed,
        fault=batch.fault or UNSET,
        versions=UNSET if batch.versions is None else msgspec.json.decode(batch.versions, type=Versions),
        results=f"{BATCHES}/{batch.id}/results" if batch.state == "done" else UNSET,
    )
