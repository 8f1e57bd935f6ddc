from __future__ import annotations

import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from benchmarks.leakage import AS_OF, random_rows
from features.catalogue import CATALOGUE
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.intake import Receipt, append
from features.log.manifest import LogMissing
from features.snapshot import read_snapshot
from features.times import DAY, HOUR
from lifecycle import features_group


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path))
    return Home(tmp_path)


@pytest.fixture
def filled(home):
    random = np.random.default_rng(1)
    rows = {name: random_rows(SOURCES[name], random, customers=5) for name in ("customers", "usage")}
    observed = {"customers": AS_OF + 30 * HOUR, "usage": AS_OF + 5 * HOUR}
    append(home, rows, receipt=Receipt(received_at=AS_OF + 100 * DAY, known_at="given", observed_until=observed))
    return home


def run(*arguments):
    app = typer.Typer()
    features_group.register(app)
    return CliRunner().invoke(app, ["features", *arguments])


@pytest.mark.usefixtures("filled")
def test_by_default_the_features_are_of_the_newest_midnight_all_sources_reach():
    answer = json.loads(run("--json").stdout)

    assert answer["as_of"] == "2024-03-01T00:00:00Z"
    assert answer["features"] == len(CATALOGUE.names)


def test_a_date_may_be_named_and_the_snapshot_is_where_the_answer_says(filled):
    answer = json.loads(run("--as-of", "2024-02-01", "--json").stdout)

    frame = read_snapshot(filled.snapshots / answer["path"].rpartition("/")[2])
    assert len(frame) == answer["customers"] > 0


@pytest.mark.usefixtures("filled")
def test_a_moment_before_anybody_was_known_is_refused():
    refusal = run("--as-of", "1960-01-01")

    assert isinstance(refusal.exception, features_group.NobodyKnown)
    assert "found nobody as of 1960-01-01" in str(refusal.exception)


@pytest.mark.usefixtures("filled")
def test_people_are_told_how_many_customers():
    result = run("--as-of", "2024-02-01")

    assert f"customers, {len(CATALOGUE.names)} features" in result.stdout
    assert "features as of 2024-02-01T00:00:00Z" in result.stderr


def test_without_a_log_the_answer_says_what_to_do(home):
    result = run()

    assert isinstance(result.exception, LogMissing)
    assert not home.snapshots.exists()


def test_every_feature_is_described():
    described = json.loads(run("describe", "--json").stdout)

    assert [feature["name"] for feature in described["features"]] == list(CATALOGUE.names)
    assert described["signature"] == CATALOGUE.signature


def test_the_description_for_people_is_a_page():
    assert "## `usage_count_30d`" in run("describe").stdout


@pytest.mark.usefixtures("filled")
def test_a_moment_no_source_has_reached_is_refused_before_a_snapshot_of_it_can_be_served(home):
    refusal = run("--as-of", "2031-01-01")

    assert isinstance(refusal.exception, features_group.BeyondTheLog)
    assert "at most 2024-03-02T" in str(refusal.exception)
    assert not list(home.snapshots.glob("*"))
