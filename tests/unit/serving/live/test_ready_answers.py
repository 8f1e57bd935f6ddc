from __future__ import annotations

import json

import pytest

from serving.live import ready
from serving.live.ready import ReadyAnswer, ReadyAnswers


def answer(request_id: str = "r1", customer_id: str = "c1") -> ReadyAnswer:
    content = json.dumps({"customer_id": customer_id, "request_id": request_id, "text": "r1"}, separators=(",", ":")).encode()
    return ReadyAnswer.cut(content, request_id, held="as now", counted=None)


@pytest.mark.parametrize("customer_id", ["c1", "r1"])
def test_another_request_gets_the_same_answer_under_its_own_number(customer_id):
    said = json.loads(answer(customer_id=customer_id).content("another"))

    assert said == {"customer_id": customer_id, "request_id": "another", "text": "r1"}


def test_an_answer_given_under_other_circumstances_is_not_given_again():
    answers = ReadyAnswers()
    answers.keep("c1", answer())

    assert (answers.under("c1", "as now"), answers.under("c1", "degraded")) == (answers.under("c1", "as now"), None)
    assert answers.under("c1", "as now") is not None


def test_the_oldest_answer_goes_where_too_many_are_kept(monkeypatch):
    monkeypatch.setattr(ready, "MOST", 2)
    answers = ReadyAnswers()
    for customer_id in ("c1", "c2", "c3"):
        answers.keep(customer_id, answer())

    assert [answers.under(customer_id, "as now") is not None for customer_id in ("c1", "c2", "c3")] == [False, True, True]
