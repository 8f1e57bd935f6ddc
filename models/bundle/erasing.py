"""How do stored predictions forget people: each folder that holds one is written again without the row, then the pointer follows.

`rowless.py` says how each of their files is written without a row.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import partial

import msgspec

from features.erasing.among import about
from features.erasing.cleared import Cleared
from features.home import Home
from features.times import Timestamp
from features.write_once import TEMPORARY, replace_file
from models.bundle.identifiers import read_ids
from models.bundle.live import Live, read_live
from models.bundle.pointer import Move, move_pointer, newest_move
from models.bundle.rowless import IDS, write_without
from models.bundle.sealed import is_sha256, open_sealed, seal

STORE = "predictions"
ACTION = "erase"


def rewrite_predictions(home: Home, customers: Collection[str], *, snapshots: Mapping[str, str]) -> Cleared:
    """Write all predictions that hold one of these people again without them; `renamed` gives the new digests by the old.

    `snapshots` gives the new digest of a snapshot by the old. The caller holds the publishing lock.
    """
    digests = sorted(path.name for path in home.predictions.glob("[!.]*") if is_sha256(path.name))
    found = {digest: _without(home, digest, customers, snapshots=snapshots) for digest in digests}
    renamed = {digest: new for digest, (new, _) in found.items() if new != digest}
    return Cleared(STORE, len(digests), len(renamed), sum(rows for _, rows in found.values()), renamed)


def point_to_rewritten(home: Home, renamed: Mapping[str, str], *, snapshots: Mapping[str, str], at: Timestamp) -> Live | None:
    """Move the pointer to what took the place of what it names, and say so in the ledger; None where it need not move.

    The caller holds the publishing lock.
    """
    live = read_live(home)
    if live is None or live.predictions is None or live.predictions not in renamed:
        return None
    snapshot = snapshots.get(live.snapshot or "", live.snapshot)
    moved = replace(live, predictions=renamed[live.predictions], snapshot=snapshot)
    newest = newest_move(home)
    models = {} if newest is None else newest.models
    move_pointer(home, moved, line=msgspec.json.encode(Move(at, ACTION, moved, models), order="sorted"))
    return moved


def remove_predictions(home: Home, digests: Iterable[str]) -> None:
    """Remove predictions that others took the place of; each vanishes as a whole."""
    for digest in digests:
        shutil.rmtree((home.predictions / digest).rename(home.predictions / f"{TEMPORARY}{digest}"))


def rename_last_good(home: Home, renamed: Mapping[str, str]) -> None:
    """Let the list of states that were verified before name what took the place of what it names."""
    path = home.root / "last_good.json"
    if path.exists() and renamed:
        content = path.read_bytes()
        for old, new in renamed.items():
            content = content.replace(old.encode(), new.encode())
        replace_file(path, content)


def _without(home: Home, digest: str, customers: Collection[str], *, snapshots: Mapping[str, str]) -> tuple[str, int]:
    """Return the name of the same predictions without these people, and how many rows left them."""
    sealed = open_sealed(home.predictions, digest)
    gone = about(read_ids(sealed.folder / IDS).ids, customers)
    snapshot = snapshots.get(sealed.manifest["snapshot"], sealed.manifest["snapshot"])
    if not gone.any() and snapshot == sealed.manifest["snapshot"]:
        return digest, 0
    facts = {name: value for name, value in sealed.manifest.items() if name != "files"}
    facts |= {"rows": int((~gone).sum()), "snapshot": snapshot, "supersedes": digest}
    return seal(home.predictions, facts, partial(write_without, sealed, ~gone)), int(gone.sum())
