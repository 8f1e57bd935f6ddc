"""What do names cost by which people look for customers: storing them, holding them, and a search; random names, one process.

`python -m benchmarks.names --customers 1000000`: names of one to three words from some thousand first names and last names, as
common as such names are; searches by whole names, by beginnings of one word and of two, and by one letter.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pyarrow as pa

from features.home import Home
from serving.names.stored import Names, ToldNames, newest_names, publish_names

_SHOWN = 21
_SYLLABLES = (
    *("ma", "ri", "jo", "lú", "ka", "szy", "ção", "ber", "ta", "né"),
    *("wal", "ski", "ö", "sen", "o'", "li", "da", "van", "gu", "é"),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--searches", type=int, default=1_000)
    options = parser.parse_args()
    random = np.random.default_rng(7)
    told = _told(options.customers, random)
    with tempfile.TemporaryDirectory() as folder:
        home, began = Home(Path(folder)), time.process_time()
        publish_names(home, told, customers="benchmark")
        print(f"{options.customers:,} names stored in {time.process_time() - began:.2f} CPU-s, {_size(home) / 2**20:.1f} MB")
        stored, began = newest_names(home), time.process_time()
        if stored is None:
            raise SystemExit("needed the names that were just stored, found none")
        names = stored.opened()
        print(f"opened, every file hashed, in {time.process_time() - began:.2f} CPU-s, {_held(names) / 2**20:.1f} MB held")
        _search(names, told, random, count=options.searches)


def _search(names: Names, told: ToldNames, random: np.random.Generator, *, count: int) -> None:
    wholes = [str(told.names[int(place)]) for place in random.integers(len(told.names), size=count)]
    asked = {
        "a whole name": wholes,
        "three letters": [name[:3] for name in wholes],
        "the beginnings of two words": [" ".join(word[:3] for word in name.split()[:2]) for name in wholes],
        "one letter": [name[:1] for name in wholes],
    }
    for kind, texts in asked.items():
        seconds = _seconds(names, texts)
        print(f"{kind}: p50 {np.median(seconds) * 1e3:.2f} ms, p99 {np.quantile(seconds, 0.99) * 1e3:.2f} ms of CPU")


def _seconds(names: Names, texts: Sequence[str]) -> list[float]:
    seconds = []
    for text in texts:
        began = time.thread_time()
        _ = [names.name_of(customer_id) for customer_id in islice(names.called(text), _SHOWN)]
        seconds.append(time.thread_time() - began)
    return seconds


def _told(count: int, random: np.random.Generator) -> ToldNames:
    """Return names of which few are frequent and most are rare: the commonest word stands in one of some sixty names."""
    words = np.array(_words(random, 20_000))
    shares = 1 / (np.arange(len(words)) + 20.0)
    picks, lengths = random.choice(words, (count, 3), p=shares / shares.sum()), random.integers(1, 4, count)
    texts = [" ".join(row[:length]) for row, length in zip(picks.tolist(), lengths.tolist(), strict=True)]
    return ToldNames(pa.array([f"c{number:08}" for number in range(count)]), pa.array(texts))


def _words(random: np.random.Generator, count: int) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < count:
        made["".join(random.choice(_SYLLABLES, random.integers(2, 5))).capitalize()] = None
    return list(made)


def _size(home: Home) -> int:
    return sum(path.stat().st_size for path in home.names.rglob("*") if path.is_file())


def _held(names: Names) -> int:
    parts = (names.ids.ids, names.names, names.index.words, names.index.begins, names.index.places)
    return sum(part.nbytes for part in parts)


if __name__ == "__main__":
    main()
