"""That one command reports the KPIs of a company: broken limits first, a page with its tables, and JSON for programs."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import typer
from pydantic import SecretStr
from typer.testing import CliRunner

from features.company.service_limits import KPIS
from features.contracts.schemas import delivered_schema
from features.contracts.sources import OFFERS
from features.home import Home
from features.log.intake import Receipt, append
from features.log.manifest import LogMissing
from features.log.store import EventLog
from features.reports.stages import read_stages_report
from features.times import parse_time
from lifecycle import report
from lifecycle.company import shipped_company, take_into_use_if_none_is
from lifecycle.report import NoPage
from lifecycle.settings import Settings
from lifecycle.simulate import simulate_into
from training.publishing.scene import NoCompany


def run(*arguments: str):
    app = typer.Typer()
    app.callback()(lambda: None)
    report.register(app)
    return CliRunner().invoke(app, ["report", *arguments])


@dataclass(frozen=True)
class Reported:
    """A company reported on once: its home, what the command said, and the page."""

    home: Home
    text: str
    page: Path


@pytest.fixture(scope="module")
def reported(tmp_path_factory) -> Reported:
    folder = tmp_path_factory.mktemp("report_command")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        simulate_into(Home(folder), customers=200, seed=4, years=2)
        patch.setenv("LIFECYCLE_HOME", str(folder))
        done = run("--out", str(folder / "kpis.html"))
    assert done.exception is None, done.exception
    return Reported(Home(folder), done.stdout, folder / "kpis.html")


def test_offers_drained_today_do_not_make_everybody_else_look_gone(reported: Reported, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(reported.home.root, home.root)
    today = parse_time("2026-11-30")
    empty = pd.DataFrame(columns=list(delivered_schema(OFFERS).names))
    append(home, {"offers": empty}, receipt=Receipt(today, known_at="given", observed_until={"offers": today}))

    assert EventLog.open(home).manifest.observed_until["offers"] == today
    assert report.moment_reached(home) == parse_time("2026-01-01")


def test_broken_limits_are_told_first_and_notes_last(reported: Reported) -> None:
    order = [reported.text.find(word) for word in ("Breached", "Kept", "Note: clv_to_cac")]

    assert -1 not in order
    assert order == sorted(order)
    assert "as of 2026-01-01T00:00:00Z" in reported.text


def test_the_page_loads_nothing_and_every_table_it_links_to_is_there(reported: Reported) -> None:
    text = reported.page.read_text()
    linked = re.findall(r'href="(kpis/[a-z0-9_]+\.csv)"', text)

    assert "<script" not in text
    assert len(linked) == len(set(linked)) > 20
    assert all((reported.page.parent / link).is_file() for link in linked)
    assert text.count("<svg") >= 15


def test_the_report_for_programs_holds_every_kpi_of_every_stage(reported: Reported) -> None:
    stages = read_stages_report(reported.home)

    assert [stage.stage for stage in stages.stages] == ["introduction", "growth", "maturity", "decline", "lapsed"]
    assert all([line.kpi for line in stage.kpis] == list(KPIS) for stage in stages.stages)
    assert sum(stage.customers for stage in stages.stages) == stages.customers == 200


def test_what_the_guard_held_back_is_told_where_decisions_are_made_and_unknown_elsewhere(reported: Reported, monkeypatch) -> None:
    monkeypatch.setenv("LIFECYCLE_HOME", str(reported.home.root))
    settings, nowhere = Settings(), f"sqlite:///{reported.home.root / 'other.db'}"

    unknown = report._recorded(settings, currency="EUR", until=0).held_back
    none_yet = report._recorded(
        settings.model_copy(update={"database_url": SecretStr(nowhere)}), currency="EUR", until=0
    ).held_back

    assert (read_stages_report(reported.home).held_back, unknown, none_yet) == (None, None, [])


def test_nothing_personal_stands_in_any_file(reported: Reported) -> None:
    files = [reported.page, *reported.page.with_suffix("").glob("*.csv"), reported.home.reports / "stages.json"]

    for path in files:
        assert not re.search(r"\bc\d{6}\b", path.read_text()), path


def test_the_table_behind_a_chart_is_what_the_report_says(reported: Reported) -> None:
    by_month = pd.read_csv(reported.page.with_suffix("") / "kpis_by_month.csv")
    volume = pd.read_csv(reported.page.with_suffix("") / "volume_by_channel.csv")

    opened = volume[volume["month"].between("2025-10", "2025-12")]["value"].sum()
    line = next(line for line in read_stages_report(reported.home).everybody if line.kpi == "tickets_per_customer")
    assert line.count <= opened
    assert by_month["customers"].min() >= 1
    assert set(by_month["kpi"]) <= set(KPIS)


def test_an_earlier_moment_and_json_are_told_alike(reported: Reported, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("LIFECYCLE_HOME", str(shutil.copytree(reported.home.root, tmp_path / "home")))
    monkeypatch.setattr("training.kpis.page.write_page", lambda _, path: path)  # drawn once above

    answer = json.loads(run("--as-of", "2025-11-16", "--months", "3", "--json").stdout)

    assert answer["as_of"] == "2025-11-16T00:00:00Z"
    assert "2025-11 is not over: it is in no rate" in answer["notes"]
    assert answer["page"].endswith("reports/kpis.html")
    assert {line["until"] for line in answer["everybody"] if line["kpi"] == "csat"} == {"2025-11-01T00:00:00Z"}


def test_a_page_that_is_no_html_file_is_refused(reported: Reported, monkeypatch) -> None:
    monkeypatch.setenv("LIFECYCLE_HOME", str(reported.home.root))

    assert isinstance(run("--out", "kpis.pdf").exception, NoPage)


def test_without_a_company_or_a_log_the_remedy_is_named(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path))
    nobody = run().exception
    take_into_use_if_none_is(Home(tmp_path), shipped_company("default"), at=0)
    empty = run().exception

    assert isinstance(nobody, NoCompany)
    assert isinstance(empty, LogMissing)
