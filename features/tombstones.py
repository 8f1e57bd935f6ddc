"""Who was erased: a file that only grows, by names that only this installation can make; whatever comes of them is not taken.

A backup that is put back brings the people back that it holds. The file belongs beside the backups too, so that they can be
erased from it again; no id is in it, and without the installation's secret nobody can tell whom it names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from features.append_only import append_line, whole_lines
from features.errors import Conflict, Damaged
from features.home import Home
from features.lock import in_turn
from features.subjects import installation_secret, subject
from features.times import Timestamp, format_time
from features.write_once import canonical_json

_LONGEST_TURN_SECONDS = 10.0


class TombstonesDamaged(Damaged):
    """A whole line of the file is not what this program writes."""


class TombstonesLocked(Conflict):
    """Another process writes the file and does not finish."""


@dataclass(frozen=True)
class Tombstones:
    """Everybody who was erased, by their names; `secret` makes the name of an id."""

    subjects: frozenset[str] = frozenset()
    secret: bytes = b""

    def __len__(self) -> int:
        return len(self.subjects)

    def holds(self, customer_id: str) -> bool:
        """Say whether a customer was erased.

        >>> Tombstones().holds("c1")
        False
        """
        return bool(self.subjects) and subject(self.secret, customer_id) in self.subjects

    def among(self, customer_ids: Iterable[str]) -> list[str]:
        """Return those of some customers who were erased; each costs a microsecond, and nothing where nobody ever was."""
        return [each for each in customer_ids if self.holds(each)] if self.subjects else []

    def without(self, rows: pa.Table) -> pa.Table:
        """Return the rows that are about nobody who was erased, whatever type their column `customer_id` has."""
        if not self.subjects or "customer_id" not in rows.column_names:
            return rows
        ids = pc.cast(rows["customer_id"], pa.string())
        gone = self.among(each for each in pc.unique(ids).to_pylist() if each is not None)
        return rows.filter(pc.invert(pc.is_in(ids, value_set=pa.array(gone, pa.string())))) if gone else rows


def read_tombstones(home: Home) -> Tombstones:
    """Return everybody who was erased from this installation.

    Raises
    ------
    TombstonesDamaged
        If a line was changed by something else; nothing may come in while nobody can tell about whom it may not be.
    """
    lines = whole_lines(home.erased)
    if not lines:
        return Tombstones()
    return Tombstones(frozenset(_named(line, number) for number, line in enumerate(lines, start=1)), installation_secret(home))


def add_tombstone(home: Home, name: str, *, at: Timestamp) -> bool:
    """Set down that the person of this name was erased, on disk when this returns; False if that stood there before.

    Raises
    ------
    TombstonesLocked
        If somebody else writes the file and does not finish.
    """
    with in_turn(home.root / "erased.lock", _locked, seconds=_LONGEST_TURN_SECONDS):
        if name in read_tombstones(home).subjects:
            return False
        append_line(home.erased, canonical_json({"at": format_time(at), "subject": name}))
    return True


def _named(line: bytes, number: int) -> str:
    try:
        return str(json.loads(line)["subject"])
    except (ValueError, KeyError, TypeError) as error:
        raise TombstonesDamaged(
            f"needed a name and a moment in line {number} of erased.jsonl, found something else; restore the file from a backup"
        ) from error


def _locked(holder: str) -> TombstonesLocked:
    return TombstonesLocked(f"erased.jsonl is being written by {holder}, who does not finish; nothing was changed: try again")
