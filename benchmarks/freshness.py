"""How soon does an answer know of an order that was acknowledged: in both processes of a service that does everything at once.

A whole shop (a model for every question) is told of orders while callers ask for predictions over connections to both processes,
agents ask what to offer, and other models go live. An answer that was asked for after an order was acknowledged and does not know
of it is behind; told is for how long, over all orders.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.asking import service
from benchmarks.busy_shop.people import Counter, Crowd, busy, wait_until_awake
from benchmarks.busy_shop.shop import BusyShop, busy_shop
from benchmarks.busy_shop.verdict import LATE_SECONDS, fell_back, mixed, seconds_behind
from benchmarks.goals import Result, arguments, report

_ORDERING, _OTHERS = 8, 12
_SECONDS = 60.0


@dataclass(frozen=True)
class Run:
    """A shop that was kept busy, and what the crowd saw."""

    shop: BusyShop
    crowd: Crowd


def main() -> None:
    """Measure and report."""
    options = arguments(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run = kept_busy(busy_shop(Path(folder)), seconds=max(8.0, _SECONDS * options.share))
        report(results(run), options.json)


def kept_busy(shop: BusyShop, *, seconds: float) -> Run:
    """Serve the shop to a crowd for so long; in the middle other models go live. At the end every order has been taken up."""
    names = [f"c{number}" for number in range(_ORDERING + _OTHERS)]
    with service(shop.environment) as port:
        counter = Counter(port, shop.secret)
        crowd = Crowd(counter, names[:_ORDERING], names[_ORDERING:])
        wait_until_awake(counter, "c0")
        with busy(crowd):
            time.sleep(seconds / 2)
            shop.promote_next()
            crowd.wait_for(str(shop.next.bundle))
            time.sleep(seconds / 2)
            crowd.wait_until_known()
    return Run(shop, crowd)


def results(run: Run) -> list[Result]:
    """Return the lines: how far behind, and what else went wrong."""
    crowd, behind = run.crowd, seconds_behind(run.crowd)
    wrong = mixed(run.shop, crowd)
    data = f"{len(crowd.told)} orders, {len(crowd.heard):,} answers, {len(crowd.decided)} decisions, 2 workers"
    data += f", load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"
    figure = f"median {statistics.median(behind):.2f} s, 9 of 10 {np.percentile(behind, 90):.2f} s, worst {max(behind):.2f} s"
    return [
        Result("fresh", "behind an acknowledged order", figure, f"< {LATE_SECONDS:g} s", max(behind) < LATE_SECONDS, data),
        Result(
            "fresh",
            "errors, mixed versions, customers whose answers went back",
            f"{len(crowd.errors)}, {len(wrong)}, {len(fell_back(crowd))}",
            "0, 0, 0",
            not (crowd.errors or wrong or fell_back(crowd)),
            data,
        ),
    ]


if __name__ == "__main__":
    main()
