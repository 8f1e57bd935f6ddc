"""What came since the snapshot: asked of the operational database by sequence, so that a poll without news costs next to nothing.

Rows of other bundles, companies or columns do not count, nor does a row that is no newer than the snapshot. While the database
cannot be asked, what was known last stays.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select

from serving.database import reading
from serving.database.fresh import columns_digest, left_behind
from serving.database.tables import erasures, fresh_predictions
from serving.live.overlay import FreshRow, Overlay
from serving.live.state import LiveState

_AT_ONCE = 2_000
_FRESH = fresh_predictions.c
_READ = [_FRESH[name] for name in ("sequence", "customer_id", "as_of", "bundle", "company", "columns", "predictions")]


@dataclass(frozen=True)
class _Mark:
    """How many rows the table had and the highest sequence: equal marks, equal tables."""

    count: int = 0
    newest: int = 0


@dataclass
class Overlays:
    """Reads overlays for one process; `of` may be called by one thread at a time. `secret` is the installation's."""

    engine: Engine
    secret: bytes
    clock: Callable[[], float] = time.monotonic
    _heard: float = float("-inf")
    _mark: _Mark = field(default_factory=_Mark)
    _read_to: int = 0
    _for: tuple[str, ...] = ()
    _known: dict[int, str | None] = field(default_factory=dict)  # by sequence: whose row, None where it does not count
    _overlay: Overlay = field(default_factory=Overlay)

    @property
    def silent_seconds(self) -> float:
        """Return how long ago the database was heard last."""
        return self.clock() - self._heard

    def of(self, state: LiveState) -> Overlay:
        """Return what is known now beyond this state's snapshot; the same object where nothing came.

        Raises
        ------
        DatabaseUnavailable
            If the database cannot be asked; what was known stays known.
        """
        self._turn_to(state)
        with reading(self.engine) as connection:
            erased, mark = self._newly_erased(connection), _mark(connection)
            rows = dict(self._overlay.rows)
            changed = mark != self._mark
            if changed:
                versions, self._for = self._for, ()  # what fails halfway begins anew the next time
                self._add(connection, rows, state)
                self._drop_deleted(connection, rows, mark)
                self._for = versions
        if changed or erased != self._overlay.erased:
            self._overlay = replace(self._overlay, rows=rows, erased=erased)
        self._mark, self._heard = mark, self.clock()
        return self._overlay

    def is_behind(self, ahead: LiveState, state: LiveState) -> bool:
        """Whether less is known of somebody beyond the snapshot of `ahead` than `state` may say of them; raising as `of` does."""
        with reading(self.engine) as connection:
            return bool(left_behind(connection, state.live, ahead=ahead.live, settled=ahead.as_of))

    def _turn_to(self, state: LiveState) -> None:
        """Begin anew for a state of other versions; who was erased stays erased."""
        marks = (state.versions.bundle, state.versions.company, state.predictions.digest)
        if marks != self._for:
            self._for, self._mark, self._read_to, self._known = marks, _Mark(-1), 0, {}
            self._overlay = Overlay({}, self._overlay.erased, self.secret, self._features)

    def _add(self, connection: Connection, rows: dict[str, FreshRow], state: LiveState) -> None:
        columns = columns_digest(state.predictions.columns)
        ahead = select(*_READ).order_by(_FRESH.sequence).limit(_AT_ONCE)
        while found := connection.execute(ahead.where(_FRESH.sequence > self._read_to)).all():
            for row in found:
                self._take(row, rows, _counts(row, state, columns=columns))
            self._read_to = found[-1].sequence

    def _take(self, row: Row[Any], rows: dict[str, FreshRow], counts: bool) -> None:
        self._known[row.sequence] = row.customer_id if counts else None
        if not counts:
            return  # if it took the place of one that does, that one is missed when the rows are counted
        before = rows.get(row.customer_id)
        if before is not None:
            self._known.pop(before.sequence, None)
        rows[row.customer_id] = FreshRow(row.sequence, row.as_of, row.predictions)

    def _drop_deleted(self, connection: Connection, rows: dict[str, FreshRow], mark: _Mark) -> None:
        if len(self._known) == mark.count:
            return
        standing = set(connection.scalars(select(_FRESH.sequence)))
        for sequence in self._known.keys() - standing:
            customer_id = self._known.pop(sequence)
            if customer_id is not None and rows[customer_id].sequence == sequence:
                del rows[customer_id]

    def _newly_erased(self, connection: Connection) -> frozenset[str]:
        # Counted, not asked by sequence: of two erasures at once on PostgreSQL the later sequence may be committed first.
        if connection.scalar(select(func.count()).select_from(erasures)) == len(self._overlay.erased):
            return self._overlay.erased
        return frozenset(connection.scalars(select(erasures.c.subject)))

    def _features(self, customer_id: str, sequence: int) -> bytes | None:
        query = select(_FRESH.features).where(_FRESH.customer_id == customer_id, _FRESH.sequence == sequence)
        with reading(self.engine) as connection:
            found: bytes | None = connection.scalar(query)
            return found


def _mark(connection: Connection) -> _Mark:
    count, newest = connection.execute(select(func.count(), func.max(_FRESH.sequence)).select_from(fresh_predictions)).one()
    return _Mark(count, newest or 0)


def _counts(row: Row[Any], state: LiveState, *, columns: str) -> bool:
    same = (row.bundle, row.company, row.columns) == (state.versions.bundle, state.versions.company, columns)
    return same and row.as_of > state.as_of and len(row.predictions) == 8 * len(state.predictions.columns)
