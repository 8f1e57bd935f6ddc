from __future__ import annotations

import pytest

from serving.door.admission import Admission
from serving.door.problems import Overloaded, refusal


def test_the_request_above_the_limit_is_refused_and_told_when_to_come_back():
    admission = Admission(1)

    with admission.place(), pytest.raises(Overloaded) as refused, admission.place():
        pass

    answer = refusal(refused.value, "r1")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_a_place_is_given_back_after_an_answer_and_after_a_fault():
    admission = Admission(1)

    with pytest.raises(ZeroDivisionError), admission.place():
        raise ZeroDivisionError
    with admission.place():
        pass

    assert admission.in_hand == 0


def test_requests_that_were_read_and_wait_count_too():
    admission = Admission(8)
    waiting = [9]
    admission.count_by(lambda: waiting[0])

    with pytest.raises(Overloaded), admission.place():
        pass
    waiting[0] = 8
    with admission.place():
        assert admission.in_hand == 8


def test_an_overloaded_service_still_says_how_it_is(asker, monkeypatch):
    monkeypatch.setattr(asker.service.admission, "limit", 0)

    assert asker.get("/v1/customers/c1").status_code == 503
    assert asker.get("/readyz").status_code == 200


def test_what_is_too_much_is_turned_away_before_a_route_is_looked_for(asker, monkeypatch):
    monkeypatch.setattr(asker.service.admission, "limit", 0)

    refused = asker.get("/v1/no-such-call")

    assert refused.status_code == 503
    assert refused.json()["type"].endswith(":overloaded")
    assert refused.json()["request_id"] == refused.headers["x-request-id"]
    assert refused.headers["retry-after"] == "1"
