"""That what a model was made with is written down, the same in every process, and compared in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from training.records import environment as environment_room
from training.records.environment import Environment, program_digest
from training.records.report import TrainingReport


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of one file a package; what was read of it before is forgotten."""
    for package in ("features", "models", "training"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "part.py").write_text("answer = 1\n")
    monkeypatch.setattr(environment_room, "_PROGRAM", tmp_path)
    monkeypatch.setattr(environment_room, "_source", environment_room._source.__wrapped__)
    monkeypatch.setattr(environment_room, "_commit", environment_room._commit.__wrapped__)
    return tmp_path


def test_nothing_differs_from_one_moment_to_the_next() -> None:
    assert Environment.of_now().differences(Environment.of_now()) == []


def test_a_changed_line_of_the_program_is_noticed(program: Path) -> None:
    before = Environment.of_now()
    (program / "models" / "part.py").write_text("answer = 2\n")

    assert [line.split(" was ")[0] for line in before.differences(Environment.of_now())] == ["the program"]


def test_another_program_has_another_digest_and_the_same_one_the_same(program: Path) -> None:
    before, again = program_digest(), program_digest()
    (program / "training" / "part.py").write_text("answer = 2\n")

    assert before == again != program_digest()


def test_what_python_compiled_is_no_part_of_the_program(program: Path) -> None:
    before = Environment.of_now()
    (program / "models" / "__pycache__").mkdir()
    (program / "models" / "__pycache__" / "part.cpython-311.pyc").write_bytes(b"compiled")

    assert Environment.of_now() == before


def test_a_repository_further_up_is_somebody_elses(program: Path) -> None:
    (program.parent / ".git").mkdir()

    assert Environment.of_now().commit is None


def test_a_library_of_another_version_is_named() -> None:
    now = Environment.of_now()
    then = replace(now, libraries={**now.libraries, "lightgbm": "4.0.0"}, python="3.11.0")

    assert [line.split(" was ")[0] for line in then.differences(now)] == ["Python", "lightgbm"]


def test_a_report_holds_the_conditions_it_was_made_under(trained_shop: Any) -> None:
    conditions = TrainingReport.from_json(trained_shop.trained.report.to_json()).conditions

    assert conditions is not None
    assert conditions.environment == Environment.of_now()
    assert (conditions.as_of, conditions.tune) == (None, 0)


def test_a_report_of_an_older_version_still_reads(trained_shop: Any) -> None:
    older = msgspec.json.decode(trained_shop.trained.report.to_json())
    del older["conditions"]

    assert TrainingReport.from_json(msgspec.json.encode(older)).conditions is None


def test_a_models_manifest_names_neither_machine_nor_versions(trained_shop: Any) -> None:
    manifest = (trained_shop.home.models / trained_shop.trained.model_sha / "manifest.json").read_text()
    now = Environment.of_now()

    assert not any(word in manifest for word in (now.source, now.machine, str(now.commit), "environment"))
