"""The log without a person is the log that never had them, in every byte that is left; and says which models knew them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.canary import traces_in_files
from features.erasing.log import LogErased, erase_from_log
from features.home import Home
from features.log.intake import Receipt, append
from features.log.manifest import LogManifest
from features.log.store import EventLog, verify_log
from features.times import DAY, parse_time

START = parse_time("2026-01-01")


def deliver(home: Home, day: int, *customers: str, sentiment: float = 0.5) -> None:
    moment = pd.to_datetime([START + day * DAY] * len(customers), unit="us", utc=True)
    ids = [f"{each}-m{day}" for each in customers]
    rows = pd.DataFrame({"mention_id": ids, "occurred_at": moment, "known_at": moment, "customer_id": customers})
    append(home, {"mentions": rows.assign(sentiment=sentiment)}, receipt=Receipt(START + 100 * DAY, known_at="given"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Three deliveries, so that the person's rows stand in a base and in deltas."""
    home = Home(tmp_path / "var")
    deliver(home, 1, *[f"c{number}" for number in range(40)], "canary")
    deliver(home, 2, "c1", "canary")
    deliver(home, 3, "canary")
    return home


def test_no_file_holds_a_trace_and_every_file_is_whole(home: Home) -> None:
    done = erase_from_log(home, ["canary"])

    assert done.cleared.rows == 3
    assert traces_in_files(home.root, "canary") == []
    assert verify_log(home) == []
    assert EventLog.open(home).customer("mentions", "c1").num_rows == 2


def test_rows_that_count_no_more_leave_the_disk_too(home: Home) -> None:
    deliver(home, 2, "canary", sentiment=0.9)  # another content for the same version: one of the two stands

    erase_from_log(home, ["canary"])

    assert traces_in_files(home.root, "canary") == []


def test_no_old_file_outlives_an_erasure_even_of_somebody_whom_the_log_holds_no_more(home: Home) -> None:
    before = (home.log / "manifest.json").read_bytes()
    lying = home.log / "mentions" / "delta" / "held-the-person.parquet"
    lying.touch()

    done = erase_from_log(home, ["nobody"])

    assert done.cleared.changed == 0
    assert (home.log / "manifest.json").read_bytes() == before
    assert {path.relative_to(home.log).as_posix() for path in home.log.glob("*/*/*")} == set(EventLog.open(home).manifest.files)


def test_what_was_computed_before_the_person_came_holds_still(home: Home) -> None:
    digest = EventLog.open(home).digest

    erase_from_log(home, ["canary"])

    assert EventLog.open(home).holds_before(digest) == START + DAY


def test_only_models_that_knew_the_person_are_to_be_trained_again(home: Home) -> None:
    old = EventLog.open(home).digest
    erase_from_log(home, ["canary", "c1"])

    manifest = EventLog.open(home).manifest
    assert manifest.erased_since(old) == 2
    assert manifest.erased_since(manifest.digest) == 0
    assert manifest.erased_since("f" * 64) == 2


def test_a_manifest_from_before_erasures_were_known_is_read(home: Home) -> None:
    assert EventLog.open(home).manifest.erasures == LogManifest().erasures


@settings(max_examples=15)
@given(st.lists(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3, unique=True), min_size=1, max_size=4))
def test_the_digest_is_that_of_a_log_which_never_had_them(
    tmp_path_factory: pytest.TempPathFactory, days: list[list[str]]
) -> None:
    folder = tmp_path_factory.mktemp("pair")
    ours, never = Home(folder / "ours"), Home(folder / "never")
    for day, customers in enumerate([["d"], *days]):
        deliver(ours, day, *customers)
        if others := [each for each in customers if each != "a"]:
            deliver(never, day, *others)

    done: LogErased = erase_from_log(ours, ["a"])

    assert EventLog.open(ours).digest == EventLog.open(never).digest
    assert done.cleared.rows == sum("a" in customers for customers in days)
