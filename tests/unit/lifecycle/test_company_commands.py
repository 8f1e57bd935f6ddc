from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from features.company import CompanyInvalid, default_company_text
from features.home import Home
from lifecycle import company
from models.bundle import read_live


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "company.toml"
    path.write_text(default_company_text("default"), encoding="utf-8")
    return path


def run(*arguments: str) -> Result:
    app = typer.Typer()
    company.register(app)
    return CliRunner().invoke(app, ["company", *arguments])


def test_a_company_file_that_holds_is_summed_up(file: Path) -> None:
    result = run("check", str(file))

    assert result.exit_code == 0
    assert "the company file holds" in result.stdout
    assert "retention_discount" in result.stdout
    assert "account_setup by day 7" in result.stdout
    assert "features    257;" in result.stdout


def test_the_summary_is_also_for_programs(file: Path) -> None:
    summary = json.loads(run("check", str(file), "--json").stdout)

    assert summary["valid"] is True
    assert summary["stage_sets"]["funnel"] == ["reach", "acquisition", "conversion", "retention", "loyalty"]
    assert len(summary["sha256"]) == 64


def test_every_fault_is_refused_at_once_with_exit_code_2(file: Path) -> None:
    file.write_text('currency = "euro"\nzap = 1\n', encoding="utf-8")

    refused = run("check", str(file)).exception

    assert isinstance(refused, CompanyInvalid)
    assert refused.exit_code == 2
    assert "line 1: currency: needed a currency" in str(refused)
    assert "line 2: zap: needed a known key" in str(refused)


def test_the_faults_are_also_for_programs(file: Path) -> None:
    file.write_text('currency = "euro"\nzap = 1\n', encoding="utf-8")

    result = run("check", str(file), "--json")

    answer = json.loads(result.stdout)
    assert (result.exit_code, answer["valid"]) == (2, False)
    assert {"line": 2, "place": "zap", "needed": "a known key", "found": "'zap'"} in answer["faults"]


def test_a_company_comes_into_use_where_nothing_is_promoted(file: Path) -> None:
    home = Home(Path(os.environ["LIFECYCLE_HOME"]))

    answer = json.loads(run("use", str(file), "--json").stdout)

    live = read_live(home)
    assert live is not None
    assert (live.company, live.bundle) == (answer["sha256"], None)
    assert (home.companies / f"{live.company}.toml").read_bytes() == file.read_bytes()


def test_a_company_file_with_a_fault_changes_nothing(file: Path) -> None:
    home = Home(Path(os.environ["LIFECYCLE_HOME"]))
    file.write_text("zap = 1\n", encoding="utf-8")

    assert isinstance(run("use", str(file)).exception, CompanyInvalid)
    assert read_live(home) is None
    assert not home.companies.exists()
