"""The live pointer: read strictly, and all it leads to verified together."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from features.home import Home
from features.write_once import canonical_json
from models.bundle import (
    ContentDamaged,
    Live,
    LiveMismatch,
    NothingLive,
    PointerDamaged,
    PredictionsOrigin,
    SchemaMismatch,
    TrialFailed,
    load_live,
    load_public_key,
    read_live,
    write_live,
    write_predictions,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.models.conftest import Installation

HASH = "a" * 64


def test_before_the_first_promotion_nothing_is_live(tmp_path: Path) -> None:
    assert read_live(Home(tmp_path)) is None


def test_the_pointer_is_read_as_it_was_written(tmp_path: Path) -> None:
    live = Live(company=HASH)

    write_live(Home(tmp_path), live)

    assert read_live(Home(tmp_path)) == live


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"null",
        b"{}",
        b"\xff",
        b"[" * 100_000,
        canonical_json({**asdict(Live(company=HASH)), "model": HASH}),
        canonical_json({**asdict(Live()), "company": HASH.upper()}),
        canonical_json({**asdict(Live()), "company": "../../etc/passwd"}),
        canonical_json({**asdict(Live()), "company": 7}),
        json.dumps(asdict(Live(company=HASH))).encode(),
    ],
)
def test_a_pointer_that_this_program_did_not_write_is_refused(tmp_path: Path, content: bytes) -> None:
    home = Home(tmp_path)
    home.live.write_bytes(content)

    with pytest.raises(PointerDamaged, match=r"needed live\.json as `promote` writes it"):
        read_live(home)


@pytest.mark.parametrize("absent", ["bundle", "predictions"])
def test_a_pointer_without_a_bundle_or_predictions_answers_nothing(installed: Installation, absent: str) -> None:
    write_live(installed.home, replace(installed.live, **{absent: None}))

    with pytest.raises(NothingLive, match="lifecycle promote churn"):
        load_live(installed.home, public_key=load_public_key(installed.home), trial=False)


@pytest.mark.parametrize("part", ["bundle", "predictions"])
def test_a_pointer_that_leads_nowhere_is_damaged(installed: Installation, part: str) -> None:
    write_live(installed.home, replace(installed.live, **{part: "0" * 64}))

    with pytest.raises(PointerDamaged, match="leads nowhere"):
        load_live(installed.home, public_key=load_public_key(installed.home), trial=False)


@pytest.mark.parametrize("part", ["snapshot", "company"])
def test_predictions_of_another_snapshot_or_company_are_refused(installed: Installation, part: str) -> None:
    write_live(installed.home, replace(installed.live, **{part: "0" * 64}))

    with pytest.raises(LiveMismatch, match=f"made from {part} 000000000000"):
        load_live(installed.home, public_key=load_public_key(installed.home), trial=False)


def test_predictions_on_other_features_than_the_model_are_refused(installed: Installation) -> None:
    origin = PredictionsOrigin("a" * 64, 0, "6" * 64, installed.bundle, "c" * 64)
    other = write_predictions(installed.home, origin=origin, ids=pa.array(["c1"]), columns={"churn_90": np.zeros(1)})
    write_live(installed.home, replace(installed.live, predictions=other))

    with pytest.raises(SchemaMismatch):
        load_live(installed.home, public_key=load_public_key(installed.home), trial=False)


def test_everything_live_is_loaded_together(installed: Installation) -> None:
    state = load_live(installed.home, public_key=load_public_key(installed.home), trial=False)

    assert state.live == installed.live
    assert state.models["churn"].name == "quick"
    assert state.predictions.row("c10") == 1
    assert state.bundle.models == {"churn": installed.model_sha}


@pytest.mark.parametrize(("asked", "mapped"), [({}, True), ({"mapped": True}, True), ({"mapped": False}, False)])
def test_predictions_are_mapped_where_nothing_else_is_asked_for(
    installed: Installation, asked: dict[str, bool], mapped: bool
) -> None:
    state = load_live(installed.home, public_key=load_public_key(installed.home), trial=False, **asked)

    assert isinstance(state.predictions.matrix, np.memmap) == mapped


def test_what_is_whole_passes_its_trial(installed: Installation) -> None:
    assert load_live(installed.home, public_key=load_public_key(installed.home)).live == installed.live


def test_a_damaged_model_is_refused_by_its_hash_without_a_trial(installed: Installation) -> None:
    file = installed.home.models / installed.model_sha / "churn-60-boosting-0.txt"
    file.write_bytes(file.read_bytes()[:-100])

    with pytest.raises(ContentDamaged):
        load_live(installed.home, public_key=load_public_key(installed.home), trial=False)
    with pytest.raises(TrialFailed, match="has other content"):
        load_live(installed.home, public_key=load_public_key(installed.home))
