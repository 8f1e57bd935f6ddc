"""How long does a page of a list take among very many customers, and what does a process hold for it: by random figures.

`python -m benchmarks.listing --customers 1000000`: predictions of random figures, pages of 50 at random places of every order,
with filters of different width; one process, no network.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import Publisher
from features.home import Home
from serving.listing.answers import listed
from serving.listing.cursors import Cursor
from serving.listing.filters import read_filters
from serving.listing.listing import Listing, listing_of
from serving.listing.orders import NATURAL, Ordering
from serving.listing.pages import Wanted, page_of
from serving.listing.traits import SORTS
from serving.live.state import LiveState, open_live_state

_ASKED: tuple[dict[str, str], ...] = ({}, {"band": "high"}, {"band": "medium", "stage": "growth"})


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--pages", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home")
        state = _state(home, Path(folder) / "key", customers=options.customers)
        began = time.thread_time()
        listing = listing_of(state, home)
        print(
            f"{options.customers:,} customers, made in {time.thread_time() - began:.2f} s, {_held(listing) / 2**20:.1f} MB held"
        )
        for words in _ASKED:
            seconds = _pages(state, listing, words, count=options.pages)
            print(f"{words or 'everybody'}: p50 {np.median(seconds) * 1e3:.2f} ms, p99 {np.quantile(seconds, 0.99) * 1e3:.2f} ms")


def _state(home: Home, key: Path, *, customers: int) -> LiveState:
    random = np.random.default_rng(7)
    chances = {f"c{number:07d}": float(chance) for number, chance in enumerate(random.beta(1, 9, customers))}
    publisher = Publisher(home, key)
    live = publisher.store(chances, company_text=company_with(10), beside=decidable())
    return open_live_state(home, live, with_trial=False)


def _pages(state: LiveState, listing: Listing, words: dict[str, str], *, count: int) -> list[float]:
    random, seconds, size = np.random.default_rng(1), [], len(listing.traits.stage)
    for number in range(count):
        sort = SORTS[number % len(SORTS)]
        cursor = Cursor(listing.digest[:16], "q", int(random.integers(size)))
        began = time.thread_time()
        wanted = Wanted(read_filters(state, words), Ordering(sort, NATURAL[sort]), 50)
        page = page_of(state, listing, wanted=wanted, cursor=cursor)
        _ = [listed(state, found) for found in page.found]
        seconds.append(time.thread_time() - began)
    return seconds


def _held(listing: Listing) -> int:
    traits = listing.traits
    codes = (traits.stage, traits.band, traits.category, traits.alerts)
    return sum(each.nbytes for each in codes) + sum(order.places.nbytes for order in listing.orders.values())


if __name__ == "__main__":
    main()
