"""How do stored snapshots forget people: those that hold one are written again without the row, under the digest that follows.

The old ones stay until `remove_snapshots`, which is called once nothing points to them any more. Features of one customer do not
depend on others, so what is left is what the log without these people gives.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from dataclasses import replace

import numpy as np

from features.erasing.among import about
from features.erasing.cleared import Cleared
from features.erasing.log import LogErased
from features.home import Home
from features.snapshot import Snapshot, draft_without, hold_for, open_snapshot, publish_draft
from features.write_once import TEMPORARY

STORE = "snapshots"


def rewrite_snapshots(home: Home, customers: Collection[str], *, log: LogErased) -> Cleared:
    """Write every snapshot that holds one of these people again without them; `renamed` gives the new digests by the old."""
    paths = sorted(home.snapshots.glob("[0-9]*-*"))
    found = [_rewritten(home, open_snapshot(path, verify=False), customers=customers, log=log) for path in paths]
    changed = [one for one in found if one is not None]
    rows = sum(rows for _, _, rows in changed)
    return Cleared(STORE, len(paths), len(changed), rows, {old: new for old, new, _ in changed})


def remove_snapshots(home: Home, digests: Iterable[str]) -> None:
    """Remove snapshots that others took the place of; each vanishes as a whole."""
    gone = set(digests)
    for path in home.snapshots.glob("[0-9]*-*"):
        if open_snapshot(path, verify=False).digest in gone:
            shutil.rmtree(path.rename(path.with_name(f"{TEMPORARY}{path.name}")))


def _rewritten(home: Home, shot: Snapshot, *, customers: Collection[str], log: LogErased) -> tuple[str, str, int] | None:
    until = log.before.holds_before(shot.manifest.log_digest)
    holds = until is not None and until >= shot.as_of and log.before.digest != log.after.digest
    gone = about(shot.ids, customers)
    if not gone.any():
        if holds:
            hold_for(shot.path, log.after)
        return None
    made_from = shot.manifest
    if holds:
        made_from = replace(made_from, log_digest=log.after.digest, log_version=log.after.version)
    with draft_without(home, shot, gone=gone) as draft:
        new = publish_draft(home, draft, made_from, supersedes=shot.digest)
    return shot.digest, new.digest, int(np.sum(gone))
