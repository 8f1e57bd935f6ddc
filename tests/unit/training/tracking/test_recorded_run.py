"""That a recorded run explains itself: figures, data by digest, card, pictures, a run for each moment and each contender."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from models.bundle.golden import golden_rows
from training.measures.resamples import Estimate
from training.records.card import model_card
from training.records.report import Finding
from training.tracking.children import children_of, children_of_trials, log_children


def artefacts(recorded: Any) -> list[Path]:
    root = Path(recorded.run.info.artifact_uri.removeprefix("file://")).parents[1]
    return [path for path in root.rglob("*") if path.is_file()]


def artefact(recorded: Any, name: str) -> Path:
    return Path(recorded.run.info.artifact_uri.removeprefix("file://")) / name


def with_ends(estimate: Estimate) -> list[float]:
    return pytest.approx([estimate.value, estimate.low, estimate.high])


def test_a_run_holds_parameters_digests_and_measures_with_intervals(recorded: Any, trained_shop: Any) -> None:
    run, report = recorded.run, trained_shop.trained.report

    assert run.info.status == "FINISHED"
    assert run.data.tags["log_digest"] == report.data.log_digest
    assert run.data.tags["model_sha"] == report.model_sha
    assert run.data.params["recipe"] == report.chosen.name
    assert all(as_of[:10] in run.data.params["snapshots"] for as_of in report.data.snapshots)
    names = ("mbg_nbd/auc", "mbg_nbd/auc_low", "mbg_nbd/auc_high")
    assert [run.data.metrics[name] for name in names] == with_ends(report.pooled["mbg_nbd"]["auc"])


def test_each_past_moment_is_a_run_below_with_every_baseline(recorded: Any, trained_shop: Any) -> None:
    folds = {run.info.run_name: run for run in recorded.below("fold")}
    first = trained_shop.trained.report.folds[0]

    assert len(folds) == len(trained_shop.trained.report.folds)
    run = folds[min(folds)]
    assert run.data.params["train_rows"] == str(first.train_rows)
    assert run.data.params["test_rows"] == str(first.test_rows)
    for name, measures in first.measures.items():
        names = (f"{name}/log_loss", f"{name}/log_loss_low", f"{name}/log_loss_high")
        assert [run.data.metrics[each] for each in names] == with_ends(measures["log_loss"])


def test_each_contender_is_a_run_below_and_one_is_chosen(recorded: Any, trained_shop: Any) -> None:
    runs = recorded.below("contender")
    chosen = [run for run in runs if run.data.tags["chosen"] == "true"]

    report = trained_shop.trained.report
    assert sorted(run.data.metrics["loss"] for run in runs) == pytest.approx(sorted(each.loss for each in report.contenders))
    assert [run.data.params["recipe"] for run in chosen] == [report.chosen.name]
    assert all(run.info.status == "FINISHED" for run in runs)
    assert recorded.run.data.metrics["loss"] == pytest.approx(report.chosen.loss)


def test_the_data_are_named_by_digest_and_moment_without_a_row(recorded: Any, trained_shop: Any) -> None:
    data = trained_shop.trained.report.data
    inputs = {each.dataset.name: each for each in recorded.run.inputs.dataset_inputs}

    assert set(inputs) == {"event-log", *(f"snapshot-{as_of[:10]}" for as_of in data.snapshots)}
    for as_of, digest in data.snapshots.items():
        found = inputs[f"snapshot-{as_of[:10]}"]
        assert digest.startswith(found.dataset.digest)
        assert json.loads(found.dataset.source)["tags"]["digest"] == digest
        assert {tag.key: tag.value for tag in found.tags} == {"mlflow.data.context": "training", "as_of": as_of}
    assert data.log_digest.startswith(inputs["event-log"].dataset.digest)


def test_experiment_run_version_and_model_describe_themselves(recorded: Any, trained_shop: Any) -> None:
    experiment = recorded.client.get_experiment(recorded.run.info.experiment_id)
    version = recorded.client.get_model_version("lifecycle-churn", "1")

    assert experiment.name == "lifecycle-churn"
    assert "`churn`" in experiment.tags["mlflow.note.content"]
    question = "Will the customer leave within 90 days?"
    assert recorded.run.data.tags["mlflow.note.content"].startswith(question)
    assert version.description.startswith(question)
    assert len(version.description) <= 5000
    assert artefact(recorded, "model_card.md").read_text() == model_card(trained_shop.trained.report)


def test_every_picture_lies_beside_its_figures(recorded: Any) -> None:
    names = {path.name for path in artefacts(recorded) if path.parent.name == "pictures"}

    assert {name[:-4] for name in names if name.endswith(".png")} == {"calibration", "folds", "gain", "precision_recall"}
    assert {name[:-4] for name in names if name.endswith(".csv")} == {"calibration", "folds", "gain", "precision_recall"}


def test_nothing_recorded_is_a_pickle_or_names_a_customer(recorded: Any) -> None:
    for path in artefacts(recorded):
        content = path.read_bytes()
        assert path.suffix not in {".pkl", ".pickle", ".joblib", ".skops"}
        assert not content.startswith(b"\x80\x04")
        if path.suffix != ".png" and "code" not in path.parts:
            assert b'"c17"' not in content
            assert b"display_name" not in content


def test_the_input_example_is_drawn_from_ranges_and_nobodys_row(recorded: Any, trained_shop: Any) -> None:
    model = trained_shop.trained.model
    (path,) = [path for path in artefacts(recorded) if path.name == "input_example.json"]
    example = pd.DataFrame(**json.loads(path.read_text()))

    invented = pd.DataFrame(golden_rows(model.ranges, seed=model.signature + model.name), columns=list(model.feature_names))
    assert list(example.columns) == list(model.feature_names)
    pd.testing.assert_frame_equal(example.astype("float32"), invented.head(len(example)), check_index_type=False)


def test_the_logged_model_has_a_signature_and_the_recipes_measures(recorded: Any, trained_shop: Any) -> None:
    (model,) = recorded.client.search_logged_models([recorded.run.info.experiment_id])

    wanted = trained_shop.trained.report.pooled["recipe"]
    assert {metric.key: metric.value for metric in model.metrics} == pytest.approx(
        {f"recipe/{name}": estimate.value for name, estimate in wanted.items()}
    )
    (described,) = [path for path in artefacts(recorded) if path.name == "MLmodel"]
    assert "churn_90" in described.read_text()


def test_the_trials_of_a_search_stand_below_the_run(recorded: Any) -> None:
    lines: list[Finding] = [
        {"trial": None, "best_trial": 1, "taken": 1},
        {"trial": 0, "loss": 0.31, "given_up": 1, "leaves": 4, "rate": 0.1},
        {"trial": 1, "loss": 0.29, "given_up": 0, "leaves": 8, "rate": 0.1},
    ]
    with recorded.tracking.connected() as mlflow, recorded.tracking.run("churn", at=0) as opened:
        log_children(mlflow, recorded.client.get_run(opened.run_id), children_of_trials(lines))

    runs = recorded.client.search_runs([recorded.run.info.experiment_id], f"tags.`mlflow.parentRunId` = '{opened.run_id}'")
    told = {run.info.run_name: (run.data.params, run.data.metrics, run.data.tags["chosen"]) for run in runs}
    assert told == {
        "trial 000": ({"leaves": "4", "rate": "0.1"}, {"loss": 0.31}, "false"),
        "trial 001": ({"leaves": "8", "rate": "0.1"}, {"loss": 0.29}, "true"),
    }


def test_a_search_that_found_nothing_worth_it_has_no_trial_chosen(trained_shop: Any) -> None:
    lines: list[Finding] = [{"trial": None, "best_trial": 0, "taken": 0}, {"trial": 0, "loss": 0.3, "given_up": 0, "leaves": 4}]

    report = replace(trained_shop.trained.report, findings={"tuning": lines})

    assert [child.tags["chosen"] for child in children_of(report) if child.kind == "trial"] == ["false"]
    assert not [child for child in children_of(trained_shop.trained.report) if child.kind == "trial"]
