"""That held sources make the command exit with 9, and that an admin alone lets them through, with a reason."""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path

import pyarrow as pa
import pytest
import typer
from typer.testing import CliRunner

from features.home import Home
from features.log.intake import Receipt, append
from features.times import DAY, HOUR, to_timestamp
from lifecycle import policy
from lifecycle.admin import NotAnAdmin
from lifecycle.console import SOMEBODY_MUST_LOOK
from lifecycle.feedback import AdminNeeded, SourceHeld
from serving.database import database_url, keys, open_database
from training.feedback.releases import ReleaseWithoutReason

DECIDED = 20_000 * DAY
TIME = pa.timestamp("us", "UTC")
RELEASE = ("--release", "agent:bad", "--reason", "heard the calls")


@pytest.fixture
def home():
    home = Home(Path(os.environ["LIFECYCLE_HOME"]))
    agents = [f"a{number % 8}" for number in range(400)] + ["bad"] * 400
    yes = [number % 40 < 8 for number in range(400)] + [True] * 400
    count = len(agents)
    rows = pa.table(
        {
            "customer_id": [f"c{number}" for number in range(count)],
            "exposure_id": [f"d{number}/1" for number in range(count)],
            "decided_at": pa.array([DECIDED] * count, TIME),
            "decision_id": [f"d{number}" for number in range(count)],
            "rank": pa.array([1.0] * count),
            "offer_id": ["gift"] * count,
            "arm": ["policy"] * count,
            "agent_id": agents,
            "shown_at": pa.array([DECIDED + HOUR] * count, TIME),
            "outcome": ["accepted" if one else "declined" for one in yes],
            "outcome_at": pa.array([DECIDED + HOUR] * count, TIME),
            "known_at": pa.array([DECIDED + 2 * HOUR] * count, TIME),
        }
    )
    absent = {"kind", "channel", "key_id", "outcome_reason"}
    for name in absent:
        rows = rows.append_column(name, pa.nulls(count, pa.string()))
    for name in ("selection_probability", "reward"):
        rows = rows.append_column(name, pa.nulls(count, pa.float64()))
    rows = rows.append_column("reward_at", pa.nulls(count, TIME))
    append(home, {"offers": rows}, receipt=Receipt(DECIDED + DAY, "given"))
    return home


def run(*words):
    app = typer.Typer()
    policy.register(app)
    return CliRunner().invoke(app, ["policy", "feedback", *words, "--json"])


def present_key(home, monkeypatch, scope):
    engine = open_database(database_url(home))
    now = to_timestamp(dt.datetime.now(dt.UTC))
    made = keys.create_key(engine, name="k", scopes=[scope], created_at=now)
    engine.dispose()
    monkeypatch.setenv("LIFECYCLE_ADMIN_KEY", made.secret)
    return made.id


@pytest.mark.usefixtures("home")
def test_a_held_source_is_told_and_somebody_must_look():
    done = run()

    assert isinstance(done.exception, SourceHeld)
    assert done.exception.exit_code == SOMEBODY_MUST_LOOK
    assert [held["source"] for held in json.loads(done.stdout)["held"]] == ["agent:bad"]


def test_without_an_admins_key_nobody_is_released(home, monkeypatch):
    assert isinstance(run(*RELEASE).exception, AdminNeeded)

    present_key(home, monkeypatch, "decide")

    assert isinstance(run(*RELEASE).exception, NotAnAdmin)
    assert isinstance(run().exception, SourceHeld)


def test_a_key_that_is_none_of_ours_is_named_by_where_it_stands(monkeypatch):
    monkeypatch.setenv("LIFECYCLE_ADMIN_KEY", "lck_wrong")

    assert isinstance(refusal := run(*RELEASE).exception, NotAnAdmin)
    assert str(refusal).startswith("LIFECYCLE_ADMIN_KEY: needed a valid API key")


def test_an_admin_releases_a_source_with_a_reason_that_is_kept(home, monkeypatch):
    admin = present_key(home, monkeypatch, "admin")
    assert isinstance(run("--release", "agent:bad").exception, ReleaseWithoutReason)

    done = run(*RELEASE)

    assert done.exit_code == 0, done.output
    (kept,) = json.loads(done.stdout)["releases"]
    assert (kept["source"], kept["admin"], kept["reason"]) == ("agent:bad", admin, "heard the calls")
    assert run().exit_code == 0
