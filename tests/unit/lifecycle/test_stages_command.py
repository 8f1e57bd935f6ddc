from __future__ import annotations

import json
import os

import pytest
import typer
from typer.testing import CliRunner

from features.home import Home
from features.log.manifest import LogMissing
from features.stages.standing import NotACustomer
from lifecycle import stages
from lifecycle.company import shipped_company, take_into_use_if_none_is
from lifecycle.simulate import simulate_into

AS_OF = "2025-12-17"


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("stages_command"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        simulate_into(home, customers=60, seed=2, years=1)
        patch.setenv("LIFECYCLE_HOME", str(home.root))
        run("--as-of", AS_OF)
    return home


def run(*arguments):
    app = typer.Typer()
    app.callback()(lambda: None)
    stages.register(app)
    return CliRunner().invoke(app, ["stages", *arguments])


@pytest.fixture
def home(simulated, monkeypatch):
    monkeypatch.setenv("LIFECYCLE_HOME", str(simulated.root))
    return simulated


@pytest.mark.usefixtures("home")
def test_everybody_is_counted_in_every_stage_set():
    answer = json.loads(run("--as-of", AS_OF, "--json").stdout)

    assert list(answer["stage_sets"]) == ["growth_curve", "funnel", "success_phases"]
    for table in answer["stage_sets"].values():
        assert sum(table["counts"].values()) == answer["customers"]
    assert answer["newest_monday"] == "2025-12-15T00:00:00Z"


@pytest.mark.usefixtures("home")
def test_people_are_told_the_same_in_words():
    text = run("--as-of", AS_OF).stdout

    assert "moved: since Monday 2025-12-15" in text
    assert "introduction" in text
    assert "health:" in text


@pytest.mark.usefixtures("home")
def test_one_customer_has_stages_with_evidence_health_and_rfmt():
    answer = json.loads(run("--as-of", AS_OF, "--customer", "c000000", "--json").stdout)

    for stage in answer["stages"].values():
        assert stage["history"][-1]["stage"] == stage["current"]
        assert stage["history"][-1]["until"] is None
        assert stage["evidence"]
    assert {"score", "band", "components"} == set(answer["health"])
    assert 0 <= answer["rfmt"]["score"] <= 100


@pytest.mark.usefixtures("home")
def test_one_customer_is_told_of_in_words():
    text = run("--as-of", AS_OF, "--customer", "c000000").stdout

    assert "growth_curve: " in text
    assert " to now" in text
    assert "RFMT: " in text


@pytest.mark.usefixtures("home")
def test_a_stranger_is_not_found():
    refusal = run("--as-of", AS_OF, "--customer", "stranger")

    assert isinstance(refusal.exception, NotACustomer)


def test_without_a_company_in_use_the_answer_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path))

    refusal = run()

    assert isinstance(refusal.exception, stages.NoCompanyInUse)
    assert "lifecycle company use FILE" in str(refusal.exception)


def test_without_a_log_the_answer_says_so(tmp_path, monkeypatch):
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path))
    take_into_use_if_none_is(Home(tmp_path), shipped_company("default"), at=0)

    assert isinstance(run().exception, LogMissing)
