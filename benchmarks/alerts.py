"""How long does it take to take down the alerts of a large base: the first time, with nothing new, and after a change of some.

`python -m benchmarks.alerts --customers 1000000`, on SQLite in a temporary folder; a fifth of the customers has one alert.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pyarrow as pa

from benchmarks.live_states import AS_OF, SNAPSHOT, Publisher
from features.company import stored_company
from features.home import Home
from features.times import HOUR
from models.alerts import ALERT_CODES, alert_column
from models.bundle import Live, PredictionsOrigin, open_predictions, write_predictions
from models.rows import FloatArray
from serving.database import open_database
from serving.live.state import LiveState
from serving.notices.said import Said
from serving.notices.taking_down import Book, take_down_all


def main() -> None:
    """Print seconds and memory of each pass."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    customers = parser.parse_args().customers
    with tempfile.TemporaryDirectory() as name:
        home = Home(Path(name) / "home")
        base = Publisher(home, Path(name) / "signing.key").store({"c1": 0.3})
        engine = open_database(f"sqlite:///{Path(name) / 'lifecycle.db'}")
        book = Book(engine, lambda: AS_OF + HOUR, bytes(32))
        for what, share in (("first", 0.2), ("same again", 0.2), ("a hundredth more", 0.21)):
            said = _said(home, _stored(home, base, customers=customers, share=share), base)
            began = time.perf_counter()
            take_down_all(book, said)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{customers} customers, {what}: {time.perf_counter() - began:.1f} s, {memory:.0f} MB at most so far")
        engine.dispose()


def _stored(home: Home, base: Live, *, customers: int, share: float) -> str:
    ids = pa.array([f"c{number:08d}" for number in range(customers)])
    columns: dict[str, FloatArray] = {alert_column(code): np.full(customers, np.nan) for code in ALERT_CODES}
    columns[alert_column("usage_falling")][: round(customers * share)] = float(AS_OF)
    columns |= {"feature_usage_week_vs_30w": np.full(customers, 0.25), "churn_90": np.full(customers, 0.2)}
    origin = PredictionsOrigin(SNAPSHOT, AS_OF, "s", str(base.bundle), str(base.company))
    return write_predictions(home, origin=origin, ids=ids, columns=columns)


def _said(home: Home, digest: str, base: Live) -> Said:
    versions = SimpleNamespace(bundle=base.bundle, snapshot=SNAPSHOT, company=base.company)
    company = stored_company(home, str(base.company))
    state = SimpleNamespace(live=SimpleNamespace(predictions=digest), versions=versions, company=company, as_of=AS_OF)
    return Said(cast(LiveState, state), open_predictions(home, digest))


if __name__ == "__main__":
    main()
