"""Stored models: named by their content, refused before parsing if it differs, tried in a child process."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from features.home import Home
from features.write_once import canonical_json
from models.bundle import (
    ContentDamaged,
    NotStored,
    SchemaMismatch,
    check_golden_rows,
    export_model,
    load_model,
    model_file,
    model_manifest,
)
from models.bundle.models import GOLDEN, GoldenRowsDiffer, NotRepeatable, UnknownFormat
from models.bundle.sealed import seal
from models.churn import ChurnModel
from models.examples import Examples


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "var")


def write(folder: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (folder / name).write_bytes(content)


def test_a_stored_model_answers_as_it_did(home: Home, model: ChurnModel, examples: Examples) -> None:
    loaded = load_model(home, export_model(home, model, provenance={}))

    answers = loaded.predict(examples.rows, names=examples.names)

    assert np.array_equal(answers, model.predict(examples.rows, names=examples.names))


def test_the_same_model_has_the_same_name_in_every_installation(tmp_path: Path, model: ChurnModel) -> None:
    names = {export_model(Home(tmp_path / place), model, provenance={"seed": 7}) for place in ("here", "there")}

    assert len(names) == 1
    assert export_model(Home(tmp_path / "here"), model, provenance={"seed": 8}) not in names


def test_the_manifest_says_where_the_model_comes_from_and_names_no_run(home: Home, model: ChurnModel) -> None:
    manifest = model_manifest(home, export_model(home, model, provenance={"data": "d" * 64}))

    assert manifest["provenance"] == {"data": "d" * 64}
    assert (manifest["kind"], manifest["name"], manifest["signature"]) == ("churn", "quick", "5" * 64)
    with pytest.raises(NotRepeatable, match="found run_id"):
        export_model(home, model, provenance={"run_id": "7"})


@pytest.mark.parametrize("name", ["run_id", "run", "host", "hostname", "user", "time", "created_at", "promoted_at", "path"])
def test_no_clock_no_host_and_no_run_may_stand_in_a_model(home: Home, model: ChurnModel, name: str) -> None:
    with pytest.raises(NotRepeatable, match=f"found {name}:"):
        export_model(home, model, provenance={"seed": 7, name: "x"})

    assert not home.models.exists()


def test_golden_rows_are_nobodys(home: Home, model: ChurnModel, examples: Examples) -> None:
    sha = export_model(home, model, provenance={})
    golden = json.loads((home.models / sha / GOLDEN).read_bytes())

    rows = np.array(golden["rows"], dtype=np.float32)

    real = {row.tobytes() for row in examples.rows}
    assert len(rows) == 32
    assert not real & {row.tobytes() for row in rows}


def test_a_model_of_other_features_is_refused(home: Home, model: ChurnModel) -> None:
    sha = export_model(home, model, provenance={})

    with pytest.raises(SchemaMismatch, match="retrain"):
        load_model(home, sha, signature="6" * 64)


@pytest.mark.parametrize("name", ["f" * 64, "../../etc", "F" * 64, ""])
def test_a_model_that_is_not_here_is_not_found(home: Home, name: str) -> None:
    with pytest.raises(NotStored):
        load_model(home, name)


def test_a_leaf_edited_to_the_same_length_is_refused_before_it_is_parsed(home: Home, model: ChurnModel) -> None:
    sha = export_model(home, model, provenance={})
    text = home.models / sha / "churn-30-boosting-0.txt"
    content = text.read_bytes()
    text.write_bytes(content.replace(b"leaf_value=-", b"leaf_value= ", 1))

    with pytest.raises(ContentDamaged, match=r"churn-30-boosting-0\.txt has other content"):
        load_model(home, sha)


def test_a_file_that_is_gone_is_named(home: Home, model: ChurnModel) -> None:
    sha = export_model(home, model, provenance={})
    (home.models / sha / "model.json").unlink()

    with pytest.raises(ContentDamaged, match=r"model\.json could not be read"):
        load_model(home, sha)


def test_exporting_again_repairs_a_damaged_copy(home: Home, model: ChurnModel) -> None:
    sha = export_model(home, model, provenance={})
    (home.models / sha / "model.json").write_bytes(b"{}")

    assert export_model(home, model, provenance={}) == sha
    check_golden_rows(home, sha)


def test_a_manifest_that_leads_out_of_its_folder_is_refused(home: Home) -> None:
    facts = {"format": 1, "kind": "churn", "signature": ""}
    sha = seal(home.models, facts, lambda folder: write(folder, {"-.txt": b""}))

    with pytest.raises(ContentDamaged, match="is not in its manifest"):
        load_model(home, sha)


@pytest.mark.parametrize(("version", "kind"), [(2, "churn"), (1, "weather")])
def test_a_kind_or_format_of_model_this_version_does_not_know_is_refused(home: Home, version: int, kind: str) -> None:
    sha = seal(home.models, {"format": version, "kind": kind}, lambda _: None)

    with pytest.raises(UnknownFormat, match=f"found format {version} and kind {kind}"):
        load_model(home, sha)


def test_one_file_of_a_model_is_read_without_opening_the_model(home: Home) -> None:
    sha = seal(home.models, {"format": 2, "kind": "weather"}, lambda folder: write(folder, {"evidence.json": b"[1]"}))

    assert model_file(home, sha, "evidence.json") == b"[1]"
    with pytest.raises(ContentDamaged, match=r"other\.json is not in its manifest"):
        model_file(home, sha, "other.json")


def test_a_model_that_answers_otherwise_than_when_it_was_stored_is_refused(home: Home, model: ChurnModel) -> None:
    sha = export_model(home, model, provenance={})
    files = {path.name: path.read_bytes() for path in (home.models / sha).iterdir() if path.name != "manifest.json"}
    golden = json.loads(files[GOLDEN])
    golden["answers"][0][0] += 1e-9
    files[GOLDEN] = canonical_json(golden)

    changed = seal(home.models, {"format": 1, "kind": "churn", "signature": ""}, lambda folder: write(folder, files))

    with pytest.raises(GoldenRowsDiffer, match="found a difference of 1e-09"):
        check_golden_rows(home, changed)
