"""Whom the live offers of a small shop miss: from what is published, as a report, a page and a text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from features.home import Home
from features.reports.value_finder import FinderReport
from lifecycle import policy
from models.bundle.sealed import seal
from models.decision import OfferEvidence
from models.offer import OfferKnowledge
from training.value_finder.find import UnknownContext, evidence_of, find


@pytest.fixture(scope="module")
def found(twice_promoted_shop: Any) -> FinderReport:
    return find(twice_promoted_shop.home)


def test_every_customer_stands_in_one_stage_and_falls_once_for_every_offer(found: FinderReport) -> None:
    assert found.customers == sum(stage.customers for stage in found.stages) > 100
    for stage in found.stages:
        assert stage.nothing_relevant + stage.held_back + stage.not_worth_it + stage.offered == stage.customers
    for fate in found.offers:
        assert sum(fate.withheld.values()) + fate.passes == found.customers


def test_wins_agree_with_those_who_are_offered_something(found: FinderReport) -> None:
    assert sum(fate.wins for fate in found.offers) == sum(stage.offered for stage in found.stages)
    assert {fate.offer_id for fate in found.never_winning} == {fate.offer_id for fate in found.offers if not fate.wins}


def test_without_an_offer_model_it_says_that_estimates_are_presumed(found: FinderReport) -> None:
    assert any("No offer model is live" in note for note in found.notes)


def test_the_evidence_of_the_live_offer_model_is_read_as_the_model_keeps_it(tmp_path: Path) -> None:
    evidence = {"gift": OfferEvidence(300, 210, mature=True, ramp=1.0, spread=0.1, effect="measured")}

    def fill(folder: Path) -> None:
        for name, content in OfferKnowledge(evidence, {}).to_files().items():
            (folder / name).write_bytes(content)

    sha = seal(Home(tmp_path).models, {}, fill)

    assert evidence_of(Home(tmp_path), {"offer": sha}) == evidence
    assert evidence_of(Home(tmp_path), {}) == {}


def test_an_occasion_nobody_named_is_refused_with_those_there_are(promoted: Any) -> None:
    with pytest.raises(UnknownContext, match="found by_pigeon"):
        find(promoted.home, context="by_pigeon")


def test_the_report_says_the_same_once_it_was_kept(found: FinderReport) -> None:
    assert FinderReport.from_json(found.to_json()) == found


@pytest.fixture
def run(promoted: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("LIFECYCLE_HOME", str(promoted.home.root))

    def invoked(*arguments: str) -> Result:
        app = typer.Typer()
        policy.register(app)
        return CliRunner().invoke(app, ["policy", "find", *arguments])

    return invoked


def test_the_command_writes_the_page_and_prints_the_report(run: Any, promoted: Any) -> None:
    told, plain = run(), run("--json")

    assert (told.exit_code, plain.exit_code) == (0, 0), told.exception
    assert "By stage" in told.stdout
    assert json.loads(plain.stdout) == json.loads((promoted.home.reports / "value_finder.json").read_bytes())
    assert (promoted.home.reports / "value_finder.html").read_text().count("<svg") == 2
