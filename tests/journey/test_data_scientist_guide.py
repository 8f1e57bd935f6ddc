"""The guide for data scientists, walked through as it stands: real purchases and a simulated company, and a CRM that asks."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.needs("shared_data")

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDE = DOCS / "data-scientist-guide.md"


def transcripts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("transcript", DOCS / "transcript.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def walked(user: Any, shared_data: Path) -> list[tuple[str, str | None]]:
    """Every command of the guide in its order, and where its answer departs from the guide."""
    room = transcripts()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**user.environment, "PATH": path, "DATA": str(shared_data)}
    steps = list(room.steps(GUIDE.read_text("utf-8")))
    return [
        (step.command, room.difference(step.answer, room.answer_of(step.command, user.folder, environment))) for step in steps
    ]


def test_the_guide_shows_what_the_commands_answer_and_a_crm_is_answered_from_what_they_made(user, walked) -> None:
    assert len(walked) >= 15
    assert [told for told in walked if told[1] is not None] == []

    key = user.gets("keys", "create", "--name", "crm", "--scope", "read")["secret"]
    table = user.folder / "scores.csv"
    user.gets("score", "--out", str(table))
    header, *rows = [line.split(",") for line in table.read_text().splitlines()]
    known = {row[header.index("customer_id")]: row[header.index("churn_90")] for row in rows}
    at_risk = [customer for customer, chance in known.items() if chance][:20]
    live = user.gets("models")["live"]["live"]

    with user.serves("--workers", "2") as service:
        for customer in at_risk:
            status, answer = service.answers(f"/v1/customers/{customer}", key=key)
            assert status == 200
            assert answer["versions"]["bundle"] == live["bundle"]
            assert answer["churn"]["probability"] == pytest.approx(float(known[customer]), abs=1e-6)
            chances = [each["probability"] for each in answer["churn"]["horizons"]]
            assert chances == sorted(chances, reverse=True), "a longer silence is never likelier"

        status, many = service.answers("/v1/predictions", key=key, body={"customer_ids": [*at_risk, "nobody"]})
        assert (status, len(many["items"])) == (200, len(at_risk) + 1)
        assert service.answers(f"/v1/customers/{at_risk[0]}")[0] == 401
        assert service.answers("/v1/customers/nobody", key=key)[0] == 404
