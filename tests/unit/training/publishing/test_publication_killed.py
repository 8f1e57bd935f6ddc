"""That a process killed while it publishes leaves the old state or the new one, and that the next one finishes the work."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from typing import Any

import pytest

from features.times import DAY, Timestamp, parse_time
from models.bundle import load_live, load_public_key, read_live
from training.publishing.ledger import read_ledger
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.publishing.rollback import rollback

AT: Timestamp = parse_time("2025-12-25")
PROGRAM = """
import sys
from pathlib import Path
from features.home import Home
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.publishing.rollback import rollback

folder, key, action, at, run_id = sys.argv[1:]
home, act = Home(Path(folder)), Act(Path(key), int(at), "a kill test", "a1")
print("ready", flush=True)
rollback(home, "churn", act=act) if action == "rollback" else promote(home, "churn", act=act, run_id=run_id)
"""


def killed_after(shop: Any, action: str, *, seconds: float, at: Timestamp) -> None:
    words = [str(shop.home.root), str(shop.signing_key), action, str(at), shop.trained.run_id]
    with subprocess.Popen([sys.executable, "-c", PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(seconds)
        process.kill()


@pytest.mark.parametrize(
    ("action", "longest"), [("promote", 1.5), ("promote", 3.0), ("promote", 4.0), ("rollback", 0.05), ("rollback", 0.3)]
)
def test_a_kill_leaves_old_or_new_and_the_next_publication_completes(promoted: Any, action: str, longest: float) -> None:
    before, moves = read_live(promoted.home), read_ledger(promoted.home)
    act = Act(promoted.signing_key, AT + DAY, "again", "a1")

    killed_after(promoted, action, seconds=random.uniform(0, longest), at=AT)  # noqa: S311 no secret hangs on it

    state = load_live(promoted.home, public_key=load_public_key(promoted.home), trial=False)
    done = read_ledger(promoted.home)[len(moves) :]
    assert [entry.live for entry in done] == ([] if state.live == before else [state.live])
    if action == "promote" or not done:
        again = (
            promote(promoted.home, "churn", act=act, run_id=promoted.trained.run_id)
            if action == "promote"
            else rollback(promoted.home, "churn", act=act)
        )
        assert read_live(promoted.home) == again.live == read_ledger(promoted.home)[-1].live
        assert again.models == {"churn": promoted.trained.model_sha}
