"""That a recorded run says what was learned from what, loads back elsewhere with the same answers, and holds no customer."""

from __future__ import annotations

import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.home import Home
from training.records.candidates import stored_candidate
from training.records.tracking import Tracking, TrackingMissing, experiment_of

PREDICT = """
import sys, warnings
warnings.simplefilter("ignore")
import mlflow, pandas
mlflow.set_tracking_uri(sys.argv[1])
rows = pandas.read_parquet(sys.argv[2])
mlflow.pyfunc.load_model(f"runs:/{sys.argv[3]}/churn").predict(rows).to_parquet(sys.argv[4])
print(sys.modules["models"].__file__)
"""


@pytest.fixture(scope="module")
def recorded(trained_shop: Any, migrated_store: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tracking, str]:
    home = Home(tmp_path_factory.mktemp("tracked"))
    shutil.copytree(migrated_store, home.mlflow)
    tracking = Tracking(f"sqlite:///{home.mlflow / 'mlflow.db'}")
    pictures = stored_candidate(trained_shop.home, "churn").folder / "pictures"
    trained = trained_shop.trained
    return tracking, tracking.record(trained_shop.home, trained.report, model=trained.model, pictures=pictures)


def run_of(tracking: Tracking, run_id: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow import MlflowClient

        return MlflowClient(tracking.uri).get_run(run_id)


def in_another_process(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)


def artefacts(tracking: Tracking, run_id: str) -> list[Path]:
    root = Path(run_of(tracking, run_id).info.artifact_uri.removeprefix("file://")).parents[1]
    return [path for path in root.rglob("*") if path.is_file()]


def test_a_run_holds_parameters_digests_and_measures_with_intervals(recorded: tuple[Tracking, str], trained_shop: Any) -> None:
    run, report = run_of(*recorded), trained_shop.trained.report

    assert run.data.tags["log_digest"] == report.data.log_digest
    assert run.data.tags["model_sha"] == report.model_sha
    assert run.data.params["recipe"] == report.chosen.name
    assert all(as_of[:10] in run.data.params["snapshots"] for as_of in report.data.snapshots)
    estimate = report.pooled["mbg_nbd"]["auc"]
    names = ("mbg_nbd/auc", "mbg_nbd/auc_low", "mbg_nbd/auc_high")
    assert [run.data.metrics[name] for name in names] == pytest.approx([estimate.value, estimate.low, estimate.high])


def test_every_picture_lies_beside_its_figures(recorded: tuple[Tracking, str]) -> None:
    names = {path.name for path in artefacts(*recorded) if path.parent.name == "pictures"}

    assert {name[:-4] for name in names if name.endswith(".png")} == {"calibration", "folds", "gain", "precision_recall"}
    assert {name[:-4] for name in names if name.endswith(".csv")} == {"calibration", "folds", "gain", "precision_recall"}


def test_nothing_recorded_is_a_pickle_or_names_a_customer(recorded: tuple[Tracking, str]) -> None:
    for path in artefacts(*recorded):
        content = path.read_bytes()
        assert path.suffix not in {".pkl", ".pickle", ".joblib", ".skops"}
        assert not content.startswith(b"\x80\x04")
        if path.suffix != ".png" and "code" not in path.parts:
            assert b'"c17"' not in content
            assert b"display_name" not in content


def test_the_model_loads_back_in_another_process_with_its_own_code_and_the_same_answers(
    recorded: tuple[Tracking, str], trained_shop: Any, tmp_path: Path
) -> None:
    tracking, run_id = recorded
    model = trained_shop.trained.model
    rows = np.random.default_rng(0).gamma(2.0, 10.0, (7, len(model.feature_names))).astype(np.float32)
    rows[0] = np.nan
    given, answered = tmp_path / "rows.parquet", tmp_path / "answers.parquet"
    pd.DataFrame(rows, columns=list(model.feature_names)).to_parquet(given)

    ended = in_another_process(PREDICT, tracking.uri, str(given), run_id, str(answered))

    assert ended.returncode == 0, ended.stderr[-2000:]
    assert "/churn/code/models/" in ended.stdout  # the code that was logged, not the project installed here
    answers = pd.read_parquet(answered)
    chances = answers[["churn_30", "churn_60", "churn_90"]].to_numpy()
    assert np.array_equal(chances, model.predict(rows, names=model.feature_names))


def test_one_experiment_holds_all_runs(recorded: tuple[Tracking, str]) -> None:
    tracking, run_id = recorded
    run = run_of(tracking, run_id)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from mlflow import MlflowClient

        assert MlflowClient(tracking.uri).get_experiment(run.info.experiment_id).name == experiment_of("churn")


def test_a_store_that_cannot_be_opened_says_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where a folder is needed")

    with pytest.raises(TrackingMissing, match="--no-mlflow"):
        Tracking(f"sqlite:///{tmp_path / 'blocked' / 'mlflow.db'}").open("churn")


def test_without_mlflow_the_reason_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "mlflow", None)

    with pytest.raises(TrackingMissing, match="needed the package `mlflow`"):
        Tracking(f"sqlite:///{tmp_path / 'mlflow.db'}").open("churn")


def test_training_and_promoting_never_import_mlflow(trained_shop: Any, tmp_path: Path) -> None:
    shutil.copytree(trained_shop.home.root, tmp_path / "home")
    program = (
        "import sys; sys.modules['mlflow'] = None\n"
        "from pathlib import Path\nfrom features.home import Home\n"
        "import training.train\nfrom training.publishing.promote import promote\nfrom training.publishing.pointer import Act\n"
        f"home, key = Home(Path({str(tmp_path / 'home')!r})), Path({str(tmp_path / 'key')!r})\n"
        "promote(home, 'churn', act=Act(key, 1, 'small shop', 'a1'))\n"
    )

    ended = in_another_process(program)

    assert ended.returncode == 0, ended.stderr[-2000:]
