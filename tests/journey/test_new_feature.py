"""A new feature takes one declaration: the snapshot, the page, the rules and the row of one customer have it, untold."""

from __future__ import annotations

import json

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

import features.catalogue
from benchmarks.leakage import AS_OF, random_rows
from features.catalogue import declared
from features.company import default_company_text, read_company
from features.contracts.sources import SOURCES
from features.definitions import support
from features.engine.compute import compute_customer
from features.home import Home
from features.language.feature import Feature, Reading
from features.language.formulas import Rows
from features.log import EventLog
from features.log.intake import Receipt, append
from features.snapshot import read_snapshot
from features.times import DAY
from lifecycle import features_group
from serving.door.problems import RequestInvalid
from serving.what_if.supposed import Declared

tickets = Rows("tickets")
NEW = Feature(
    "tickets_about_a_lifetime",
    tickets.count(where=tickets["topic"].equals("a")),
    "Tickets about topic a so far.",
    Reading("tickets"),
)


@pytest.fixture(autouse=True)
def declaration(monkeypatch):
    """The one declaration, as if it had been written into its file before anything was started."""
    monkeypatch.setattr(support, "FEATURES", (*support.FEATURES, NEW))
    monkeypatch.setattr(features.catalogue, "CATALOGUE", declared())
    features.catalogue.catalogue_of.cache_clear()
    yield
    features.catalogue.catalogue_of.cache_clear()


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path))
    random = np.random.default_rng(2)
    rows = {name: random_rows(SOURCES[name], random, customers=20) for name in ("customers", "tickets")}
    receipt = Receipt(received_at=AS_OF + 100 * DAY, known_at="given", observed_until=dict.fromkeys(rows, AS_OF))
    append(Home(tmp_path), rows, receipt=receipt)
    return Home(tmp_path)


def lifecycle_features(*arguments):
    app = typer.Typer()
    features_group.register(app)
    return CliRunner().invoke(app, ["features", *arguments]).stdout


def test_it_is_in_the_snapshot_and_equal_in_the_row_of_one_customer(home):
    told = json.loads(lifecycle_features("--json"))
    snapshot = read_snapshot(home.snapshots / told["path"].rpartition("/")[2])

    log = EventLog.open(home)
    for customer_id, computed in snapshot[NEW.name].items():
        own = {name: log.customer(name, customer_id) for name in ("customers", "tickets")}
        row = compute_customer(declared(), own, [AS_OF])[0]
        assert row[declared().names.index(NEW.name)] == computed
    assert snapshot[NEW.name].nunique() > 1


def test_it_is_on_the_page_and_in_the_description():
    assert f"### `{NEW.name}`\n\n{NEW.meaning}" in lifecycle_features("describe")
    described = json.loads(lifecycle_features("describe", "--json"))["features"]
    assert NEW.describe() in described


def test_a_what_if_may_suppose_it_within_its_range():
    known = Declared(read_company(default_company_text("default")).catalogue)

    row = known.supposed({NEW.name: 3.0}, []).row(np.zeros((1, len(known.places)), np.float32))

    assert row[0, known.places[NEW.name]] == 3.0
    with pytest.raises(RequestInvalid):
        known.supposed({NEW.name: -1.0}, [])


def test_a_rule_of_the_company_file_may_name_it():
    text = default_company_text("default").replace("tickets_open > 0 OR", f"{NEW.name} > 9 OR tickets_open > 0 OR", 1)

    assert NEW.name in read_company(text).catalogue.names
