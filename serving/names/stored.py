"""Where do names stand on disk: one folder named by its content, with ids, names and words; the newest counts, others go.

Readers hash a file before they parse it, and keep the bytes they hashed: a mapping would cost no memory, but a file that is cut
short would end every process that looks at it.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.errors import Conflict, Damaged, NotFound
from features.home import Home
from features.lock import in_turn
from models.bundle.identifiers import IdIndex, read_ids, write_ids
from models.bundle.sealed import Sealed, is_sha256, open_sealed, seal
from serving.names.index import WordIndex, index_of
from serving.names.words import words_of

IDS, NAMES, WORDS, BEGINS, PLACES = "ids.arrow", "names.arrow", "words.arrow", "begins.npy", "places.npy"
_FORMAT = 1
_COLUMN = "text"


class NamesLocked(Conflict):
    """Another process writes the names."""


@dataclass(frozen=True)
class ToldNames:
    """Names as the log tells them: ids, sorted and each once, and the name of each."""

    ids: pa.StringArray
    names: pa.StringArray


@dataclass(frozen=True)
class Names:
    """Names as they were stored: who is called what, and who is called so. `digest`: the folder they stand in."""

    digest: str
    ids: IdIndex
    names: pa.StringArray
    index: WordIndex

    def name_of(self, customer_id: str) -> str | None:
        """Return what a customer is called; None where the log tells no name."""
        place = self.ids.row(customer_id)
        return None if place is None else str(self.names[place])

    def called(self, text: str) -> Iterator[str]:
        """Give the ids of whoever has, for each word of a text, a word in their name that begins so.

        Those who are called just so come first, then by id. A text without a word is nobody's name.
        """
        parts = words_of(text)
        if not parts:
            return
        exactly = self.index.holding(parts, among=len(self.names))
        others = self.index.beginning(parts, among=len(self.names)) & ~exactly
        for place in chain(np.flatnonzero(exactly), np.flatnonzero(others)):
            yield str(self.ids.ids[int(place)])


@dataclass(frozen=True)
class StoredNames:
    """One folder of names. `number` counts them; `customers`: the digest of what the log told of customers."""

    sealed: Sealed

    @property
    def digest(self) -> str:
        """Return the name of the folder."""
        return self.sealed.folder.name

    @property
    def number(self) -> int:
        """Return which it is of all that were ever written."""
        return int(self.sealed.manifest["number"])

    @property
    def customers(self) -> str:
        """Return the digest of what the log told of customers when it was made."""
        return str(self.sealed.manifest["customers"])

    @cached_property
    def told(self) -> ToldNames:
        """Return ids and names, both hashed first.

        Raises
        ------
        ContentDamaged
            If a file is not what was written.
        """
        return ToldNames(read_ids(self.sealed.read(IDS)).ids, _read_texts(self.sealed.read(NAMES)))

    def opened(self) -> Names:
        """Return the names to be asked; every file is hashed first.

        Raises
        ------
        ContentDamaged
            If a file is not what was written.
        """
        index = WordIndex(
            _read_texts(self.sealed.read(WORDS)), _read_numbers(self.sealed, BEGINS), _read_numbers(self.sealed, PLACES)
        )
        return Names(self.digest, read_ids(self.sealed.read(IDS)), _read_texts(self.sealed.read(NAMES)), index)


def folders_of(home: Home) -> list[str]:
    """Return the folders of names, by their digests."""
    return sorted(path.name for path in home.names.glob("[!.]*") if is_sha256(path.name))


def newest_names(home: Home) -> StoredNames | None:
    """Return the newest names of which the manifest is whole; None where there are none."""
    found = []
    for digest in folders_of(home):
        with suppress(NotFound, Damaged):
            found.append(StoredNames(open_sealed(home.names, digest)))
    return max(found, key=lambda names: names.number, default=None)


@contextmanager
def names_lock(home: Home, *, seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock of all that writes names; wait so long at most for whoever holds it.

    Raises
    ------
    NamesLocked
        If somebody holds it.
    """
    with in_turn(home.root / "names.lock", _locked, seconds=seconds):
        yield


def publish_names(home: Home, told: ToldNames, *, customers: str) -> str:
    """Store names, remove all others, and return the name of the folder. The caller holds the lock of the names."""
    before = newest_names(home)
    index = index_of(told.names)

    def fill(folder: Path) -> None:
        write_ids(folder / IDS, told.ids)
        _write_texts(folder / NAMES, told.names)
        _write_texts(folder / WORDS, index.words)
        np.save(folder / BEGINS, index.begins, allow_pickle=False)
        np.save(folder / PLACES, index.places, allow_pickle=False)

    facts = {"format": _FORMAT, "kind": "names", "rows": len(told.ids), "customers": customers}
    digest = seal(home.names, {**facts, "number": 1 if before is None else before.number + 1}, fill)
    remove_names(home, but=digest)
    return digest


def remove_names(home: Home, *, but: str | None = None) -> int:
    """Remove all folders of names, or all but one, and return how many; the caller holds the lock of the names."""
    gone = [digest for digest in folders_of(home) if digest != but]
    for digest in gone:
        shutil.rmtree(home.names / digest)
    return len(gone)


def seen_to_be_current(home: Home, names: StoredNames) -> None:
    """Set down that the log tells no other names by now; readers see by it how old what they know may be."""
    with suppress(FileNotFoundError):  # others were stored meanwhile
        os.utime(home.names / names.digest)


def _locked(holder: str) -> NamesLocked:
    return NamesLocked(f"names are being written by {holder}; nothing was changed: try again when that is done")


def _write_texts(path: Path, texts: pa.StringArray) -> None:
    batch = pa.record_batch([texts], names=[_COLUMN])
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, batch.schema) as writer:
        writer.write_batch(batch)


def _read_texts(content: bytes) -> pa.StringArray:
    return pa.ipc.open_file(pa.py_buffer(content)).get_batch(0).column(_COLUMN)


def _read_numbers(sealed: Sealed, name: str) -> np.ndarray:
    return np.asarray(np.load(io.BytesIO(sealed.read(name)), allow_pickle=False))
