"""What a person reads of a back-test: the gist first, then what it rests on, then the figures with their intervals."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from features.home import Home
from lifecycle import backtest as backtest_command
from lifecycle.simulate import simulate_into
from models.learners.boosting import BoostingPreset
from training.publishing.scene import NoCompany, company_in_use
from training.questions.churn.question import ChurnQuestion
from training.train import TrainingRun, train


def run(home: Home, *arguments: str) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    backtest_command.register(app)
    return CliRunner().invoke(app, ["backtest", *arguments], env={"LIFECYCLE_HOME": str(home.root)})


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("backtest"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        simulate_into(home, customers=250, seed=3, years=2)
        train(home, ChurnQuestion(company_in_use(home), BoostingPreset(leaves=4, rounds=15, bag=1)), run=TrainingRun(1))
    return home


@pytest.fixture(scope="module")
def told(simulated: Home) -> Result:
    return run(simulated, "--months", "6", "--capacity", "20")


def test_the_gist_comes_first_and_what_it_rests_on_before_the_figures(told: Result) -> None:
    assert told.exit_code == 0, told.exception
    first, *_ = told.stdout.splitlines()
    assert first.startswith("Of those on the model's list ")
    assert told.stdout.index("What it rests on") < told.stdout.index("Lists of 6 months")
    assert "incrementality of the offer retention_discount" in told.stdout


def test_every_method_is_told_with_intervals_and_the_page_is_named(told: Result, simulated: Home) -> None:
    lists = told.stdout[told.stdout.index("Lists of") : told.stdout.index("The model by stage")]

    assert all(name in lists for name in ("health index", "days since last activity", "RFMT", "RFM logistic", "at random"))
    assert lists.count("[") >= 15
    assert told.stdout.splitlines()[-1].endswith(str(simulated.reports / "backtest.html"))


def test_offers_made_to_those_who_left_are_told_with_how_many_got_nothing(told: Result) -> None:
    assert "offered within the horizon: " in told.stdout
    assert "nothing to " in told.stdout


def test_as_json_it_is_the_report_that_lies_below_reports(simulated: Home) -> None:
    result = run(simulated, "--months", "2", "--capacity", "500", "--save-share", "0.5", "--contact-cost", "1", "--json")

    report = json.loads(result.stdout)
    assert report == json.loads((simulated.reports / "backtest.json").read_text())
    assert report["terms"]["sources"]["save_share"] == "as asked for"
    assert "In 2 of 2 months no more customers were at risk than can be called (500)" in " ".join(report["notes"])


def test_without_a_company_file_in_use_it_says_what_to_do(tmp_path: Path) -> None:
    result = run(Home(tmp_path / "empty"))

    error: Any = result.exception
    assert isinstance(error, NoCompany)
