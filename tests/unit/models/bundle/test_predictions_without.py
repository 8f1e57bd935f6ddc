"""Predictions without a person are those that were never made of them; a file that nobody knows is not passed over."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.erasing.cleared import Cleared
from features.home import Home
from models.bundle import Beside, Live, PredictionsOrigin, open_predictions, read_live, write_live, write_predictions
from models.bundle.erasing import point_to_rewritten, rewrite_predictions
from models.bundle.pointer import newest_move
from models.bundle.rowless import UnknownContent
from models.bundle.sealed import seal
from models.decision import Contacts
from models.decision.contacts import Contact
from models.explanation.strongest import REASON_ROW, Reasons

ORIGIN = PredictionsOrigin(snapshot="a" * 64, as_of=0, signature="5" * 64, bundle="b" * 64, company="c" * 64)
SNAPSHOTS = {"a" * 64: "d" * 64}
IDS = ["a", "b", "c"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def written(home: Home, *, ids: list[str] = IDS) -> str:
    table = np.zeros(len(ids), REASON_ROW)
    table["row"], table["value"] = np.arange(len(ids)), [[ord(each)] * 3 for each in ids]
    reasons = Reasons(table, ("code",), ("one",), (0.5,))
    contacts = Contacts.of([[Contact(f"{each}/1", each, "email", 0)] for each in ids])
    column = np.array([ord(each) for each in ids], np.float64)
    return write_predictions(
        home, origin=ORIGIN, ids=pa.array(ids), columns={"x": column, "y": -column}, beside=Beside(reasons, contacts)
    )


def erased(home: Home, *customers: str) -> Cleared:
    return rewrite_predictions(home, customers, snapshots=SNAPSHOTS)


def test_everybody_else_keeps_their_own_values_reasons_and_contacts(home: Home) -> None:
    old = written(home)

    left = open_predictions(home, erased(home, "b").renamed[old])

    assert left.ids.ids.to_pylist() == ["a", "c"]
    assert left.matrix.tolist() == [[97, -97], [99, -99]]
    assert left.reasons is not None
    assert (left.reasons.table["row"].tolist(), left.reasons.table["value"][:, 0].tolist()) == ([0, 1], [97, 99])
    assert left.contacts is not None
    assert [left.contacts.offers[each] for each in left.contacts.offer] == ["a", "c"]


def test_they_name_what_they_supersede_and_the_snapshot_of_now(home: Home) -> None:
    old = written(home)

    new = erased(home, "b").renamed[old]

    manifest = json.loads((home.predictions / new / "manifest.json").read_bytes())
    assert (manifest["supersedes"], manifest["snapshot"], manifest["rows"]) == (old, "d" * 64, 2)


def test_done_again_it_gives_the_same_name(home: Home) -> None:
    written(home)

    assert erased(home, "b").renamed == {**erased(home, "b").renamed}


def test_predictions_of_one_person_become_those_of_nobody(home: Home) -> None:
    old = written(home, ids=["b"])

    assert len(open_predictions(home, erased(home, "b").renamed[old]).ids) == 0


def test_the_pointer_follows_and_the_ledger_says_why(home: Home) -> None:
    old = written(home)
    write_live(home, Live("b" * 64, "c" * 64, "a" * 64, old))
    renamed = erased(home, "b").renamed

    point_to_rewritten(home, renamed, snapshots=SNAPSHOTS, at=5)

    move = newest_move(home)
    assert read_live(home) == Live("b" * 64, "c" * 64, "d" * 64, renamed[old])
    assert move is not None
    assert (move.at, move.action, move.live) == (5, "erase", read_live(home))


def test_a_file_of_which_nobody_knows_what_it_holds_is_refused(home: Home) -> None:
    def fill(folder: Path) -> None:
        pa_ids = folder / "ids.arrow"
        pa_ids.write_bytes((home.predictions / old / "ids.arrow").read_bytes())
        (folder / "names.txt").write_text("b")

    old = written(home)
    seal(home.predictions, {"snapshot": "a" * 64}, fill)

    with pytest.raises(UnknownContent, match=r"names\.txt"):
        erased(home, "b")
