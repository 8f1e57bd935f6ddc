"""Predictions as they are served: row by row, all of it checked when it is opened, and each row again when it is read."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from features.home import Home
from features.rfmt import RfmtEdges
from features.row_file import DIGEST_BYTES, RowDamaged
from models.assembly.references import PopulationReferences
from models.bundle import Beside, ContentDamaged, PredictionsOrigin, serve_predictions, write_predictions
from models.bundle.sealed import seal
from models.decision import Contacts
from models.explanation.strongest import REASON_ROW, Reasons
from models.rows import FloatArray
from models.value.levers import GoodCustomer

ORIGIN = PredictionsOrigin(snapshot="a" * 64, as_of=0, signature="5" * 64, bundle="b" * 64, company="c" * 64)
REFERENCES = PopulationReferences(RfmtEdges((3.0, 1.0), (1.0,), (), ()), GoodCustomer(2.0, 9.5, 14.0))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


def written(home: Home, beside: Beside | None = None) -> str:
    ids, columns = pa.array(["a", "b", "c"]), {"churn_90": np.array([0.1, np.nan, 0.9])}
    return write_predictions(home, origin=ORIGIN, ids=ids, columns=columns, beside=beside)


def test_customers_are_found_with_the_origin_of_the_answer(home: Home) -> None:
    served = serve_predictions(home, written(home))

    assert [served.row(customer) for customer in ("a", "c", "d")] == [0, 2, None]
    assert (served.origin, served.columns) == (ORIGIN, ("churn_90",))


def test_served_predictions_say_what_was_written_and_refuse_what_is_not(home: Home) -> None:
    served = serve_predictions(home, written(home))

    assert (served.values(2), served.is_whole()) == ([0.9], True)
    assert served.values_of([2, 0]).tolist() == [[0.9], [0.1]]
    (home.predictions / served.digest / "predictions.npy").write_bytes(b"")
    with pytest.raises(RowDamaged):
        served.values(2)
    assert not served.is_whole()


def test_what_stands_beside_predictions_is_served_with_them(home: Home) -> None:
    reasons, digests = Reasons(np.zeros(1, REASON_ROW), ("code",), ("one",), (0.5,)), bytes(range(3 * DIGEST_BYTES))

    served = serve_predictions(home, written(home, Beside(reasons, Contacts.none(3), REFERENCES, digests)))
    bare = serve_predictions(home, written(home))

    assert served.feature_digests == digests
    assert (served.reasons is not None, served.contacts is not None) == (True, True)
    assert (bare.feature_digests, bare.reasons, bare.contacts) == (None, None, None)


@pytest.mark.parametrize(
    "name", ["ids.arrow", "predictions.npy", "columns.json", "row_digests.bin", "references.json", "manifest.json"]
)
@pytest.mark.parametrize("by_truncation", [True, False])
def test_predictions_with_any_file_damaged_are_not_served(home: Home, name: str, by_truncation: bool) -> None:
    digest = written(home, Beside(references=REFERENCES))
    file = home.predictions / digest / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content[: len(content) // 2] if by_truncation else content)

    with pytest.raises(ContentDamaged):
        serve_predictions(home, digest)


def test_predictions_of_before_there_were_digests_are_served_all_the_same(home: Home) -> None:
    digest = without_digests(home, written(home))

    assert serve_predictions(home, digest).values(0) == [0.1]


@pytest.mark.parametrize(
    "matrix", [np.zeros((2, 1)), np.zeros((3, 2)), np.zeros((3, 1), np.float32), np.full((3, 1), None), np.zeros(3)]
)
def test_a_table_of_another_shape_or_kind_than_the_ids_and_columns_is_not_served(home: Home, matrix: FloatArray) -> None:
    digest = without_digests(home, written(home), matrix=matrix)

    with pytest.raises(ContentDamaged):
        serve_predictions(home, digest)


def without_digests(home: Home, digest: str, *, matrix: FloatArray | None = None) -> str:
    facts = json.loads((home.predictions / digest / "manifest.json").read_bytes())
    files = {name: (home.predictions / digest / name).read_bytes() for name in ("ids.arrow", "predictions.npy", "columns.json")}
    if matrix is not None:
        np.save(buffer := io.BytesIO(), matrix)
        files["predictions.npy"] = buffer.getvalue()

    def fill(folder: Path) -> None:
        for name, content in files.items():
            (folder / name).write_bytes(content)

    return seal(home.predictions, {name: fact for name, fact in facts.items() if name != "files"}, fill)
