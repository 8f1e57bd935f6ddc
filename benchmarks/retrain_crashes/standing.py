"""An installation that is about to be retrained: two models live, new orders in the log; and how it is made that again."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from benchmarks.asking import Asked
from benchmarks.tiny_shop import orders, shop_company
from features.home import Home
from features.log.intake import Receipt, append
from features.times import Timestamp, parse_time
from models.bundle import Live, open_predictions, read_live, write_live
from serving.database import database_url, keys, open_database
from training.publishing.score import use_company

HORIZON_DAYS = 30
UNTIL = parse_time("2025-07-02")
_CALLERS, _PAUSE_SECONDS = 2, 0.02
_MADE_ANEW = ("snapshots", "stages", "models", "bundles", "predictions", "candidates", "reports", "companies", "mlflow")
Answer: TypeAlias = tuple[str, str, float]
"""What a caller sees of an answer: the bundle, the snapshot, and the chance to leave."""

_FILES = ("ledger.jsonl", "ledger.pending")


@dataclass(frozen=True)
class Standing:
    """An installation at work in `home`, and beside it the copy that it is made equal to before each trial."""

    home: Home
    copy: Home
    signing_key: Path

    @classmethod
    def keep(cls, home: Home, *, signing_key: Path) -> Standing:
        """Take the installation down as it stands now."""
        copy = home.root.with_name("standing")
        shutil.copytree(home.root, copy)
        return cls(home, Home(copy), signing_key)

    @property
    def live(self) -> Live:
        """Return the pointer as it stood."""
        return read_live(self.copy) or Live()

    def restore(self) -> None:
        """Make the installation what it was: first the pointer, whose files are all there, then whatever came later goes.

        A service that maps the files of what is live goes on meanwhile.
        """
        write_live(self.home, self.live)
        for name in _MADE_ANEW:
            _make_equal(self.home.root / name, self.copy.root / name)
        for name in _FILES:
            _make_equal_file(self.home.root / name, self.copy.root / name)


def build_shop(folder: Path) -> Home:
    """Make the home of a shop with half a year of orders, its company file in use, and an API key."""
    home = Home(folder / "home")
    deliver(home, since=0, until=UNTIL)
    use_company(home, shop_company(horizons_days=(HORIZON_DAYS,)), at=0)
    return home


def deliver(home: Home, *, since: Timestamp, until: Timestamp) -> None:
    """Append the rows that became known between two moments; the log is complete until the later one then."""
    tables = {name: table[_microseconds(table["known_at"]) >= since] for name, table in orders(until=until).items()}
    observed = dict.fromkeys(tables, until)
    append(home, tables, receipt=Receipt(received_at=until, known_at="given", observed_until=observed))


def asked_of(home: Home) -> Asked:
    """Return what callers ask: about a customer at risk, with a key made for them."""
    predictions = open_predictions(home, str((read_live(home) or Live()).predictions))
    somebody = int(np.flatnonzero(np.isfinite(predictions.column(f"churn_{HORIZON_DAYS}")))[0])
    engine = open_database(database_url(home))
    secret = keys.create_key(engine, name="benchmark", scopes=["read"], created_at=0).secret
    engine.dispose()
    return Asked(predictions.ids.ids[somebody].as_py(), secret, _CALLERS, _PAUSE_SECONDS)


def answers(home: Home, lives: Iterable[Live], *, customer_id: str) -> set[Answer]:
    """Return what the service answers about a customer in each of these states."""
    return {_answer(home, live, customer_id) for live in lives}


def _answer(home: Home, live: Live, customer_id: str) -> Answer:
    predictions = open_predictions(home, str(live.predictions))
    row = predictions.row(customer_id)
    return str(live.bundle), str(live.snapshot), float(predictions.column(f"churn_{HORIZON_DAYS}")[row])


def _microseconds(times: pd.Series[pd.Timestamp]) -> npt.NDArray[np.int64]:
    return times.dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)


def _make_equal(folder: Path, wanted: Path) -> None:
    kept = {path.relative_to(wanted): path for path in wanted.rglob("*")}
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.relative_to(folder) not in kept:
            path.rmdir() if path.is_dir() else path.unlink()
    for name, path in sorted(kept.items()):
        (folder / name).mkdir(parents=True, exist_ok=True) if path.is_dir() else _make_equal_file(folder / name, path)


def _make_equal_file(file: Path, wanted: Path) -> None:
    if not wanted.exists():
        file.unlink(missing_ok=True)
    elif not file.exists() or file.read_bytes() != wanted.read_bytes():
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(wanted, file)
