"""P4 and P7: what a look-up costs beside a bare FastAPI route, and what a million customers cost a service that starts.

`--only P4` or `--only P7` runs one of them; `--share` scales the rounds of the first and the customers of the second.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.goals import Result, arguments, report
from benchmarks.serving import lookups, starting


def main() -> None:
    """Measure and report."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--only", choices=["P4", "P7"], help="run one of the two")
    options = parser.parse_args()
    results: list[Result] = []
    with tempfile.TemporaryDirectory() as folder:
        if options.only != "P7":
            results.append(lookups.measured(Path(folder) / "lookups", rounds=max(3, round(9 * options.share))))
        if options.only != "P4":
            results += starting.measured(Path(folder) / "starting", customers=max(1_000, round(1_000_000 * options.share)))
    report(results, options.json)


if __name__ == "__main__":
    main()
