"""Stored predictions: found by id, mapped or read, refused when damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.home import Home
from features.row_file import RowDamaged
from models.bundle import Beside, ContentDamaged, PredictionsOrigin, open_predictions, serve_predictions, write_predictions
from models.bundle.identifiers import IdIndex, IdsInvalid, read_ids, write_ids
from models.bundle.predictions import PredictionsInvalid
from models.bundle.sealed import seal
from models.decision import Contacts
from models.decision.contacts import Contact
from models.rows import FloatArray

ORIGIN = PredictionsOrigin(snapshot="a" * 64, as_of=0, signature="5" * 64, bundle="b" * 64, company="c" * 64)
CHANCES = np.array([0.1, np.nan, 0.9])


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


def written(home: Home, *ids: str, chances: FloatArray = CHANCES) -> str:
    return write_predictions(home, origin=ORIGIN, ids=pa.array(ids or ["a", "b", "c"]), columns={"churn_90": chances})


@pytest.mark.parametrize("mapped", [True, False])
def test_a_customer_is_found_by_id_with_the_origin_of_the_answer(home: Home, mapped: bool) -> None:
    predictions = open_predictions(home, written(home), mapped=mapped)

    row = predictions.row("c")

    assert row is not None
    assert predictions.matrix[row].tolist() == [0.9]
    assert predictions.origin == ORIGIN
    assert predictions.row("d") is None


def test_not_predicted_is_not_zero(home: Home) -> None:
    assert np.isnan(open_predictions(home, written(home)).column("churn_90")[1])


def test_the_same_predictions_have_the_same_name(tmp_path: Path) -> None:
    assert written(Home(tmp_path / "here")) == written(Home(tmp_path / "there"))


def test_an_empty_base_has_predictions_of_nobody(home: Home) -> None:
    digest = write_predictions(home, origin=ORIGIN, ids=pa.array([], pa.string()), columns={"churn_90": np.array([])})

    assert open_predictions(home, digest).row("a") is None


@pytest.mark.parametrize("ids", [["b", "a", "c"], ["a", "a", "b"], ["a", None, "b"], [1, 2, 3], ["Z", "ä", "z"]])
def test_ids_that_could_not_be_found_again_are_refused(home: Home, ids: list[object]) -> None:
    with pytest.raises(IdsInvalid):
        write_predictions(home, origin=ORIGIN, ids=pa.array(ids), columns={"churn_90": CHANCES})


def test_a_column_of_another_length_is_refused_and_nothing_is_written(home: Home) -> None:
    with pytest.raises(PredictionsInvalid, match="needed columns of 3 numbers"):
        written(home, chances=CHANCES[:2])
    assert not home.predictions.exists()


def test_served_predictions_say_what_was_written_and_refuse_what_is_not(home: Home) -> None:
    served = serve_predictions(home, written(home))

    assert (served.values(2), served.is_whole()) == ([0.9], True)
    assert served.values_of([2, 0]).tolist() == [[0.9], [0.1]]
    (home.predictions / served.digest / "predictions.npy").write_bytes(b"")
    with pytest.raises(RowDamaged):
        served.values(2)
    assert not served.is_whole()


@pytest.mark.parametrize("name", ["ids.arrow", "predictions.npy", "columns.json", "row_digests.bin", "manifest.json"])
@pytest.mark.parametrize("by_truncation", [True, False])
def test_predictions_with_any_file_damaged_are_not_served(home: Home, name: str, by_truncation: bool) -> None:
    digest = written(home)
    file = home.predictions / digest / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content[: len(content) // 2] if by_truncation else content)

    with pytest.raises(ContentDamaged):
        serve_predictions(home, digest)


def test_predictions_of_before_there_were_digests_are_served_all_the_same(home: Home) -> None:
    digest = without_digests(home, written(home))

    assert serve_predictions(home, digest).values(0) == [0.1]


def without_digests(home: Home, digest: str) -> str:
    facts = json.loads((home.predictions / digest / "manifest.json").read_bytes())
    facts.pop("files")

    def fill(folder: Path) -> None:
        for name in ("ids.arrow", "predictions.npy", "columns.json"):
            shutil.copy(home.predictions / digest / name, folder)

    return seal(home.predictions, facts, fill)


@pytest.mark.parametrize("mapped", [True, False])
@pytest.mark.parametrize("name", ["ids.arrow", "predictions.npy", "columns.json", "manifest.json"])
def test_a_flipped_bit_in_any_file_is_refused(home: Home, name: str, mapped: bool) -> None:
    digest = written(home)
    file = home.predictions / digest / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)

    with pytest.raises(ContentDamaged, match=name):
        open_predictions(home, digest, mapped=mapped)


def test_predictions_read_into_memory_outlive_their_files(home: Home) -> None:
    digest = written(home)
    predictions = open_predictions(home, digest, mapped=False)

    for file in (home.predictions / digest).iterdir():
        file.write_bytes(b"")

    assert predictions.matrix[2, 0] == 0.9
    assert predictions.row("c") == 2


@given(st.lists(st.text(min_size=1, max_size=12), unique=True), st.text(max_size=12))
def test_every_id_is_found_at_its_row_and_no_other(texts: list[str], other: str) -> None:
    ids = sorted((text for text in texts), key=str.encode)
    index = IdIndex(pa.array(ids, pa.string()))

    assert [index.row(text) for text in ids] == list(range(len(ids)))
    assert (index.row(other) is not None) == (other in ids)


def test_ids_sliced_from_a_longer_array_keep_their_places(tmp_path: Path) -> None:
    write_ids(tmp_path / "ids.arrow", pa.array(["a", "b", "c", "d"])[1:3])

    index = read_ids(tmp_path / "ids.arrow")

    assert (index.row("b"), index.row("c"), index.row("a"), len(index)) == (0, 1, None, 2)
    assert IdIndex(pa.array(["a", "b", "c"])[1:]).row("c") == 1


def test_contacts_stand_beside_predictions_and_are_read_back(home: Home) -> None:
    shown = Contact("d1/1", "gift", "email", decided_at=5, shown_at=6, outcome="accepted", outcome_at=7)
    contacts = Contacts.of([[], [shown], []])

    digest = write_predictions(
        home, origin=ORIGIN, ids=pa.array(["a", "b", "c"]), columns={"churn_90": CHANCES}, beside=Beside(contacts=contacts)
    )

    found = open_predictions(home, digest).contacts
    assert found is not None
    assert (found.offers, found.offsets.tolist(), found.exposure.tolist()) == (
        ("gift",),
        [0, 0, 1, 1],
        contacts.exposure.tolist(),
    )


def test_contacts_of_other_customers_are_refused(home: Home) -> None:
    with pytest.raises(PredictionsInvalid, match="contacts of 3 customers, found those of 2"):
        write_predictions(
            home,
            origin=ORIGIN,
            ids=pa.array(["a", "b", "c"]),
            columns={"churn_90": CHANCES},
            beside=Beside(contacts=Contacts.none(2)),
        )
