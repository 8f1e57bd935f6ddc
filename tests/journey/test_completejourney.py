"""A year of real grocery purchases: from an installed package to a served answer, in one command."""

from __future__ import annotations

import json

import pytest


@pytest.mark.needs("completejourney")
def test_the_demo_of_real_purchases_reads_every_line_passes_its_gates_and_answers(user) -> None:
    done = user.runs("demo", "--data", "completejourney", "--only", "churn", "--no-serve")

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout[done.stdout.index("\n{") : done.stdout.index("\n}") + 2])
    ledger = [json.loads(line) for line in (user.folder / "var" / "demo" / "ledger.jsonl").read_text().splitlines()]
    (report,) = [json.loads(path.read_text()) for path in (user.folder / "var" / "demo" / "reports" / "imports").iterdir()]
    assert report["read"]["transactions"] == report["sources"]["purchases"]["accepted"] + 8_820 == 1_469_307
    assert (report["sources"]["customers"]["accepted"], report["sources"]["offers"]["accepted"]) == (2_469, 6_589)
    assert (answer["as_of"], answer["churn"]["horizon_days"]) == ("2018-01-01T00:00:00Z", 56)
    assert 0 < answer["churn"]["probability"] < 1
    assert (ledger[-1]["override"], {gate["verdict"] for gate in ledger[-1]["gates"]}) == (None, {"passed"})


def test_a_demo_of_data_that_do_not_exist_names_those_that_do(user) -> None:
    done = user.runs("demo", "--data", "instacart", "--no-serve")

    assert (done.returncode, "completejourney" in done.stderr) == (2, True), done.stderr
