"""Why may this customer leave, where nobody stored it: computed when asked for, beside the event loop, few at a time."""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias, cast

import numpy as np

from models.churn.model import ChurnModel
from models.explanation.strongest import Reason, reasons
from serving.door.problems import Overloaded
from serving.live.state import Found, LiveState

_MOST_KEPT = 2_048

_Key: TypeAlias = tuple[str, int, str]


class Reasoner:
    """Explains for one process; what it explained lately it remembers, by the versions and the moment it is true of."""

    def __init__(self, *, threads: int = 1, most_in_hand: int = 32) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="reasons")
        self._most_in_hand = most_in_hand
        self._in_hand = 0
        self._kept: OrderedDict[_Key, Sequence[Reason]] = OrderedDict()
        self._lock = threading.Lock()

    async def reasons(self, state: LiveState, found: Found) -> Sequence[Reason] | None:
        """Return why this customer may leave, the strongest reason first; None where stored ones say it, or there is no chance.

        Raises
        ------
        Overloaded
            If too many wait for theirs.
        ModelsLoading, WorkingsUnavailable, FreshMoved, RowDamaged
            If nothing can be computed for this customer now.
        """
        churn = state.places.churn
        if churn is None or state.reasons(found) or np.isnan(found.values[churn.horizons.places[churn.horizons.main]]):
            return None
        key = (state.predictions.digest, found.as_of, found.customer_id)
        kept = self._remembered(key)
        return await self._computed(key, state, found) if kept is None else kept

    def close(self) -> None:
        """Finish what runs and take nothing more."""
        self._pool.shutdown(cancel_futures=True)

    def _remembered(self, key: _Key) -> Sequence[Reason] | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    async def _computed(self, key: _Key, state: LiveState, found: Found) -> Sequence[Reason]:
        if self._in_hand >= self._most_in_hand:
            raise Overloaded(f"More than {self._most_in_hand} customers are being explained; try again after a second.")
        self._in_hand += 1
        try:
            why = await asyncio.get_running_loop().run_in_executor(self._pool, explained, state, found)
        finally:
            self._in_hand -= 1
        with self._lock:
            self._kept[key] = why
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return why


def explained(state: LiveState, found: Found) -> Sequence[Reason]:
    """Compute the reasons of one customer at the main horizon; raising as `Reasoner.reasons` does."""
    model = cast(ChurnModel, state.workings.model("churn"))
    row, days = state.features(found), state.company.horizon_days
    return reasons(model, row, names=state.workings.names, horizon_days=days).of(0)
