"""The first hour of a new user: the demo, the doctor, and the mistakes everybody makes."""

from __future__ import annotations

import fcntl
import json
from pathlib import Path

import pytest


def test_the_demo_answers_two_questions_and_ends(user) -> None:
    done = user.runs("demo", "--no-serve", "--customers", "500")

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout[done.stdout.index("\n{") : done.stdout.index("\n}") + 2])
    assert 0 < answer["churn"]["probability"] < 1
    assert answer["stage"]["current"]
    assert answer["churn"]["low"] <= answer["churn"]["probability"] <= answer["churn"]["high"]
    assert answer["churn"]["reasons"][0]["text"]
    assert done.stdout.count("curl -s -H 'Authorization: Bearer lck_") >= 2
    assert f"/v1/customers/{answer['customer_id']}/decisions\naction " in done.stdout
    assert json.loads((user.folder / "var" / "demo" / "live.json").read_text())["bundle"] == answer["versions"]["bundle"]


def test_the_demo_leaves_a_folder_alone_that_it_did_not_make(user) -> None:
    precious = user.folder / "var" / "demo" / "thesis.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("ten years of work")

    done = user.runs("demo", "--no-serve")

    assert done.returncode == 5
    assert "move it, or set LIFECYCLE_HOME" in done.stderr
    assert precious.read_text() == "ten years of work"


def test_a_second_demo_does_not_remove_the_first(user) -> None:
    (user.folder / "var").mkdir()
    with (user.folder / "var" / "demo.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)

        done = user.runs("demo", "--no-serve")

    assert (done.returncode, "a demo running there" in done.stderr) == (5, True), done.stderr


def test_history_is_never_imported_into_a_simulated_company(user) -> None:
    (user.folder / "var" / "truth").mkdir(parents=True)

    done = user.runs("import", "online_retail", "--from", ".")

    assert (done.returncode, "set LIFECYCLE_HOME to a new folder" in done.stderr) == (5, True), done.stderr


def test_the_doctor_names_what_is_missing_in_an_empty_folder(user) -> None:
    done = user.runs("doctor", "--json")

    findings = {each["check"]: each["verdict"] for each in json.loads(done.stdout)["findings"]}
    assert done.returncode == 0
    assert findings["python"] == "ok"
    assert findings["event log"] == findings["live state"] == "note"


def test_the_doctor_names_a_damaged_pointer(user) -> None:
    (user.folder / "var").mkdir()
    (user.folder / "var" / "live.json").write_text('{"bundle": "nonsense"}')

    done = user.runs("doctor")

    assert done.returncode == 1
    assert "fault  live state" in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "expected"),
    [
        (("train", "churn"), 4, "lifecycle company use FILE"),
        (("promote", "churn"), 4, "lifecycle train churn"),
        (("rollback", "churn"), 4, "lifecycle models"),
        (("score",), 7, "lifecycle promote churn"),
        (("log", "verify"), 4, "lifecycle import"),
        (("import", "nobody_knows_this", "--from", "."), 4, "online_retail"),
        (("features", "--as-of", "2026-03-01T10:00:00"), 2, "with a zone"),
    ],
)
def test_a_command_too_early_or_misspelt_says_what_to_do(user, words: tuple[str, ...], code: int, expected: str) -> None:
    done = user.runs(*words)

    assert (done.returncode, expected in done.stderr, "Traceback" in done.stderr) == (code, True, False), done.stderr


def test_every_command_explains_itself(user) -> None:
    done = user.runs("--help")

    assert done.returncode == 0
    for command in ("demo", "doctor", "simulate", "import", "log", "company", "features", "train", "promote", "serve", "keys"):
        assert f" {command} " in done.stdout


def test_a_broken_company_file_is_refused_with_every_line(user, tmp_path: Path) -> None:
    (tmp_path / "broken.toml").write_text('currency = "euros"\nhorizon_days = "soon"\nunknown_thing = 1\n')

    done = user.runs("company", "use", "broken.toml")

    assert done.returncode == 2
    assert all(f"line {number}" in done.stderr for number in (1, 2, 3))
    assert not (user.folder / "var" / "live.json").exists()
