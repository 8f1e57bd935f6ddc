"""What lists look things up in: of all customers of a live state some bytes each, made once from the stored predictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from features.home import Home
from models.bundle.blocks import prediction_blocks
from serving.listing.orders import NATURAL, Order, Ordering, Places
from serving.listing.traits import FIGURES, Sort, Traits, traits_of
from serving.live.state import LiveState

_FIRST_LOOK, _LONGEST_LOOK = 512, 1 << 18


@dataclass(frozen=True)
class Listing:
    """Codes of all customers, by their place, and their orders: 23 bytes a customer."""

    digest: str
    traits: Traits
    orders: Mapping[Sort, Order]

    def places(self, ordering: Ordering, *, first: int, mask: np.ndarray | None) -> Iterator[tuple[int, int]]:
        """Give who is meant from position `first` of the order on: position and place of each."""
        total, look = len(self.traits.stage), _FIRST_LOOK
        while first < total:
            run = self._run(ordering, first, end=min(first + look, total))
            meant = range(len(run)) if mask is None else np.flatnonzero(mask[run]).tolist()
            yield from ((first + at, int(run[at])) for at in meant)
            first, look = first + len(run), min(4 * look, _LONGEST_LOOK)

    def _run(self, ordering: Ordering, first: int, *, end: int) -> Places:
        if ordering.sort != "customer_id":
            return self.orders[ordering.sort].run(first, end, turned=ordering.is_turned)
        forth = np.arange(first, end, dtype=np.int32)
        return np.int32(len(self.traits.stage) - 1) - forth if ordering.is_turned else forth


def listing_of(state: LiveState, home: Home) -> Listing:
    """Go through the predictions of a live state once, and return what lists need of them.

    Raises
    ------
    NotStored, ContentDamaged
        If they are gone, or not what was stored.
    """
    blocks = [_narrowed(traits_of(state, block)) for block in prediction_blocks(home, state.predictions.digest)]
    figures = {sort: np.concatenate([block.figures[sort] for block in blocks]) for sort in FIGURES}
    traits = Traits(
        stage=np.concatenate([block.stage for block in blocks]),
        band=np.concatenate([block.band for block in blocks]),
        category=np.concatenate([block.category for block in blocks]),
        alerts=np.concatenate([block.alerts for block in blocks]),
        figures={},  # the orders say what lists need of them
    )
    return Listing(state.predictions.digest, traits, {sort: Order.by(figures.pop(sort), NATURAL[sort]) for sort in FIGURES})


def _narrowed(traits: Traits) -> Traits:
    """Copy the figures out of their block, so that it can be let go."""
    return Traits(traits.stage, traits.band, traits.category, traits.alerts, {s: f.copy() for s, f in traits.figures.items()})
