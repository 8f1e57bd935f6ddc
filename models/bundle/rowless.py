"""How is each file of stored predictions written without the rows of some customers: by its kind, which its name declares.

A file that is not declared here may name people in a way nobody foresaw, so predictions that have one are refused.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from features.erasing.among import Mask
from features.errors import Damaged
from models.bundle.identifiers import read_ids, write_ids
from models.bundle.sealed import Sealed
from models.decision.contacts import FILES as CONTACT_FILES
from models.decision.contacts import from_files, to_files

IDS = "ids.arrow"

_ROWS_AT_ONCE = 65_536

Writer: TypeAlias = Callable[[Sealed, str, Path, Mask], None]


class UnknownContent(Damaged):
    """Stored predictions have a file of which nobody knows whether it names people."""


def write_without(sealed: Sealed, kept: Mask, folder: Path) -> None:
    """Write all files of stored predictions into a folder, with the rows that are kept alone.

    Raises
    ------
    UnknownContent
        If there is a file whose kind is not known.
    ContentDamaged
        If a file is not what the manifest says.
    """
    for name in sealed.manifest["files"]:
        _writer(sealed, name)(sealed, name, folder, kept)


def _writer(sealed: Sealed, name: str) -> Writer:
    for pattern, writer in KINDS.items():
        if re.fullmatch(pattern, name):
            return writer
    raise UnknownContent(
        f"needed predictions of which every file is known, found {name} in {sealed.folder.name[:12]}; "
        "make predictions with `lifecycle score`, then remove this folder"
    )


def _ids(sealed: Sealed, name: str, folder: Path, kept: Mask) -> None:
    write_ids(folder / name, read_ids(sealed.checked_path(name)).ids.filter(pa.array(kept)))


def _rows(sealed: Sealed, name: str, folder: Path, kept: Mask) -> None:
    """Write a matrix of one row a customer, some rows in memory at a time."""
    matrix = np.load(sealed.checked_path(name), mmap_mode="r" if len(kept) else None, allow_pickle=False)
    shape = (int(kept.sum()), *matrix.shape[1:])
    with (folder / name).open("wb") as file:
        np.lib.format.write_array_header_1_0(
            file, {"descr": np.lib.format.dtype_to_descr(matrix.dtype), "fortran_order": False, "shape": shape}
        )
        for first in range(0, len(kept), _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            file.write(np.ascontiguousarray(matrix[rows][kept[rows]]).tobytes())


def _records(sealed: Sealed, name: str, folder: Path, kept: Mask) -> None:
    """Write as many bytes a customer as there are."""
    content = np.frombuffer(sealed.read(name), np.uint8)
    (folder / name).write_bytes(content.reshape(len(kept), -1)[kept].tobytes() if len(kept) else b"")


def _reasons(sealed: Sealed, name: str, folder: Path, kept: Mask) -> None:
    """Write the reasons of those who are kept, by where they stand now."""
    table = np.load(io.BytesIO(sealed.read(name)), allow_pickle=False)
    left = table[kept[table["row"]]].copy()
    left["row"] = _places(kept)[left["row"]]
    np.save(folder / name, left, allow_pickle=False)


def _contacts(sealed: Sealed, name: str, folder: Path, kept: Mask) -> None:
    """Write all files of contacts at the first of them."""
    if name == min(CONTACT_FILES):
        contacts = from_files({each: sealed.read(each) for each in CONTACT_FILES})
        for each, content in to_files(contacts.take(np.flatnonzero(kept))).items():
            (folder / each).write_bytes(content)


def _plain(sealed: Sealed, name: str, folder: Path, kept: Mask) -> None:
    """Write what says nothing of any one customer as it is."""
    del kept
    (folder / name).write_bytes(sealed.read(name))


def _places(kept: Mask) -> npt.NDArray[np.int64]:
    """Return where each row stands once only those that are kept are there."""
    return np.cumsum(kept) - 1


KINDS: Mapping[str, Writer] = {
    r"ids\.arrow": _ids,
    r"predictions\.npy": _rows,
    r"(row|feature)_digests\.bin": _records,
    r"reasons\.npy": _reasons,
    r"contacts(_\w+\.npy|\.json)": _contacts,
    r"(columns|reasons|references)\.json": _plain,
}
"""How files are written, by patterns of their names."""
