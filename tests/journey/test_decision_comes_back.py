"""A decision goes out, its outcome comes in, and both stand in the event log once, as versions of a row."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import Publisher
from features.home import Home
from features.log.store import EventLog
from features.times import parse_time
from serving.service import moment_now


@pytest.fixture
def home(user) -> Home:
    publisher = Publisher(Home(user.folder / "var"), user.folder / "config" / "signing.key")
    text = company_with(10, exploration_share=0.0, control_share=0.0)
    publisher.point_to(publisher.store({"c1": 0.2}, as_of=moment_now(), company_text=text, beside=decidable()))
    return publisher.home


def logged(home: Home) -> list[dict[str, Any]]:
    log = EventLog.open(home)
    rows = [row for bucket in range(log.manifest.buckets) for row in log.bucket("offers", bucket).to_pylist()]
    return sorted(rows, key=lambda row: (row["rank"], row["known_at"]))


def test_a_decision_and_its_outcome_stand_in_the_log_once(user, home):
    secret = user.gets("keys", "create", "--name", "desk", "--scope", "decide")["secret"]
    with user.serves() as service:
        _, decision = service.answers("/v1/customers/c1/decisions", key=secret, body={"agent_id": "agent-1"})
        told = {"offer_id": decision["offers"][0]["offer_id"], "outcome": "accepted", "agent_id": "agent-2"}
        _, answer = service.answers(f"/v1/decisions/{decision['decision_id']}/outcomes", key=secret, body=told)
        first = user.gets("log", "drain")
    again = user.gets("log", "drain")

    rows = [row for row in logged(home) if row["rank"] == 1]
    assert (first["decisions"], first["outcomes"], again["decisions"], again["outcomes"]) == (1, 1, 0, 0)
    assert [(row["offer_id"], row["outcome"], row["agent_id"]) for row in rows] == [
        (told["offer_id"], None, "agent-1"),
        (told["offer_id"], "accepted", "agent-2"),
    ]
    assert len(logged(home)) == first["rows"] == 1 + len(decision["offers"])
    assert rows[1]["selection_probability"] == decision["selection_probability"] == 1.0
    assert rows[1]["shown_at"].timestamp() * 1e6 == pytest.approx(parse_time(answer["shown_at"]), abs=1)
    assert EventLog.open(home).manifest.observed_until["offers"] == parse_time(again["until"])
