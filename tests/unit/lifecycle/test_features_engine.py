"""What `--engine spark` says where Spark cannot start; where it can is in `tests/journey/test_spark.py`."""

from __future__ import annotations

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from benchmarks.leakage import AS_OF, random_rows
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.intake import Receipt, append
from features.spark import session
from features.spark.session import SparkMissing
from lifecycle import features_group


@pytest.fixture(autouse=True)
def filled(tmp_path, monkeypatch):
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path))
    rows = {"customers": random_rows(SOURCES["customers"], np.random.default_rng(1), customers=3)}
    append(Home(tmp_path), rows, receipt=Receipt(received_at=AS_OF, known_at="given"))


def refusal():
    app = typer.Typer()
    features_group.register(app)
    return CliRunner().invoke(app, ["features", "--engine", "spark"]).exception


def test_without_pyspark_the_answer_is_the_command_that_brings_it(monkeypatch):
    monkeypatch.setattr(session, "find_spec", lambda _: None)

    assert isinstance(found := refusal(), SparkMissing)
    assert "pip install 'lifecycle[spark]'" in str(found)


@pytest.mark.parametrize("home", [None, "/nowhere"])
def test_without_java_the_answer_says_where_it_was_looked_for(monkeypatch, home):
    monkeypatch.setattr(session, "find_spec", lambda _: object())
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("JAVA_HOME", home) if home else monkeypatch.delenv("JAVA_HOME", raising=False)

    assert isinstance(found := refusal(), SparkMissing)
    assert f"below JAVA_HOME={home}" if home else "in PATH" in str(found)
    assert "openjdk-17-jre-headless" in str(found)
