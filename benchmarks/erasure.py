"""R8: is a person in no store after erasure, is it quick, and do they stay out: every file and column searched (docs/privacy.md).

A small shop with a log, two models promoted one after the other and recorded in MLflow, a report on its data, kept
Mondays and a database with a row about the canary in every table. Files are searched as bytes, and Parquet, which is compressed,
value by value as well.
"""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import create_engine, make_url, text

from benchmarks.canary import CANARY, events_about, put_into_database, put_into_log, traces_in_database, traces_in_files
from benchmarks.goals import Result, arguments, report
from benchmarks.tiny_shop import orders, shop_company
from features.company import Company, store_company
from features.home import Home
from features.log.intake import Receipt, append
from features.quality import assess
from features.quality.page import keep
from features.snapshot import newest_snapshot
from features.subjects import installation_secret
from features.times import DAY, Timestamp, parse_time
from models.bundle import check_golden_rows
from models.learners.boosting import BoostingPreset
from serving.database import database_url, open_database, writing
from serving.database.audit import AuditEntry
from serving.names.building import bring_up_to_date
from serving.privacy.asking import Request, ask
from serving.privacy.erasing import Installation, finish_erasures
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.publishing.score import score
from training.questions.churn.question import ChurnQuestion
from training.tracking.recording import Tracking
from training.train import TrainingRun, train

_UNTIL = parse_time("2025-12-20")
_QUICK = BoostingPreset(leaves=4, rounds=15, bag=1)
_MOST_SECONDS = 60
_SERVER = "LIFECYCLE_TEST_POSTGRES_URL"


@dataclass(frozen=True)
class Shop:
    """An installation with the canary in it, and the private key beside it."""

    home: Home
    company: Company
    key: Path

    def learn(self, seed: int, *, at: Timestamp) -> None:
        """Train a model, recorded in MLflow, and promote it."""
        run = TrainingRun(at, seed=seed, tracking=Tracking.at_home(self.home))
        train(self.home, ChurnQuestion(self.company, _QUICK), run=run)
        with patch("training.publishing.promote.trial_load", _tried_here):  # a busy machine must not refuse it
            promote(self.home, "churn", act=Act(self.key, at, override="a small shop", admin="a1"))

    def tell(self, *, at: Timestamp) -> None:
        """Predict anew and write what is said of the data."""
        score(self.home, at=at)
        keep(self.home, assess(self.home, say=lambda _: None), out=None)


def _tried_here(home: Home, *shas: str) -> None:
    for sha in shas:
        check_golden_rows(home, sha)


def shop(folder: Path, *, customers: int) -> Shop:
    """Make the installation."""
    made = Shop(Home(folder / "home"), shop_company(), folder / "signing.key")
    observed = {"purchases": _UNTIL, "customers": _UNTIL}
    receipt = Receipt(received_at=_UNTIL, known_at="given", observed_until=observed)
    append(made.home, orders(customers, until=_UNTIL), receipt=receipt)
    put_into_log(made.home, CANARY, until=_UNTIL)
    store_company(made.home, made.company)
    for seed in (0, 1):
        made.learn(seed, at=_UNTIL + (1 + seed) * DAY)
    made.tell(at=_UNTIL + 3 * DAY)
    bring_up_to_date(made.home)
    return made


def measured(made: Shop, place: Installation, *, kind: str) -> list[Result]:
    """Erase the canary, and return what is found afterwards, how long it took and what became of late events."""
    now = _UNTIL + 4 * DAY
    put_into_database(made.home, place.engine, CANARY, now=now)
    before = _traces(made, place)
    began = time.perf_counter()
    _erase(place, now=now)
    seconds = time.perf_counter() - began
    left, data = _traces(made, place), f"{len(before)} files and columns held the canary, {kind}"
    return [
        Result("R8", f"traces after erasure ({kind})", str(len(left)), "0", bool(before) and not left, data),
        Result("R8", f"erasure ({kind})", f"{seconds:.1f} s", f"under {_MOST_SECONDS} s", seconds < _MOST_SECONDS, data),
    ]


def stays_out(made: Shop, place: Installation) -> list[Result]:
    """Send late events, train and score again, and search once more."""
    late = append(made.home, events_about(CANARY, until=_UNTIL), receipt=Receipt(_UNTIL + 5 * DAY, known_at="given"))
    dropped, data = sum(source.erased for source in late.sources.values()), "late events sent, a model trained and promoted"
    made.learn(2, at=_UNTIL + 6 * DAY)
    made.tell(at=_UNTIL + 7 * DAY)
    bring_up_to_date(made.home)
    left, shot = _traces(made, place), newest_snapshot(made.home)
    is_out = not left and shot is not None and CANARY not in shot.ids.to_pylist()
    return [
        Result("R8", "late events dropped", f"{dropped} of 6", "6 of 6", dropped == 6, data),
        Result("R8", "traces after training and scoring again", str(len(left)), "0", is_out, data),
    ]


def _erase(place: Installation, *, now: Timestamp) -> None:
    person = place.person(CANARY)
    by = AuditEntry(now, "benchmark", None, "admin", "benchmark", person.subject, 202)
    with writing(place.engine) as connection:
        ask(connection, Request(person, by, is_known=True))
    finish_erasures(place, clock=lambda: now)


def _traces(made: Shop, place: Installation) -> list[str]:
    return [*traces_in_files(made.home.root.parent), *traces_in_database(place.engine)]


@contextmanager
def _installed(made: Shop, url: str) -> Iterator[Installation]:
    engine = open_database(url)
    try:
        yield Installation(made.home, engine, installation_secret(made.home))
    finally:
        engine.dispose()


@contextmanager
def _schema(server: str) -> Iterator[str]:
    name = f"erasure_{secrets.token_hex(6)}"
    administrator = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.execute(text(f"CREATE SCHEMA {name}"))
        own = make_url(server).update_query_dict({"options": f"-c search_path={name}"})
        yield own.render_as_string(hide_password=False)
        connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
    administrator.dispose()


def main() -> None:
    """Measure on SQLite, and on PostgreSQL where a server is set; of the same shop."""
    given = arguments(__doc__ or "").parse_args()
    results = []
    with tempfile.TemporaryDirectory() as name:
        made = shop(Path(name) / "sqlite", customers=max(150, round(2_000 * given.share)))
        other = replace(made, home=Home(Path(name) / "postgres" / "home"))
        shutil.copytree(made.home.root, other.home.root)
        with _installed(made, database_url(made.home)) as place:
            results += measured(made, place, kind="SQLite")
            results += stays_out(made, place)
        if server := os.environ.get(_SERVER):
            with _schema(server) as url, _installed(other, url) as place:
                results += measured(other, place, kind="PostgreSQL")
    report(results, given.json)


if __name__ == "__main__":
    main()
