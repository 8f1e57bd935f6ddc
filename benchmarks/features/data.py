"""Which rows does a run need on disk, and where do they lie: made once, two at a time, and kept where a folder is named.

`<what>-<scale>/` is a log, the Parquet files of the peers, the log with thirty deliveries more, or that log compacted.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

_MADE_FROM = {"days": "log", "folded": "days"}
_AT_ONCE = 2


@dataclass(frozen=True)
class Data:
    """The rows of one run, below `folder`; `scale` 1 is ten million uses of 100,000 customers."""

    folder: Path
    scale: float

    def place(self, what: str, times: float = 1) -> Path:
        """Return where the log (or `parquet`, `days`, `folded`) of so many times the scale lies."""
        return self.folder / f"{what}-{self.scale * times:g}"

    def prepare(self, wanted: Sequence[tuple[str, float]]) -> None:
        """Make what is not there yet, each of `wanted` by its name and its multiple of the scale; the largest first."""
        chains = [(times, [what for what, size in wanted if size == times]) for times in {times for _, times in wanted}]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            list(pool.map(lambda chain: self._make_all(*chain), sorted(chains, reverse=True)))

    def _make_all(self, times: float, names: list[str]) -> None:
        for what in names:
            place = self.place(what, times)
            mark = place.with_suffix(place.suffix + ".made")
            if not mark.exists():
                shutil.rmtree(place, ignore_errors=True)
                self._make(what, times)
                mark.touch()

    def _make(self, what: str, times: float) -> None:
        print(f"  making {self.place(what, times).name}", file=sys.stderr, flush=True)
        if what in _MADE_FROM:
            shutil.copytree(self.place(_MADE_FROM[what], times), self.place(what, times))
        command = ["--what", what, "--home", self.place(what, times), "--scale", f"{self.scale * times:g}"]
        subprocess.run([sys.executable, "-m", "benchmarks.features.prepare", *map(str, command)], check=True)

    def new_out(self, name: str, *, log_of: Path | None = None) -> Path:
        """Return an empty folder to write to; as the home of an installation it has the log of another."""
        out = self.folder / "out" / name
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        if log_of is not None:
            (out / "log").symlink_to((log_of / "log").resolve())
        return out
