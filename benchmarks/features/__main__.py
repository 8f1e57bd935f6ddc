"""What do features cost beside pandas, polars and DuckDB on the same rows: goals P1 (batch), P2 (one customer), P11 (growth).

The goals are meant for scale 1, half an hour on two busy cores, most of it to draw fifty million uses: `--data DIR` keeps them.
`--scale 0.01 --rounds 1 --only p2` is a quick look; at that scale ratios are those of process starts.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path

from benchmarks.features import batch, growth, one_customer
from benchmarks.features.data import Data
from benchmarks.goals import arguments, report

PARTS = {"p1": batch, "p2": one_customer, "p11": growth}


def main() -> None:
    """Prepare the rows, run the parts asked for, and print a line a goal."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--scale", type=float, help="1 is ten million uses of 100,000 customers (default: the share)")
    parser.add_argument("--only", choices=tuple(PARTS), nargs="+", default=tuple(PARTS), help="run these parts only")
    parser.add_argument("--rounds", type=int, default=3, help="how often each contender runs; medians are told (default 3)")
    parser.add_argument("--data", type=Path, help="folder in which to keep the rows for the next run")
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = given.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        data = Data(folder, given.scale or given.share)
        parts = [PARTS[name] for name in given.only]
        data.prepare(list(dict.fromkeys(need for part in parts for need in part.NEEDED)))
        results = [result for part in parts for result in part.measure(data, given.rounds)]
    report(results, given.json)


if __name__ == "__main__":
    main()
