"""What is a snapshot: the features of all customers at one moment, written once, mapped by whoever reads them.

`snapshots/<as_of>-<digest>/` holds `ids.arrow` (customer ids, sorted bytewise), `matrix.npy` (a float32 row each), `columns.json`
(feature names) and, last, `manifest.json`. The digest is over these values alone, so whoever computes the same features from the
same knowledge gets the same folder, however and wherever; the manifest says from which log.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from features.erasing.among import Mask
from features.erasing.late import erased_meanwhile
from features.errors import Damaged, NotFound
from features.home import Home
from features.ids_file import map_ids, write_ids
from features.log.manifest import LogManifest
from features.times import DAY, Timestamp, compact_time, format_time, parse_time
from features.write_once import (
    SealBroken,
    canonical_json,
    new_folder,
    publish_folder,
    replace_file,
    sealed,
    sha256_of_file,
    sha256_of_json,
    unsealed,
)

if TYPE_CHECKING:
    import pandas as pd

COLUMNS, MATRIX = "columns.json", "matrix.npy"
_IDS, _MANIFEST = "ids.arrow", "manifest.json"
_ROWS_AT_ONCE = 65_536


class SnapshotDamaged(Damaged):
    """A file of a snapshot is not what was written."""


class SnapshotMissing(NotFound):
    """There is no snapshot there."""


@dataclass(frozen=True)
class Provenance:
    """From what a snapshot was computed: the log at one version, the catalogue by its signature.

    `only_events` counts ids that have events but are no customers (yet), and so have no row.
    """

    as_of: Timestamp
    log_digest: str
    log_version: int
    signature: str
    observed_until: Mapping[str, Timestamp]
    only_events: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it with moments as text."""
        observed = {source: format_time(moment) for source, moment in self.observed_until.items()}
        return asdict(self) | {"as_of": format_time(self.as_of), "observed_until": observed}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Provenance:
        """Read what `as_json` returned."""
        observed = {source: parse_time(moment) for source, moment in body["observed_until"].items()}
        return cls(**{**body, "as_of": parse_time(body["as_of"]), "observed_until": observed})


@dataclass(frozen=True)
class Snapshot:
    """The features of all customers at `as_of`: row i of `matrix` belongs to `ids[i]`, column j is `names[j]`; missing is NaN."""

    path: Path
    digest: str
    names: tuple[str, ...]
    ids: pa.StringArray
    matrix: NDArray[np.float32]
    manifest: Provenance

    @property
    def as_of(self) -> Timestamp:
        """Return the moment: only what was known before it counts."""
        return self.manifest.as_of

    def columns(self, names: Sequence[str]) -> NDArray[np.float32]:
        """Return the columns of these names, in their order.

        Raises
        ------
        SnapshotMissing
            If the snapshot does not have one of them.
        """
        places = {name: place for place, name in enumerate(self.names)}
        if lacking := [name for name in names if name not in places]:
            raise SnapshotMissing(f"needed features that {self.path.name} does not have: {', '.join(lacking)}; compute it anew")
        return self.matrix[:, [places[name] for name in names]]


class Draft:
    """A snapshot being written: the rows of its customers, from the first to the last, hashed on their way to disk."""

    def __init__(self, folder: Path, ids: pa.StringArray, *, names: Sequence[str]) -> None:
        self.folder, self.ids, self.names = folder, ids, tuple(names)
        self._hash = hashlib.sha256()
        self._file = (folder / MATRIX).open("wb")
        header = io.BytesIO()
        shape = (len(ids), len(self.names))
        np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": shape})
        self._write(header.getbuffer())

    def write(self, rows: NDArray[np.float32]) -> None:
        """Append the features of the next customers."""
        self._write(np.ascontiguousarray(rows, "<f4").reshape(-1).view(np.uint8).data)

    def close(self) -> str:
        """Return the SHA-256 of the matrix; nothing can be written any more."""
        self._file.close()
        return self._hash.hexdigest()

    def _write(self, content: memoryview) -> None:
        self._file.write(content)
        self._hash.update(content)


@contextmanager
def draft_snapshot(home: Home, ids: pa.StringArray, names: Sequence[str]) -> Iterator[Draft]:
    """Give a draft for these customers, sorted bytewise, to write and then to publish; unpublished, it vanishes."""
    with new_folder(home.snapshots) as folder:
        draft = Draft(folder, ids, names=names)
        try:
            yield draft
        finally:
            draft.close()


@contextmanager
def draft_without(home: Home, table: Draft | Snapshot, *, gone: Mask) -> Iterator[Draft]:
    """Give a draft with the rows of a snapshot, or of a draft that is closed, but for those who are gone, to publish."""
    matrix = table.matrix if isinstance(table, Snapshot) else np.load(table.folder / MATRIX, mmap_mode="r")
    with draft_snapshot(home, table.ids.filter(pa.array(~gone)), table.names) as draft:
        for first in range(0, len(gone), _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            draft.write(matrix[rows][~gone[rows]])
        yield draft


def publish_draft(home: Home, draft: Draft, provenance: Provenance, *, supersedes: str | None = None) -> Snapshot:
    """Make a filled draft a snapshot. Where equal values stand already, they stay, and are known to hold for this log too.

    Whoever was erased while it was computed is left out. `supersedes`: the digest of the snapshot whose place it takes, since
    somebody was erased from that one.
    """
    matrix_sha256 = draft.close()
    gone = erased_meanwhile(home, draft.ids, log_digest=provenance.log_digest)
    if gone.any():
        with draft_without(home, draft, gone=gone) as left:
            return publish_draft(home, left, provenance, supersedes=supersedes)
    write_ids(draft.folder / _IDS, draft.ids)
    (draft.folder / COLUMNS).write_bytes(canonical_json(list(draft.names)))
    files = {name: sha256_of_file(draft.folder / name) for name in (_IDS, COLUMNS)} | {MATRIX: matrix_sha256}
    digest = _digest(draft.ids, draft.names, matrix_sha256)
    body = {**provenance.as_json(), "digest": digest, "files": files, "rows": len(draft.ids)}
    manifest = sealed(body if supersedes is None else {**body, "supersedes": supersedes})
    (draft.folder / _MANIFEST).write_bytes(manifest)
    place = snapshot_path(home, provenance.as_of, digest)
    stood = place.exists()
    final = publish_folder(draft.folder, place)
    if (final / _MANIFEST).read_bytes() != manifest:
        replace_file(final / _MANIFEST, manifest)
    return open_snapshot(final, verify=stood)  # what was hashed on its way to disk is not read to be hashed again


def write_snapshot(home: Home, frame: pd.DataFrame, *, provenance: Provenance) -> Snapshot:
    """Write a snapshot of values at hand: index `customer_id`, a column a feature; rows in any order."""
    frame = frame.sort_index(key=lambda ids: ids.map(lambda customer_id: customer_id.encode()))
    with draft_snapshot(home, pa.array(frame.index.to_list(), pa.string()), list(frame.columns)) as draft:
        draft.write(frame.to_numpy(np.float32))
        return publish_draft(home, draft, provenance)


def open_snapshot(path: Path, *, verify: bool = True) -> Snapshot:
    """Map a snapshot.

    Raises
    ------
    SnapshotMissing
        If there is none at `path`.
    SnapshotDamaged
        If a file is not what was written; nothing of it was parsed. With `verify=False` only the manifest is checked.
    """
    body = snapshot_manifest(path)
    if verify and (damaged := [name for name in (_IDS, MATRIX, COLUMNS) if not is_whole(path / name, body["files"][name])]):
        raise SnapshotDamaged(f"{', '.join(damaged)} in {path} is not what was written; remove the folder and compute it again")
    ids = map_ids(path / _IDS)
    names = tuple(json.loads((path / COLUMNS).read_bytes()))
    matrix = np.load(path / MATRIX, mmap_mode="r" if len(ids) and names else None)
    provenance = {field: body[field] for field in Provenance.__dataclass_fields__}
    return Snapshot(path, body["digest"], names, ids, matrix, Provenance.from_json(provenance))


def snapshot_path(home: Home, as_of: Timestamp, digest: str) -> Path:
    """Return where the snapshot of this moment and digest stands, if it does."""
    return home.snapshots / f"{compact_time(as_of)}-{digest[:12]}"


def find_snapshot(home: Home, as_of: Timestamp, *, log: LogManifest, signature: str) -> Snapshot | None:
    """Return the stored snapshot of this moment and catalogue that holds for this log; None if it was not computed yet.

    One computed from an earlier log holds where nothing known before `as_of` has changed since.
    """
    for path in sorted(home.snapshots.glob(f"{compact_time(as_of)}-*")):
        body = snapshot_manifest(path)
        holds_before = log.holds_before(body["log_digest"])
        if body["signature"] == signature and holds_before is not None and holds_before >= as_of:
            return open_snapshot(path)
    return None


def hold_for(path: Path, log: LogManifest) -> None:
    """Say that a stored snapshot holds for this version of the log."""
    body = snapshot_manifest(path)
    replace_file(path / _MANIFEST, sealed({**body, "log_digest": log.digest, "log_version": log.version}))


def newest_snapshot(home: Home) -> Snapshot | None:
    """Return the snapshot of the latest moment, of several from the newest log; None if there is none."""
    manifests = {path: snapshot_manifest(path) for path in home.snapshots.glob("[0-9]*-*")}
    found = [(body["as_of"], body["log_version"], path) for path, body in manifests.items()]
    return open_snapshot(max(found)[2]) if found else None


def read_snapshot(path: Path) -> pd.DataFrame:
    """Return a snapshot as a table: index `customer_id`, a float32 column a feature, NaN where missing."""
    import pandas as pd

    snapshot = open_snapshot(path)
    index = pd.Index(snapshot.ids.to_pylist(), name="customer_id", dtype="str")
    return pd.DataFrame(np.array(snapshot.matrix), index=index, columns=list(snapshot.names))


def newest_whole_day(manifest: LogManifest) -> Timestamp:
    """Return the newest midnight UTC up to which every source that has rows was observed.

    Raises
    ------
    SnapshotMissing
        If the log has no rows.
    """
    observed = [manifest.observed_until[source] for source, rows in manifest.rows.items() if rows]
    if not observed:
        raise SnapshotMissing("needed an event log with rows, found an empty one; `lifecycle import` brings history")
    return min(observed) // DAY * DAY


def snapshot_manifest(path: Path) -> dict[str, Any]:
    """Return the manifest, after its own hash and the folder's name have vouched for it.

    Raises
    ------
    SnapshotMissing
        If there is none at `path`.
    SnapshotDamaged
        If it is not what was written.
    """
    try:
        body = unsealed((path / _MANIFEST).read_bytes())
        if path.name.endswith(body["digest"][:12]):
            return body
    except FileNotFoundError as error:
        raise SnapshotMissing(f"needed a snapshot at {path}, found none; `lifecycle features` computes one") from error
    except (SealBroken, KeyError) as error:
        raise SnapshotDamaged(f"{path / _MANIFEST} is not what was written; remove the folder and compute it again") from error
    raise SnapshotDamaged(f"{path / _MANIFEST} is not what was written; remove the folder and compute it again")


def is_whole(path: Path, sha256: str) -> bool:
    """Whether a file is there and has this hash."""
    return path.is_file() and sha256_of_file(path) == sha256


def _digest(ids: pa.StringArray, names: Sequence[str], matrix_sha256: str) -> str:
    text = "\n".join(ids.to_pylist()).encode()
    return sha256_of_json({"ids": hashlib.sha256(text).hexdigest(), "columns": list(names), "matrix": matrix_sha256})
