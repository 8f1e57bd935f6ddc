"""What a demo shows of a decision, and that what it prints can be pasted into a shell."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import Publisher
from features.home import Home
from lifecycle.decision_text import decision_text, outcome_question
from lifecycle.question import NoAnswer, Question, ask_in_process
from serving.database import database_url, open_database
from serving.database.keys import create_key
from serving.service import moment_now
from serving.settings import ServiceSettings

CARD, DECIDE = "/v1/customers/c1", "/v1/customers/c1/decisions"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr("serving.live.state.trial_load", lambda *_, **__: None)  # seconds, and tested with the models
    publisher = Publisher(Home(tmp_path / "home"), tmp_path / "signing.key")
    text = company_with(10, exploration_share=0.0, control_share=0.0)
    publisher.point_to(publisher.store({"c1": 0.2}, as_of=moment_now(), company_text=text, beside=decidable()))
    return publisher.home


def key(home: Home, *scopes: str) -> str:
    engine = open_database(database_url(home))
    try:
        return create_key(engine, name="demo", scopes=scopes, created_at=moment_now()).secret
    finally:
        engine.dispose()


def test_a_card_a_decision_and_its_outcome_are_asked_as_they_are_printed(home: Home) -> None:
    secret, settings = key(home, "read", "decide"), ServiceSettings(home, drain_seconds=0.0)

    card, decision = ask_in_process([Question(CARD, secret), Question(DECIDE, secret, "{}")], settings)
    told = outcome_question(decision, secret) or pytest.fail("nothing was offered")
    again, outcome = ask_in_process([Question(DECIDE, secret, "{}"), told], settings)

    first = decision["offers"][0]
    assert (card["customer_id"], again["decision_id"]) == ("c1", decision["decision_id"])
    assert (outcome["offer_id"], outcome["state"]) == (first["offer_id"], "accepted")
    assert f"1. {first['offer_id']} by {first['channel']}" in decision_text(decision, currency="EUR")


def test_what_is_printed_is_one_command_of_a_shell() -> None:
    told = Question("/v1/decisions/d/outcomes", "lck_1", '{"offer_id": "gift", "outcome": "accepted"}')

    words = shlex.split(told.curl("http://127.0.0.1:8000"))

    assert words[:4] == ["curl", "-s", "-H", "Authorization: Bearer lck_1"]
    assert words[-3:] == ["-d", told.body, "http://127.0.0.1:8000/v1/decisions/d/outcomes"]


def test_a_problem_is_no_answer(home: Home) -> None:
    reader = Question(DECIDE, key(home, "read"), "{}")

    with pytest.raises(NoAnswer, match=r"needed status 200 for /v1/customers/c1/decisions, found 403: .*scope"):
        ask_in_process([reader], ServiceSettings(home, drain_seconds=0.0))
