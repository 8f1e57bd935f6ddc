"""Versions that change under load (R2), and the way back (R3): is every answer right, and how long does it take.

A service of two processes answers eight callers while the pointer moves between states whose answers are known. Then the live
model is rolled back by the command, and the service is started with its newest state damaged; MLflow's address is a closed port.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.asking import Asked, callers, lifecycle, service, wait_until_settled
from benchmarks.goals import Result, arguments, report
from benchmarks.live_states import Publisher
from features.home import Home
from features.times import Timestamp
from models.bundle import Live, read_bundle
from models.bundle.signing import load_public_key
from serving.database import database_url, keys, open_database
from training.publishing.ledger import LedgerEntry, move_live

SWAPS = 50
CALLERS = 8
CUSTOMER = "c1"
_LIMIT_SECONDS = 5.0


@dataclass
class Installation:
    """A folder with an installation, its signing key and an API key, and no MLflow to be reached."""

    publisher: Publisher
    secret: str

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment of commands on this installation."""
        return {
            **os.environ,
            "LIFECYCLE_REQUESTS_PER_MINUTE": "100000000",
            "LIFECYCLE_HOME": str(self.publisher.home.root),
            "LIFECYCLE_SIGNING_KEY": str(self.publisher.signing_key),
            "MLFLOW_TRACKING_URI": "http://127.0.0.1:9",
        }

    @property
    def asked(self) -> Asked:
        """Return what callers ask: as often as they can."""
        return Asked(CUSTOMER, self.secret, CALLERS)

    def make_live(self, live: Live, at: Timestamp) -> None:
        """Move the pointer as a promotion does, with its line in the ledger."""
        home = self.publisher.home
        models = dict(read_bundle(home, str(live.bundle), public_key=load_public_key(home)).models)
        move_live(home, LedgerEntry(at, "promote", live, models, model="churn"))


def main() -> None:
    """Run both campaigns."""
    options = arguments(__doc__ or "").parse_args()
    with tempfile.TemporaryDirectory() as folder:
        installation = new_installation(Path(folder))
        swaps = swap_campaign(installation, count=max(2, round(SWAPS * options.share)))
        back = rollback_seconds(installation)
        start = start_seconds(installation)
    report(
        [swaps, _within("R3a", "rollback without MLflow", back), _within("R3b", "start from the last good state", start)],
        options.json,
    )


def new_installation(folder: Path) -> Installation:
    """Make an installation with one live state."""
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    engine = open_database(database_url(publisher.home))
    secret = keys.create_key(engine, name="benchmark", scopes=["read"], created_at=0).secret
    engine.dispose()
    installation = Installation(publisher, secret)
    installation.make_live(publisher.store({CUSTOMER: 0.995}), at=0)
    return installation


def swap_campaign(installation: Installation, *, count: int) -> Result:
    """Swap `count` times under load; each answer must be that of exactly one published version."""
    expected = {}
    with service(installation.environment) as port, callers(installation.asked, port) as asking:
        for number in range(1, count + 1):
            live = installation.publisher.store({CUSTOMER: number / 100})
            expected[str(live.bundle)] = number / 100
            installation.make_live(live, at=number)
            wait_until_settled(asking[0].latest, str(live.bundle))
    seen = {(bundle, answer) for caller in asking for bundle, _, answer in caller.seen if answer != 0.995}
    wrong, errors = seen - set(expected.items()), [error for caller in asking for error in caller.errors]
    answers = sum(caller.answers for caller in asking)
    figure = f"{len(errors)} errors, {len(wrong)} mixed, {len(seen)} of {count} versions seen in {answers:,} answers"
    for error in sorted(set(errors))[:5]:
        print(error)
    holds = not errors and not wrong and len(seen) == count
    return Result(
        "R2", "hot swaps under load", figure, f"{count} swaps, 0 errors, 0 mixed", holds, f"{CALLERS} callers, 2 processes"
    )


def rollback_seconds(installation: Installation) -> float:
    """Return the seconds from giving the command to answers by the earlier version only."""
    with service(installation.environment) as port, callers(installation.asked, port) as asking:
        earlier = installation.publisher.store({CUSTOMER: 0.77})
        for at, live in enumerate((earlier, installation.publisher.store({CUSTOMER: 0.88})), start=1000):
            installation.make_live(live, at=at)
            wait_until_settled(asking[0].latest, str(live.bundle))
        began = time.perf_counter()
        subprocess.run(lifecycle("rollback", "churn"), env=installation.environment, check=True, stdout=subprocess.DEVNULL)
        wait_until_settled(asking[0].latest, str(earlier.bundle))
        return time.perf_counter() - began


def start_seconds(installation: Installation) -> float:
    """Return the seconds from the start to the first answer, with the newest predictions damaged on disk."""
    live = installation.publisher.store({CUSTOMER: 0.99})
    installation.make_live(live, at=2000)
    predictions = installation.publisher.home.predictions / str(live.predictions) / "predictions.npy"
    predictions.write_bytes(predictions.read_bytes()[:-3])
    began = time.perf_counter()
    with service(installation.environment):
        return time.perf_counter() - began


def _within(goal: str, name: str, seconds: float) -> Result:
    return Result(
        goal,
        name,
        f"{seconds:.2f} s",
        f"under {_LIMIT_SECONDS:g} s",
        seconds < _LIMIT_SECONDS,
        "2 processes, MLflow's port closed",
    )


if __name__ == "__main__":
    main()
