"""Where is the listing of the live state: made in a thread when it is first asked for, held until another state is live."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ClassVar

from features.errors import Damaged, NotFound, Unavailable
from features.home import Home
from serving.door.problems import ForCallers
from serving.listing.listing import Listing, listing_of
from serving.live.state import LiveState


class ListingUnavailable(ForCallers, Unavailable):
    """The stored predictions could not be gone through; what is in service answers about single customers still."""

    problem = "listing-unavailable"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "2"}


class ListShelf:
    """The listing of one process. One thread makes it, so that many who ask at once cost as much as one."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._turn = threading.Lock()
        self._maker = ThreadPoolExecutor(1, "listing")
        self._made: tuple[str, Future[Listing]] | None = None

    async def listing(self, state: LiveState) -> Listing:
        """Return the listing of a live state, made now if it is not held.

        Raises
        ------
        ListingUnavailable
            If its predictions are gone or damaged.
        """
        try:
            return await asyncio.shield(asyncio.wrap_future(self._making(state)))
        except (NotFound, Damaged) as error:
            with self._turn:
                self._made = None
            raise ListingUnavailable("The stored predictions could not be listed now; try again in a moment.") from error

    def close(self) -> None:
        """End the thread."""
        self._maker.shutdown(wait=False, cancel_futures=True)

    def _making(self, state: LiveState) -> Future[Listing]:
        digest = state.predictions.digest
        with self._turn:
            if self._made is None or self._made[0] != digest:
                self._made = (digest, self._maker.submit(listing_of, state, self._home))
            return self._made[1]
