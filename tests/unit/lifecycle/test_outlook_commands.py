"""What is said of new customers and of next needs: the list, what its customers share, and how far it can be trusted."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from features.company import default_company_text, read_company, store_company
from features.home import Home
from features.times import parse_time
from lifecycle.__main__ import app
from models.bundle import Live, write_live
from models.lookalikes import Trait
from training.contest import Tables
from training.measures.resamples import Estimate
from training.publishing.files import UnknownFormat
from training.questions import lookalikes
from training.questions.lookalikes import VALUE_SO_FAR, LookAlike, LookAlikes

TRAIT = Trait("purchases_days_30d", 8.0, 2.0, 0.8)
MEASURED = {"auc": Estimate(0.81, 0.78, 0.84), "lift_top_decile": Estimate(3.7, 3.1, 4.2)}


def found(*, better_by: float) -> LookAlikes:
    difference = {VALUE_SO_FAR: {"auc": Estimate(better_by, better_by - 0.01, better_by + 0.01)}}
    tables = Tables({"recipe": MEASURED, VALUE_SO_FAR: MEASURED}, difference, [])
    customers = (LookAlike("c7", 0.62, (TRAIT,)), LookAlike("c9", 0.4, ()))
    return LookAlikes(parse_time("2026-01-01"), 90, 40, 900, (TRAIT,), tables, customers)


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home = Home(tmp_path / "home")
    write_live(home, Live(company=store_company(home, read_company(default_company_text("activity")))))

    def asked(*arguments: str, better_by: float = 0.006):
        monkeypatch.setattr(lookalikes, "find_look_alikes", lambda *_, **__: found(better_by=better_by))
        return CliRunner().invoke(app, list(arguments), env={"LIFECYCLE_HOME": str(home.root)})

    return asked


def test_a_list_that_ranks_no_better_than_value_so_far_says_so(ask):
    said = ask("look-alikes").stdout

    assert "not shown to rank new customers better" in said
    assert "purchases_days_30d: 8 against 2" in said
    assert said.index("c7") < said.index("c9")


def test_a_list_that_ranks_better_says_so(ask):
    assert "not shown" not in ask("look-alikes", better_by=0.05).stdout
    assert json.loads(ask("look-alikes", "--json", better_by=0.05).stdout)["beats_value_so_far"] is True


def test_the_whole_list_is_written_with_what_each_shares(ask, tmp_path):
    ask("look-alikes", "--out", str(tmp_path / "list.csv"))

    table = pd.read_csv(tmp_path / "list.csv")

    assert table["customer_id"].tolist() == ["c7", "c9"]
    assert table["shares"][0] == "purchases_days_30d"


@pytest.mark.parametrize("command", ["look-alikes", "needs"])
def test_a_file_of_no_known_format_is_refused_before_anything_is_learned(ask, tmp_path, command):
    refused = ask(command, "--out", str(tmp_path / "list.xlsx"))

    assert isinstance(refused.exception, UnknownFormat)
    assert not list(tmp_path.glob("list.*"))
