"""How do stored names forget people: they are written again without them at once, and what held them is removed."""

from __future__ import annotations

from collections.abc import Collection

from features.erasing.among import about
from features.erasing.cleared import Cleared
from features.errors import Damaged
from features.home import Home
from serving.names.building import without
from serving.names.stored import StoredNames, folders_of, names_lock, newest_names, publish_names, remove_names

STORE = "names"


def erase_from_names(home: Home, customers: Collection[str], *, seconds: float) -> Cleared:
    """Take people out of the names; folders that are damaged or no longer count are removed, as the log tells what they told.

    Raises
    ------
    NamesLocked
        If another process writes them for so long.
    """
    with names_lock(home, seconds=seconds):
        before, stored = len(folders_of(home)), newest_names(home)
        rows = 0 if stored is None else _rows_of(stored, customers)
        if stored is None or rows is None:
            return Cleared(STORE, before, remove_names(home))
        if not rows:
            return Cleared(STORE, before, remove_names(home, but=stored.digest))
        new = publish_names(home, without(stored.told, sorted(customers)), customers=stored.customers)
        return Cleared(STORE, before, before, rows, {stored.digest: new})


def _rows_of(stored: StoredNames, customers: Collection[str]) -> int | None:
    """Return how many rows are about these people; None where the names cannot be read."""
    try:
        return int(about(stored.told.ids, customers).sum())
    except Damaged:
        return None
