"""How are contacts kept beside predictions: one array file a column and the names of offers and channels, mapped when read."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from features.write_once import canonical_json
from models.decision.contacts.table import COLUMNS, Contacts, ContactsInvalid

NAMES = "contacts.json"
FILES = (NAMES, *(f"contacts_{name}.npy" for name in ("offsets", *COLUMNS)))
"""The names of all files that hold contacts."""


def to_files(contacts: Contacts) -> dict[str, bytes]:
    """Return the content of each file by its name; equal contacts, equal bytes."""
    arrays = {"offsets": contacts.offsets, **contacts.columns}
    names = canonical_json({"offers": list(contacts.offers), "channels": list(contacts.channels)})
    return {NAMES: names, **{f"contacts_{name}.npy": _npy(array) for name, array in arrays.items()}}


def from_files(files: Mapping[str, bytes | Path]) -> Contacts:
    """Return the contacts of files given by name: as bytes, or as paths, which are mapped into memory and not read.

    Raises
    ------
    ContactsInvalid
        If the arrays do not fit one another.
    """
    names = files[NAMES]
    said = json.loads(names.read_bytes() if isinstance(names, Path) else names)
    arrays: dict[str, Any] = {name: _array(files[f"contacts_{name}.npy"]) for name in ("offsets", *COLUMNS)}
    contacts = Contacts(tuple(said["offers"]), tuple(said["channels"]), **arrays)
    lengths = {len(column) for column in contacts.columns.values()}
    if len(lengths) != 1 or contacts.offsets[-1] not in lengths:
        raise ContactsInvalid(f"needed one element an exposure in every column, found lengths {sorted(lengths)}; score again")
    return contacts


def _npy(array: npt.NDArray[np.generic]) -> bytes:
    file = io.BytesIO()
    np.save(file, np.ascontiguousarray(array), allow_pickle=False)
    return file.getvalue()


def _array(content: bytes | Path) -> npt.NDArray[np.generic]:
    if isinstance(content, Path):
        mapped: npt.NDArray[np.generic] = np.load(content, mmap_mode="r", allow_pickle=False)
        return mapped
    read: npt.NDArray[np.generic] = np.load(io.BytesIO(content), allow_pickle=False)
    return read
