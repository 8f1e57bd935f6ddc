"""Stored predictions: found by id, mapped or read, refused when damaged."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.home import Home
from features.references.ladders import Ladder
from features.rfmt import RfmtEdges
from features.row_file import DIGEST_BYTES
from models.assembly.references import PopulationReferences
from models.bundle import (
    Beside,
    ContentDamaged,
    PredictionsOrigin,
    open_predictions,
    predictions_frame,
    predictions_origin,
    write_predictions,
)
from models.bundle.identifiers import IdsInvalid
from models.bundle.predictions import PredictionsInvalid
from models.bundle.sealed import seal
from models.decision import Contacts
from models.decision.contacts import FILES as CONTACT_FILES
from models.decision.contacts import Contact
from models.rows import FloatArray
from models.value.levers import GoodCustomer

ORIGIN = PredictionsOrigin(snapshot="a" * 64, as_of=0, signature="5" * 64, bundle="b" * 64, company="c" * 64)
CHANCES = np.array([0.1, np.nan, 0.9])
REFERENCES = PopulationReferences(RfmtEdges((3.0, 1.0), (1.0,), (), ()), GoodCustomer(2.0, 9.5, 14.0), Ladder((0.0, 1.5)))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


def written(home: Home, chances: FloatArray = CHANCES, beside: Beside | None = None) -> str:
    columns = {"churn_90": chances}
    return write_predictions(home, origin=ORIGIN, ids=pa.array(["a", "b", "c"]), columns=columns, beside=beside)


@pytest.mark.parametrize("mapped", [True, False])
def test_a_customer_is_found_by_id_with_the_origin_of_the_answer(home: Home, mapped: bool) -> None:
    predictions = open_predictions(home, written(home), mapped=mapped)

    row = predictions.row("c")

    assert row is not None
    assert predictions.matrix[row].tolist() == [0.9]
    assert predictions.origin == ORIGIN
    assert predictions.row("d") is None


def test_the_manifest_says_what_it_is_for_how_many_and_what_it_was_made_from(home: Home) -> None:
    manifest = json.loads((home.predictions / written(home) / "manifest.json").read_bytes())

    del manifest["files"]
    assert manifest == {"format": 1, "kind": "predictions", "rows": 3, **vars(ORIGIN)}


def test_origin_columns_and_references_are_read_without_those_of_any_customer(home: Home) -> None:
    digest = written(home, beside=Beside(references=REFERENCES))
    for name in ("ids.arrow", "predictions.npy"):
        (home.predictions / digest / name).unlink()

    frame = predictions_frame(home, digest)

    assert (frame.origin, frame.columns, frame.references) == (ORIGIN, ("churn_90",), REFERENCES)
    assert predictions_origin(home, digest) == ORIGIN


@pytest.mark.parametrize(("asked", "mapped"), [({}, True), ({"mapped": False}, False)])
def test_the_table_is_mapped_unless_it_is_to_be_read(home: Home, asked: dict[str, bool], mapped: bool) -> None:
    assert isinstance(open_predictions(home, written(home), **asked).matrix, np.memmap) == mapped


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
    with pytest.raises(PredictionsInvalid, match="found none"):
        write_predictions(home, origin=ORIGIN, ids=pa.array(["a"]), columns={})
    assert not home.predictions.exists()


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


@pytest.mark.parametrize("mapped", [True, False])
def test_a_table_that_holds_other_things_than_numbers_is_never_unpickled(home: Home, mapped: bool) -> None:
    np.save(table := io.BytesIO(), np.array([["a"], ["b"], ["c"]], dtype=object))
    digest = resealed(home, written(home), {"predictions.npy": table.getvalue()})

    with pytest.raises(ValueError, match=r"Python objects|allow_pickle"):
        open_predictions(home, digest, mapped=mapped)


@pytest.mark.parametrize("columns", [[], ["churn_30", "churn_90"]])
def test_a_table_of_another_shape_than_its_ids_and_columns_is_refused(home: Home, columns: list[str]) -> None:
    digest = resealed(home, written(home), {"columns.json": json.dumps(columns).encode()})

    with pytest.raises(ContentDamaged, match=r"found shape \(3, 1\)"):
        open_predictions(home, digest)


def test_references_stand_beside_predictions_and_are_read_back(home: Home) -> None:
    assert open_predictions(home, written(home, beside=Beside(references=REFERENCES))).references == REFERENCES
    assert open_predictions(home, written(home)).references is None


def test_digests_of_other_rows_of_features_than_those_of_the_customers_are_refused(home: Home) -> None:
    with pytest.raises(PredictionsInvalid, match="digests of 3 rows of features, found 16 bytes"):
        written(home, beside=Beside(feature_digests=bytes(2 * DIGEST_BYTES)))

    digest = written(home, beside=Beside(feature_digests=bytes(3 * DIGEST_BYTES)))
    assert (home.predictions / digest / "feature_digests.bin").read_bytes() == bytes(3 * DIGEST_BYTES)


def test_stored_contacts_of_other_customers_are_refused(home: Home) -> None:
    few = write_predictions(
        home,
        origin=ORIGIN,
        ids=pa.array(["a", "b"]),
        columns={"churn_90": CHANCES[:2]},
        beside=Beside(contacts=Contacts.none(2)),
    )
    contacts = {name: (home.predictions / few / name).read_bytes() for name in CONTACT_FILES}

    with pytest.raises(ContentDamaged, match="contacts of 3 customers, found those of 2"):
        open_predictions(home, resealed(home, written(home), contacts))


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


def resealed(home: Home, digest: str, files: dict[str, bytes]) -> str:
    """Store the predictions again with some files changed or added and everything hashed anew."""
    folder = home.predictions / digest
    facts = json.loads((folder / "manifest.json").read_bytes())
    kept = {name: (folder / name).read_bytes() for name in facts.pop("files")}

    def fill(new: Path) -> None:
        for name, content in {**kept, **files}.items():
            (new / name).write_bytes(content)

    return seal(home.predictions, facts, fill)
