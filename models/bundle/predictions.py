"""What was predicted for every customer of a snapshot, as write-once files that are looked up, not computed.

`predictions/<sha256>/` holds `ids.arrow` (sorted by bytes), `predictions.npy` (row-major float64, one row an id),
`columns.json`, the reasons of the riskiest where a churn model gave them, the contacts that the log knows of, what everybody was
held against (`references.json`), and a manifest that names the bundle, the company file, the snapshot and the feature catalogue
they come from. `row_digests.bin` holds a digest of each row, `feature_digests.bin` one of each row of the snapshot: a process
that serves checks by them what it reads.
"""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.errors import InvalidInput
from features.home import Home
from features.row_file import DIGEST_BYTES, digests_of
from features.times import Timestamp
from features.write_once import canonical_json
from models.assembly.references import PopulationReferences
from models.bundle.identifiers import IdIndex, read_ids, write_ids
from models.bundle.sealed import ContentDamaged, Sealed, open_sealed, seal
from models.decision import Contacts
from models.decision.contacts import FILES as CONTACT_FILES
from models.decision.contacts import from_files, to_files
from models.explanation import stored
from models.explanation.strongest import Reasons
from models.rows import FloatArray

_FORMAT = 1
IDS_FILE, MATRIX_FILE, COLUMNS_FILE = "ids.arrow", "predictions.npy", "columns.json"
REFERENCES_FILE = "references.json"
ROW_DIGESTS, FEATURE_DIGESTS = "row_digests.bin", "feature_digests.bin"


class PredictionsInvalid(InvalidInput):
    """Columns of predictions that do not fit their ids."""


@dataclass(frozen=True)
class PredictionsOrigin:
    """What predictions were made from: names by content, and the moment of the snapshot."""

    snapshot: str
    as_of: Timestamp
    signature: str
    bundle: str
    company: str


@dataclass(frozen=True)
class Predictions:
    """Opened predictions. `matrix` is float64, one row an id, one column a name; NaN: not predicted for this customer.

    `reasons` tells why churn is what it is, for the riskiest; `contacts` what each customer was shown of late, a row an id;
    `references` what everybody was held against; None where none were stored. A million customers take 8 MB a column, so some 80
    columns take 640 MB.
    """

    digest: str
    origin: PredictionsOrigin
    ids: IdIndex
    columns: tuple[str, ...]
    matrix: FloatArray
    reasons: Reasons | None = None
    contacts: Contacts | None = None
    references: PopulationReferences | None = None

    def row(self, customer_id: str) -> int | None:
        """Return the customer's row in `matrix`; None for a customer the snapshot does not hold."""
        return self.ids.row(customer_id)

    def column(self, name: str) -> FloatArray:
        """Return one column for every customer, in the order of the ids."""
        return np.asarray(self.matrix[:, self.columns.index(name)])


@dataclass(frozen=True)
class Beside:
    """What is stored with predictions.

    Why churn is what it is for the riskiest, what each customer was shown of late, and what everybody was held against.
    `feature_digests`: a digest of each row of the snapshot, without which no process reads features to serve from them.
    """

    reasons: Reasons | None = None
    contacts: Contacts | None = None
    references: PopulationReferences | None = None
    feature_digests: bytes | None = None

    def files(self, customers: int) -> dict[str, bytes]:
        """Return the files that hold it.

        Raises
        ------
        PredictionsInvalid
            If the contacts or the digests are of other customers.
        """
        if self.contacts is not None and len(self.contacts) != customers:
            raise PredictionsInvalid(f"needed contacts of {customers} customers, found those of {len(self.contacts)}")
        digests = self.feature_digests
        if digests is not None and len(digests) != customers * DIGEST_BYTES:
            raise PredictionsInvalid(f"needed digests of {customers} rows of features, found {len(digests)} bytes")
        reasons = {} if self.reasons is None else stored.to_files(self.reasons)
        contacts = {} if self.contacts is None else to_files(self.contacts)
        references = {} if self.references is None else {REFERENCES_FILE: canonical_json(self.references.as_json())}
        return {**reasons, **contacts, **references, **({} if digests is None else {FEATURE_DIGESTS: digests})}


def write_predictions(
    home: Home,
    *,
    origin: PredictionsOrigin,
    ids: pa.Array,
    columns: Mapping[str, FloatArray],
    beside: Beside | None = None,
) -> str:
    """Store one float64 column a name for these ids, and return the name of the folder; `beside`: what goes with them, by rows.

    Raises
    ------
    IdsInvalid
        Unless the ids are text, each once, sorted by their bytes.
    PredictionsInvalid
        If there is no column, or one is not as long as the ids, or the contacts are of other customers.
    """
    files = (beside or Beside()).files(len(ids))
    lengths = {name: np.shape(column) for name, column in columns.items()}
    if not columns or set(lengths.values()) != {(len(ids),)}:
        raise PredictionsInvalid(f"needed columns of {len(ids)} numbers, one an id; found {lengths or 'none'}")

    def fill(folder: Path) -> None:
        write_ids(folder / IDS_FILE, ids)
        matrix = np.stack([np.asarray(column, dtype=np.float64) for column in columns.values()], axis=1)
        np.save(folder / MATRIX_FILE, np.ascontiguousarray(matrix), allow_pickle=False)
        (folder / ROW_DIGESTS).write_bytes(digests_of(matrix))
        (folder / COLUMNS_FILE).write_bytes(canonical_json(list(columns)))
        for name, content in files.items():
            (folder / name).write_bytes(content)

    return seal(home.predictions, {"format": _FORMAT, "kind": "predictions", "rows": len(ids), **vars(origin)}, fill)


def open_predictions(home: Home, digest: str, *, verify: bool = True, mapped: bool = True) -> Predictions:
    """Open stored predictions, all files hashed first (`verify`), the large ones mapped or (`mapped=False`) read.

    A mapping costs no memory of its own, and shows what happens to the file later: a truncation in place would kill the process
    that reads beyond the new end. Where that must not happen, read them: then the bytes kept are the bytes that were hashed.

    Raises
    ------
    NotStored, ContentDamaged
        If there are none of that name, or a file is not what the manifest says.
    """
    sealed = open_sealed(home.predictions, digest)
    columns = tuple(json.loads(sealed.read(COLUMNS_FILE)))
    ids, matrix = _mapped(sealed, verify) if mapped else _in_memory(sealed)
    if matrix.shape != (len(ids), len(columns)):
        raise ContentDamaged(
            f"needed a prediction for each id and column in {digest[:12]}, found shape {matrix.shape}; score again"
        )
    beside = reasons_beside(sealed), contacts_beside(sealed, len(ids)), _references(sealed)
    return Predictions(digest, origin_of(sealed), ids, columns, matrix, *beside)


def predictions_origin(home: Home, digest: str) -> PredictionsOrigin:
    """Return what stored predictions were made from; only their manifest is read.

    Raises
    ------
    NotStored, ContentDamaged
        If there are none of that name, or the manifest is not what it promises.
    """
    return origin_of(open_sealed(home.predictions, digest))


@dataclass(frozen=True)
class PredictionsFrame:
    """What predictions are made of, without those of any customer: enough to predict for one more."""

    origin: PredictionsOrigin
    columns: tuple[str, ...]
    references: PopulationReferences | None


def predictions_frame(home: Home, digest: str) -> PredictionsFrame:
    """Return what stored predictions were made from, their columns and what everybody was held against.

    Raises
    ------
    NotStored, ContentDamaged
        If there are none of that name, or a file that is read is not what the manifest says.
    """
    sealed = open_sealed(home.predictions, digest)
    return PredictionsFrame(origin_of(sealed), tuple(json.loads(sealed.read(COLUMNS_FILE))), _references(sealed))


def origin_of(sealed: Sealed) -> PredictionsOrigin:
    """Return what these predictions say they were made from."""
    return PredictionsOrigin(**{name: sealed.manifest[name] for name in PredictionsOrigin.__dataclass_fields__})


def reasons_beside(sealed: Sealed) -> Reasons | None:
    """Return the reasons stored with predictions; None where there are none."""
    if stored.TABLE not in sealed.manifest["files"]:
        return None
    return stored.from_files({name: sealed.read(name) for name in (stored.TABLE, stored.MEANING)})


def contacts_beside(sealed: Sealed, customers: int) -> Contacts | None:
    """Return the contacts stored with predictions of so many customers; None where there are none."""
    if not set(CONTACT_FILES) <= set(sealed.manifest["files"]):
        return None
    found = from_files({name: sealed.read(name) for name in CONTACT_FILES})
    if len(found) != customers:
        raise ContentDamaged(f"needed contacts of {customers} customers, found those of {len(found)}; score again")
    return found


def _references(sealed: Sealed) -> PopulationReferences | None:
    if REFERENCES_FILE not in sealed.manifest["files"]:
        return None
    return PopulationReferences.from_json(json.loads(sealed.read(REFERENCES_FILE)))


def _mapped(sealed: Sealed, verify: bool) -> tuple[IdIndex, FloatArray]:
    if verify:
        sealed.checked_path(IDS_FILE)
        sealed.checked_path(MATRIX_FILE)
    return read_ids(sealed.folder / IDS_FILE), np.load(sealed.folder / MATRIX_FILE, mmap_mode="r", allow_pickle=False)


def _in_memory(sealed: Sealed) -> tuple[IdIndex, FloatArray]:
    matrix = np.load(io.BytesIO(sealed.read(MATRIX_FILE)), allow_pickle=False)
    return read_ids(sealed.read(IDS_FILE)), matrix
