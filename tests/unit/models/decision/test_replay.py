"""A stored decision follows from itself: what is read back decides the same, and what was changed is noticed."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest

from features.company.offers import Cap, ContactPolicy, Pause
from features.times import DAY, parse_time
from models.decision import Asked, Contact, Lots, decide, document, replay
from models.decision.replay import DecidedByAnotherFile, DecisionUnreadable

NOW = parse_time("2026-03-02T12:00:00Z")


@pytest.fixture
def one(policy, offer):
    rules = ContactPolicy(
        caps=(Cap(contacts=9, days=7),), pauses=(Pause(outcome="declined", count=1, days=7, pause_days=9, scope="offer"),)
    )
    offers = (
        offer("gift", channels=("phone", "email"), applicability="tenure_days > 1"),
        offer("stay", kind="retention", value=None),
    )
    return policy(*offers, contact_policy=rules, exploration_share=0.1)


@pytest.fixture
def stored(one, situations, measured):
    contacts = [
        Contact("d0/1", "gift", "phone", NOW - DAY, shown_at=NOW - DAY),
        Contact("d0/2", "stay", None, NOW - DAY, outcome="declined", outcome_at=NOW - 3),
    ]
    columns = {"tenure_days": [1 / 3], "consent_to_email": [np.nan], "churn_probability": [0.1 + 0.2], "expected_margin": [1e-7]}
    known = situations(
        one, columns, contacts=[contacts], acceptance=[[0.1, 0.7, 0.30000000000000004]], uplift=[[np.nan, -0.1]],
        usual_margin=123.456, evidence={"stay": measured}, context="renewal",
    )  # fmt: skip
    asked = Asked("d1", "c1", bundle="b" * 64, agent_id="ann", language="en", reasons_in="pl")
    return document(decide(one, known, asked=asked, lots=Lots(0.3, 0.05, 0.7)))


def test_a_stored_decision_is_written_again_byte_for_byte(one, stored) -> None:
    assert replay(stored, one) == stored


def test_a_document_is_canonical_json_without_nan(stored) -> None:
    plain = json.loads(stored)

    assert stored == msgspec.json.encode(plain, order="sorted")
    assert list(plain) == sorted(plain)
    assert b"NaN" not in stored
    assert plain["situation"]["columns"]["consent_to_email"] is None
    assert plain["estimates"]["uplift"] == [None, -0.1]


def test_a_document_says_who_asked_and_what_it_rests_on(one, stored) -> None:
    plain = json.loads(stored)

    assert plain["company"] == one.sha256
    assert plain["asked"]["agent_id"] == "ann"
    assert plain["answer"]["versions"] == {"bundle": "b" * 64, "company": one.sha256}
    assert plain["situation"]["at"] == NOW
    assert plain["answer"]["window_start"] == "2026-03-02T12:00:00Z"
    assert plain["lots"] == {"control": 0.3, "explore": 0.05, "pick": 0.7}
    assert plain["candidates"]["name"] == ["gift/phone", "gift/email", "stay/phone"]
    assert plain["candidates"]["gate"] == ["applicability", "applicability", "contact_policy"]
    assert sum(plain["candidates"]["probability"]) == pytest.approx(1.0, abs=1e-12)


def test_contacts_are_read_back_as_they_were(stored) -> None:
    contacts = json.loads(stored)["situation"]["contacts"]

    assert contacts["decided_at"] == [NOW - DAY, NOW - DAY]
    assert sorted(contacts["shown_at"], key=str) == [NOW - DAY, None]
    assert sorted(contacts["outcome"]) == [-1, 2]


@pytest.mark.parametrize(
    "changed",
    [
        lambda kept: kept["answer"].update(arm="policy"),
        lambda kept: kept["estimates"].update(usual_margin=999.0),
        lambda kept: kept["lots"].update(pick=0.01, explore=0.9),
        lambda kept: kept["candidates"]["priority"].__setitem__(0, 1e9),
        lambda kept: kept["situation"]["columns"].update(tenure_days=50.0),
    ],
)
def test_a_document_that_somebody_changed_does_not_follow_from_itself(one, stored, changed) -> None:
    kept = json.loads(stored)
    changed(kept)
    forged = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    assert replay(forged, one) != forged


def test_a_decision_is_replayed_under_the_file_it_was_made_under_alone(one, stored, policy) -> None:
    other = policy(text="another file")

    with pytest.raises(DecidedByAnotherFile, match=f"needed the company file {one.sha256[:12]}.*found {other.sha256[:12]}"):
        replay(stored, other)


def test_a_document_of_another_format_is_not_guessed_at(one, stored) -> None:
    kept = json.loads(stored) | {"format": 2}

    with pytest.raises(DecisionUnreadable, match="needed a decision of format 1, found 2"):
        replay(json.dumps(kept).encode(), one)
