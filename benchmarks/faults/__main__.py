"""Reliability by one command: every campaign of R1 to R5 and R8, and a running service whose machine fails it.

`--share 0.1` runs a tenth of each campaign. A trouble needs the rights to mount a small disk; without them it is reported short.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from benchmarks.faults.lived_through import afterwards, live_through
from benchmarks.faults.troubles import TABLE, Place, small_disk
from benchmarks.goals import Result, arguments, report
from benchmarks.ingestion_crashes.installed import Installation, Running, seconds_until

CAMPAIGNS = ("damage", "swaps", "log_crashes", "ingestion_crashes", "retrain_crashes", "overload", "erasure")
TESTS = {
    "disk that may only be read": "tests/unit/serving/telling/test_no_room_for_rows.py",
    "clock that jumps back": "tests/unit/serving/background/test_lease.py tests/unit/serving/telling/test_receiving.py",
}
"""Troubles that cannot be brought over a running process from outside, and the tests that bring them in."""


def main() -> None:
    """Run all of it."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--only-troubles", action="store_true", help="leave the campaigns out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        results = list(troubles(Path(name)))
        campaigns = () if options.only_troubles else CAMPAIGNS
        for campaign in campaigns:
            print(f"== {campaign}", flush=True)
            results += of_campaign(campaign, share=options.share, told=Path(name, f"{campaign}.json"))
    report(results, options.json)


def troubles(folder: Path) -> Iterator[Result]:
    """Bring every trouble of the table over one service, and look at what is left; the others by their tests."""
    with small_disk(folder / "disk") as disk, served(disk) as place:
        lived = [live_through(place, name) for name in TABLE]
        yield from (each.result for each in lived)
        yield afterwards(place, lived)
    for name, files in TESTS.items():
        done = subprocess.run([sys.executable, "-m", "pytest", "-q", *files.split()], capture_output=True, text=True, check=False)
        last = (done.stdout.strip().splitlines() or ["nothing said"])[-1]
        yield Result("faults", name, last, "all pass", done.returncode == 0, files)


@contextmanager
def served(folder: Path) -> Iterator[Place]:
    """Serve an installation in a folder, with MLflow's address a closed port; ready, and told to end afterwards."""
    with patch.dict(os.environ, {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}):
        installation = Installation.made(folder)
        running = Running(installation)
    try:
        seconds_until(lambda: running.is_whole and running.is_ready())
        yield Place(installation, running)
    finally:
        running.begin_to_end()
        running.wait_for_end()


def of_campaign(name: str, *, share: float, told: Path) -> list[Result]:
    """Run a campaign as a process of its own and return its results; one that could not tell any is short."""
    words = [sys.executable, "-m", f"benchmarks.{name}", "--share", str(share), "--json", str(told)]
    done = subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if not told.exists():
        last = (done.stderr.strip().splitlines() or ["nothing said"])[-1]
        return [Result(name, "the campaign", f"ended with {done.returncode}: {last[:100]}", "results", holds=False, data="")]
    return [Result(**one) for one in json.loads(told.read_text())["results"]]


if __name__ == "__main__":
    main()
