"""The trial in a child process: whatever a model does there, this process learns it and lives."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from features.home import Home
from models.bundle import TrialFailed, export_model, trial_load
from models.bundle import trial as trial_module
from models.bundle.sealed import seal
from models.churn import ChurnModel


@pytest.fixture
def stored(tmp_path: Path, model: ChurnModel) -> tuple[Home, str]:
    home = Home(tmp_path / "var")
    return home, export_model(home, model, provenance={})


def resealed(home: Home, sha: str, name: str, content: bytes) -> str:
    """Store the model again with one file changed and everything hashed anew, as somebody without the signing key could."""
    files = {path.name: path.read_bytes() for path in (home.models / sha).iterdir() if path.name != "manifest.json"}
    facts = json.loads((home.models / sha / "manifest.json").read_bytes())
    facts.pop("files")

    def fill(folder: Path) -> None:
        for file, whole in {**files, name: content}.items():
            (folder / file).write_bytes(whole)

    return seal(home.models, facts, fill)


def test_a_whole_model_passes(stored: tuple[Home, str]) -> None:
    assert trial_load(*stored) is None


def test_a_text_that_kills_its_parser_kills_the_child_only(stored: tuple[Home, str]) -> None:
    home, sha = stored
    text = (home.models / sha / "churn-30-boosting-0.txt").read_bytes()
    poisoned = resealed(home, sha, "churn-30-boosting-0.txt", text[: len(text) * 2 // 3])

    with pytest.raises(TrialFailed, match="it was not used"):
        trial_load(home, poisoned)


def test_an_edited_leaf_gives_other_answers_and_is_refused(stored: tuple[Home, str]) -> None:
    home, sha = stored
    text = (home.models / sha / "churn-90-boosting-1.txt").read_text()
    first = text.split("leaf_value=")[1].split()[0]
    edited = resealed(home, sha, "churn-90-boosting-1.txt", text.replace(first, f"{9:.{len(first) - 2}f}", 1).encode())

    with pytest.raises(TrialFailed, match="found a difference of"):
        trial_load(home, edited)


def test_a_child_that_does_not_answer_in_time_is_ended(stored: tuple[Home, str]) -> None:
    with pytest.raises(TrialFailed, match=r"within 0\.01 s"):
        trial_load(*stored, timeout_seconds=0.01)


def test_a_child_ended_by_a_signal_is_reported_with_it(stored: tuple[Home, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_module.sys, "executable", _program(stored[0].root / "dies", "kill -SEGV $$"))

    with pytest.raises(TrialFailed, match=f"ended by signal {signal.SIGSEGV:d}"):
        trial_load(*stored)


def test_a_child_that_breaks_down_is_reported_with_its_last_words(
    stored: tuple[Home, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_module.sys, "executable", _program(stored[0].root / "breaks", "echo no memory >&2; exit 1"))

    with pytest.raises(TrialFailed, match="ended with 1: no memory"):
        trial_load(*stored)


def test_the_trial_works_from_any_folder(stored: tuple[Home, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(stored[0].root)

    assert trial_load(Home(Path(os.path.relpath(stored[0].root))), stored[1]) is None


def _program(path: Path, script: str) -> str:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)
