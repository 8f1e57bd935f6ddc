"""How tuning and repeating look on the command line: what is said, and what is refused."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from lifecycle.__main__ import app
from lifecycle.repeat import AnotherRun
from lifecycle.training_tables import repetition_text, tuning_text
from training.records.candidates import CandidateMissing
from training.repeat import Repetition
from training.tuning.verdict import not_tuned


def run(*words: str) -> None:
    CliRunner().invoke(app, words, catch_exceptions=False)


@pytest.mark.parametrize(
    "words", [("churn", "--seed", "1"), ("churn", "--tune", "5"), ("churn", "--as-of", "2025-01-01"), ("all",)]
)
def test_a_run_is_not_repeated_and_changed_at_once(words: tuple[str, ...]) -> None:
    with pytest.raises(AnotherRun, match="with its own date"):
        run("train", *words, "--repeat", "churn-1")


def test_a_run_that_is_not_there_is_named() -> None:
    with pytest.raises(CandidateMissing, match="run churn-1 of churn"):
        run("train", "churn", "--repeat", "churn-1")


def test_the_same_model_is_said_in_a_line() -> None:
    text = repetition_text(Repetition("churn-1", "a" * 64, "a" * 64, ()))

    assert text == f"Run churn-1 repeated: the same model, {'a' * 12}, byte for byte"


def test_another_model_is_said_with_all_that_differs() -> None:
    text = repetition_text(Repetition("churn-1", "a" * 64, "b" * 64, ("lightgbm was 4.6.0, is 4.7.0",)))

    assert "another model" in text
    assert text.endswith("  lightgbm was 4.6.0, is 4.7.0")


def test_another_model_with_nothing_that_differs_is_not_passed_over() -> None:
    text = repetition_text(Repetition("churn-1", "a" * 64, "b" * 64, ()))

    assert "nothing that is written down" in text


def test_what_tuning_found_is_said_in_figures() -> None:
    found = {"trial": None, "trials": 20, "given_up": 9, "moments": 3, "before": "2024-11-01T00:00:00Z", "default_loss": 0.36}
    judged = {"best_loss": 0.34, "gain": 0.02, "margin": 0.0225, "taken": 0, "reason": "may be luck"}

    (text,) = tuning_text([{**found, **judged}])

    assert "20 ways to grow trees at 3 moments that had closed by 2024-11-01, 9 given up early" in text
    assert "usual 0.36, best 0.34; gained 0.02, needed more than 0.0225. not taken: may be luck" in text


def test_a_training_that_could_not_be_tuned_says_why_and_one_that_was_not_to_be_says_nothing() -> None:
    assert tuning_text(not_tuned("a year is too short")) == ["Tuning\n  not tuned: a year is too short"]
    assert tuning_text([]) == []
