"""A new company file valued by the decisions of a small simulated company, or refused in words."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from features.company import Company, default_company_text, read_company
from features.home import Home
from features.reports.policy import PolicyReport
from features.times import parse_time
from lifecycle import policy
from lifecycle.policy import CannotBeValued
from lifecycle.simulate import simulate_into
from training.policies import learning
from training.policies.evaluate import evaluate
from training.policies.period import Period
from training.publishing.score import use_company

NEVER_OFFERED = ("onboarding_call", "annual_plan", "success_review", "referral_invite")


def company_text(**changed: str) -> str:
    """The shipped file with the offers that the simulated company makes, and much drawn by lot."""
    start, *parts = re.split(r"(?=\[\[offers\]\]\n)", default_company_text("default"))
    *offers, last = parts
    last, _, after = last.partition("# Percentages for whole kinds")
    kept = [each for each in (*offers, last) if not any(f'id = "{name}"' in each for name in NEVER_OFFERED)]
    text = f"{start}{''.join(kept)}# Percentages for whole kinds{after}"
    for old, new in {"control_share = 0.05": "control_share = 0.4", **changed}.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


LIVE = company_text()


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("evaluated"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        simulate_into(home, customers=1600, seed=3, years=3)
        use_company(home, read_company(LIVE), at=1)
    return home


def valued(home: Home, new: Company, *, days: int = 730) -> PolicyReport:
    return evaluate(home, new, days=days, learn=lambda *_: None)


@pytest.fixture(scope="module")
def same(simulated: Home) -> PolicyReport:
    """The live file beside itself, read once more."""
    return valued(simulated, read_company(f"{LIVE}\n# read once more\n"))


def test_the_same_file_brings_exactly_as_much_and_nobody_loses(same: PolicyReport) -> None:
    assert (same.verdict, same.changes, same.refusals) == ("no_difference_shown", [], [])
    assert {(each.difference.value, each.difference.low, each.difference.high) for each in same.values} == {(0.0, 0.0, 0.0)}
    assert {each.estimator for each in same.values} == {"ips", "snips", "dr", "switch_dr"}
    assert same.without_offer["live"] == same.without_offer["new"]
    assert sum(each.live for each in same.offers) == pytest.approx(1.0)


def test_it_is_said_what_the_figures_rest_on(same: PolicyReport) -> None:
    assert any("on whichever channel" in each for each in same.assumptions) == (same.compared == "offer")
    assert any("Too little had been answered" in each for each in same.assumptions)
    assert any("One step ahead, contact history as logged" in each for each in same.assumptions)


def test_the_parts_of_the_policy_are_valued_from_what_was_drawn_by_lot(same: PolicyReport) -> None:
    assert [each.name for each in same.split] == ["random_eligible", "gates_only", "effect_only", "no_levers", "full_policy"]
    assert all((each.value is None) == bool(each.why_not) for each in same.split)
    assert {each.decisions for each in same.split} < set(range(50, same.decisions // 2))


def test_offers_nobody_was_ever_offered_leave_too_much_that_the_log_cannot_show(simulated: Home) -> None:
    use_company(simulated, read_company(default_company_text("default")), at=2)
    try:
        report = valued(simulated, read_company(default_company_text("default")))
    finally:
        use_company(simulated, read_company(LIVE), at=3)

    assert (report.verdict, {each.code for each in report.refusals}) == ("refused", {"unsupported_mass"})
    assert report.compared == "offer"
    assert "offers on single channels" in report.assumptions[-1]
    assert (report.values, report.groups, report.split) == ([], [], [])
    assert report.support["new"].unsupported_mass > 0.02


def test_only_customers_whose_history_is_held_are_told_of(simulated: Home) -> None:
    newest = Period.newest(simulated, read_company(LIVE), days=14)
    drawn = replace(newest, history=newest.history.where(newest.history.customer_codes % 2 == 0))

    found = drawn.decided(simulated, read_company(LIVE)).decisions

    assert 0 < len(found) < len(newest.decisions)
    assert found.exposures.equals(drawn.decisions.exposures)


def test_few_decisions_with_a_complete_reward_are_refused_as_immature(simulated: Home) -> None:
    report = valued(simulated, read_company(LIVE), days=7)

    assert [each.code for each in report.refusals] == ["immature"]
    assert "at least 1,000 are needed" in report.refusals[0].text


def test_the_report_says_the_same_once_it_was_kept(same: PolicyReport) -> None:
    assert PolicyReport.from_json(same.to_json()) == same


@pytest.fixture
def run(simulated: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(learning, "offer_model_before", lambda *_: None)
    monkeypatch.setenv("LIFECYCLE_HOME", str(simulated.root))

    def invoked(text: str, *arguments: str) -> Result:
        app = typer.Typer()
        policy.register(app)
        (tmp_path / "new.toml").write_text(text)
        return CliRunner().invoke(app, ["policy", "evaluate", str(tmp_path / "new.toml"), *arguments])

    return invoked


def test_gifts_that_cost_more_than_they_bring_are_told_to_be_worse_with_page_report_and_tables(run: Any, simulated: Home) -> None:
    done = run(
        company_text(**{"[levers]\nkinds = { onboarding = 10.0 }": "[levers]\nkinds = { loyalty = 900.0 }"}), "--days", "730"
    )

    assert done.exit_code == 0, done.exception
    assert done.stdout.startswith("The new company file is worse: -")
    report = PolicyReport.from_json((simulated.reports / "policy.json").read_bytes())
    gift = next(each for each in report.offers if each.offer_id == "loyalty_gift")
    assert report.changes == ["levers: changed"]
    assert gift.new > gift.live
    assert (simulated.reports / "policy.html").read_text().count("<svg") >= 3
    assert {"values", "offers", "split", "support"} <= {each.stem for each in (simulated.reports / "policy").iterdir()}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("contacts = 3, days = 7", "contacts = 9, days = 7", "contact policy differs"),
        ('id = "loyalty_gift"', 'id = "birthday_gift"', "birthday_gift: nobody was ever offered this"),
    ],
)
def test_what_needs_a_live_test_is_refused_with_the_code_of_refusals(run: Any, old: str, new: str, words: str) -> None:
    done = run(company_text(**{old: new}), "--json")

    told = json.loads(done.stdout)
    assert (told["verdict"], told["values"]) == ("refused", [])
    assert words in told["refusals"][0]["text"]
    assert "needs a live test" in told["refusals"][0]["text"]
    assert isinstance(done.exception, CannotBeValued)
    assert done.exception.exit_code == 6


def test_before_enough_had_been_answered_there_is_no_offer_model_to_ask(simulated: Home) -> None:
    assert learning.offer_model_before(simulated, read_company(LIVE), parse_time("2023-03-01")) is None
