"""What is a kept Monday: the winners of every stage set for everybody, at one Monday, written once and mapped by its readers.

`stages/<monday>-<digest>/` holds `ids.arrow` (sorted bytewise), `codes.npy` (int8, a row a customer, a column a set),
`columns.json` (the sets' names) and, last, `manifest.json`. Rows that the log receives later become known later, so a past
Monday's winners stay as they are; another rule, another meaning of a feature or an import of history makes them void.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa

from features.erasing.among import Mask
from features.erasing.late import erased_meanwhile
from features.errors import Damaged
from features.home import Home
from features.ids_file import map_ids, write_ids
from features.log.manifest import LogManifest
from features.log.store import EventLog
from features.stages.stage_rules import StageRules
from features.stages.winners import NOT_SEEN, StageCodes
from features.times import Timestamp, compact_time, format_time, parse_time
from features.write_once import (
    TEMPORARY,
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

_IDS, _CODES, _COLUMNS, _MANIFEST = "ids.arrow", "codes.npy", "columns.json", "manifest.json"

# NumPy reads a header with `ast`, which in Python 3.11 fails now and then where two threads are at it and garbage is collected
# (https://github.com/python/cpython/issues/106905).
_ONE_AT_A_TIME = Lock()


class KeptMondayDamaged(Damaged):
    """A file of a kept Monday is not what was written."""


@dataclass(frozen=True)
class KeptMonday:
    """The winners at one Monday: row i of `codes` belongs to `ids[i]`, column j to the j-th stage set of the company."""

    path: Path
    monday: Timestamp
    ids: pa.StringArray
    codes: StageCodes

    def row(self, customer_id: str) -> int | None:
        """Return the customer's row; None for somebody who was not yet known."""
        wanted, low, high = customer_id.encode(), 0, len(self.ids)
        starts, text = self._bytes
        while low < high:
            middle = (low + high) // 2
            if bytes(text[starts[middle] : starts[middle + 1]]) < wanted:
                low = middle + 1
            else:
                high = middle
        found = low < len(self.ids) and bytes(text[starts[low] : starts[low + 1]]) == wanted
        return low if found else None

    def without(self, gone: Mask) -> KeptMonday:
        """Return it without the customers of these rows; its path is still the old one."""
        return replace(self, ids=self.ids.filter(pa.array(~gone)), codes=self.codes[~gone]) if gone.any() else self

    @cached_property
    def _bytes(self) -> tuple[memoryview, memoryview]:
        _, starts, text = self.ids.buffers()
        counted = memoryview(starts).cast("i") if starts is not None else memoryview(b"")
        return counted[self.ids.offset :], memoryview(text or b"")


@dataclass(frozen=True)
class KeptMondays:
    """The winners at successive Mondays, ascending, of `sets` stage sets; `at` lacks the Mondays not yet computed."""

    mondays: tuple[Timestamp, ...]
    sets: int
    at: Mapping[Timestamp, KeptMonday]

    @property
    def missing(self) -> tuple[Timestamp, ...]:
        """Return the Mondays that are still to be computed."""
        return tuple(monday for monday in self.mondays if monday not in self.at)

    def of_customer(self, customer_id: str) -> StageCodes:
        """Return one customer's winners, `[set, Monday]`; `NOT_SEEN` at Mondays that are missing, too."""
        winners = np.full((self.sets, len(self.mondays)), NOT_SEEN, np.int8)
        for place, monday in enumerate(self.mondays):
            kept = self.at.get(monday)
            if kept is not None and (row := kept.row(customer_id)) is not None:
                winners[:, place] = kept.codes[row]
        return winners

    def of(self, ids: pa.StringArray) -> StageCodes:
        """Return the winners of many customers, `[set, customer, Monday]`; `NOT_SEEN` at Mondays that are missing, too.

        `ids` stand each once. They are numbered first, so that an id of a kept Monday has its customer's row for a number.
        """
        winners = np.full((self.sets, len(ids), len(self.mondays)), NOT_SEEN, np.int8)
        here = [(place, self.at[monday]) for place, monday in enumerate(self.mondays) if monday in self.at]
        filled = [(place, kept) for place, kept in here if len(kept.ids) and len(ids)]  # Arrow drops empty chunks
        numbered = pa.chunked_array([ids, *(kept.ids for _, kept in filled)], pa.string()).dictionary_encode()
        for (place, kept), numbers in zip(filled, numbered.chunks[1:], strict=True):
            rows = numbers.indices.to_numpy()
            asked = rows < len(ids)
            winners[:, rows[asked], place] = kept.codes[asked].T
        return winners


@dataclass(frozen=True)
class Recipe:
    """From what a Monday's winners were computed: which rules, which log; and whose place they take once somebody was erased."""

    rules: str
    log_digest: str
    supersedes: str | None = None

    def told(self) -> dict[str, str]:
        """Return what is known of it."""
        return {name: value for name, value in vars(self).items() if value is not None}


def write_monday(home: Home, kept: KeptMonday, *, columns: Sequence[str], recipe: Recipe) -> KeptMonday:
    """Keep the winners of a Monday; where equal ones stand already, they are known to hold for this log too.

    Whoever was erased while they were computed is left out.
    """
    kept = kept.without(erased_meanwhile(home, kept.ids, log_digest=recipe.log_digest))
    with new_folder(home.stages) as folder:
        write_ids(folder / _IDS, kept.ids)
        np.save(folder / _CODES, np.ascontiguousarray(kept.codes), allow_pickle=False)
        (folder / _COLUMNS).write_bytes(canonical_json(list(columns)))
        files = {name: sha256_of_file(folder / name) for name in (_IDS, _CODES, _COLUMNS)}
        digest = sha256_of_json({"rules": recipe.rules, "files": files})
        body = {"monday": format_time(kept.monday), "digest": digest, "files": files, **recipe.told()}
        manifest = sealed(body)
        (folder / _MANIFEST).write_bytes(manifest)
        final = publish_folder(folder, home.stages / f"{compact_time(kept.monday)}-{digest[:12]}")
    if (final / _MANIFEST).read_bytes() != manifest:
        replace_file(final / _MANIFEST, manifest)
    return open_monday(final, verify=False)


def kept_mondays(log: EventLog, rules: StageRules, mondays: Sequence[Timestamp], *, verify: bool = True) -> KeptMondays:
    """Open the winners of these Mondays, as far as they stand and hold for this log and these rules."""
    wanted, found = {compact_time(monday): monday for monday in mondays}, {}
    for path in sorted(log.home.stages.glob("[0-9]*-*")):
        monday = wanted.get(path.name.partition("-")[0])
        if monday is not None and monday not in found:
            with _unless_dropped(path):
                if _holds(log, rules, _manifest(path)):
                    found[monday] = open_monday(path, verify=verify)
    return KeptMondays(tuple(mondays), len(rules.company.stage_sets), found)


def recipe_of(kept: KeptMonday) -> Recipe:
    """Return from what a kept Monday was computed."""
    body = _manifest(kept.path)
    return Recipe(body["rules"], body["log_digest"], body.get("supersedes"))


def stage_sets_of(kept: KeptMonday) -> list[str]:
    """Return the names of the stage sets whose winners a kept Monday holds."""
    names: list[str] = json.loads((kept.path / _COLUMNS).read_bytes())
    return names


def hold_for(kept: KeptMonday, log: LogManifest) -> None:
    """Say that a kept Monday holds for this version of the log."""
    replace_file(kept.path / _MANIFEST, sealed({**_manifest(kept.path), "log_digest": log.digest}))


def affirm(kept: KeptMonday, log: EventLog) -> None:
    """Say that a kept Monday holds for this log too, before the log forgets the one that it was computed from."""
    with _unless_dropped(kept.path):
        body = _manifest(kept.path)
        if log.manifest.soon_forgets(body["log_digest"]):
            replace_file(kept.path / _MANIFEST, sealed({**body, "log_digest": log.digest}))


def drop_void(log: EventLog, rules: StageRules) -> None:
    """Remove the Mondays that hold no more: winners by other rules, or from a log into which history came later."""
    for path in log.home.stages.glob("[0-9]*-*"):
        with _unless_dropped(path):
            if not _holds(log, rules, _manifest(path)):
                shutil.rmtree(path.rename(path.with_name(f"{TEMPORARY}{path.name}")))


@contextmanager
def _unless_dropped(path: Path) -> Iterator[None]:
    """Pass over a Monday that another process drops meanwhile."""
    try:
        yield
    except (FileNotFoundError, KeptMondayDamaged):
        if path.exists():
            raise


def open_monday(path: Path, *, verify: bool = True) -> KeptMonday:
    """Map the winners of a Monday.

    Raises
    ------
    KeptMondayDamaged
        If a file is not what was written; nothing of it was parsed. With `verify=False` only the manifest is checked.
    """
    body = _manifest(path)
    files: dict[str, str] = body["files"]
    if verify and (damaged := [name for name, sha in files.items() if not _is_whole(path / name, sha)]):
        raise KeptMondayDamaged(f"{', '.join(damaged)} in {path} is not what was written; {_REMEDY}")
    ids = map_ids(path / _IDS)
    with _ONE_AT_A_TIME:
        codes = np.load(path / _CODES, mmap_mode="r" if len(ids) else None, allow_pickle=False)
    return KeptMonday(path, parse_time(body["monday"]), ids, codes)


_REMEDY = "remove the folder, and the Monday is computed again"


def _holds(log: EventLog, rules: StageRules, body: Mapping[str, Any]) -> bool:
    """Whether these rules and this log give the same winners at that Monday."""
    until = log.holds_before(body["log_digest"])
    return body["rules"] == rules.digest and until is not None and parse_time(body["monday"]) <= until


def _manifest(path: Path) -> dict[str, Any]:
    """Return the manifest, after its own hash and the folder's name have vouched for it."""
    try:
        body = unsealed((path / _MANIFEST).read_bytes())
        if path.name.endswith(body["digest"][:12]):
            return body
    except (OSError, SealBroken, KeyError) as error:
        raise KeptMondayDamaged(f"{path / _MANIFEST} is not what was written; {_REMEDY}") from error
    raise KeptMondayDamaged(f"{path / _MANIFEST} is not what was written; {_REMEDY}")


def _is_whole(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_of_file(path) == sha256
