"""However often and however fast a request is repeated, it has one effect and one answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine, func, select

from features.times import DAY, SECOND, parse_time
from serving.database import idempotency, reading, writing
from serving.database.idempotency import RepeatableRequest, StoredAnswer
from serving.database.tables import api_keys, idempotent_answers

NOW = parse_time("2026-03-01T09:00:00Z")
REQUEST = RepeatableRequest("k1", "decide", "a-key", idempotency.digest_of_request("/v1/customers/c1/decisions", b"{}"))
ANSWER = StoredAnswer(201, "application/json", b'{"decision_id": "d1"}', "subject of c1")


def ask(engine: Engine, request: RepeatableRequest = REQUEST, now: int = NOW) -> StoredAnswer | None:
    with writing(engine) as connection:
        return idempotency.remembered(connection, request, now=now)


def answer(engine: Engine, request: RepeatableRequest = REQUEST) -> None:
    with writing(engine) as connection:
        idempotency.remember(connection, request, ANSWER)


def test_the_first_request_is_the_callers_to_answer_and_a_repeat_gets_that_answer(engine: Engine) -> None:
    assert ask(engine) is None
    answer(engine)

    assert ask(engine) == ANSWER


def test_the_same_key_with_another_request_is_refused(engine: Engine) -> None:
    ask(engine)
    answer(engine)

    with pytest.raises(idempotency.IdempotencyKeyReused, match="fresh key") as caught:
        ask(engine, replace(REQUEST, digest=idempotency.digest_of_request("/v1/customers/c2/decisions", b"{}")))

    assert caught.value.status == 422


@pytest.mark.parametrize("changed", [{"caller_id": "k2"}, {"route": "record_outcome"}, {"idempotency_key": "b-key"}])
def test_another_caller_route_or_key_is_another_request(engine: Engine, changed: dict[str, str]) -> None:
    ask(engine)
    answer(engine)

    assert ask(engine, replace(REQUEST, **changed)) is None


def test_a_repeat_of_a_request_in_flight_is_told_to_wait(engine: Engine) -> None:
    ask(engine)

    with pytest.raises(idempotency.StillAnswering, match="try again") as caught:
        ask(engine, now=NOW + 59 * SECOND)

    assert caught.value.status == 409


def test_a_request_whose_process_is_gone_can_be_tried_again_by_one(engine: Engine) -> None:
    ask(engine)

    assert ask(engine, now=NOW + 60 * SECOND) is None
    with pytest.raises(idempotency.StillAnswering):
        ask(engine, now=NOW + 61 * SECOND)


def test_of_two_attempts_at_one_request_the_slower_has_no_effect(engine: Engine) -> None:
    ask(engine)
    ask(engine, now=NOW + 60 * SECOND)
    answer(engine)

    with pytest.raises(idempotency.AnsweredMeanwhile, match="ask again"):
        answer(engine)

    assert ask(engine) == ANSWER


def test_a_request_that_failed_may_be_tried_again_and_one_that_was_answered_stays(engine: Engine) -> None:
    ask(engine)
    with writing(engine) as connection:
        idempotency.forget(connection, REQUEST)
    assert ask(engine) is None

    answer(engine)
    with writing(engine) as connection:
        idempotency.forget(connection, REQUEST)

    assert ask(engine) == ANSWER


def test_an_undone_transaction_leaves_no_trace_of_its_request(engine: Engine) -> None:
    def fail() -> None:
        with writing(engine) as connection:
            idempotency.remembered(connection, REQUEST, now=NOW)
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert ask(engine) is None


def test_ten_repeats_at_once_have_one_effect_and_one_answer(engine: Engine) -> None:
    together, answers = threading.Barrier(10), []

    def decide(number: int) -> None:
        together.wait()
        with writing(engine) as connection:
            if (stored := idempotency.remembered(connection, REQUEST, now=NOW)) is None:
                connection.execute(api_keys.insert(), {"id": str(number), "name": "n", "scopes": "read", "created_at": NOW})
                stored = replace(ANSWER, body=f"decided by {number}".encode())
                idempotency.remember(connection, REQUEST, stored)
        answers.append(stored)

    in_threads(decide)

    assert len(answers) == 10
    assert len(set(answers)) == 1
    assert count(engine, api_keys.c.id) == count(engine, idempotent_answers.c.route) == 1


def test_of_ten_long_requests_at_once_one_goes_ahead_and_the_others_are_told_to_wait(engine: Engine) -> None:
    together, outcomes = threading.Barrier(10), []

    def start_batch(_: int) -> None:
        together.wait()
        try:
            outcomes.append(ask(engine))
        except idempotency.StillAnswering:
            outcomes.append("wait")

    in_threads(start_batch)

    assert sorted(outcomes, key=str) == [None, *["wait"] * 9]


def test_an_answer_of_a_day_ago_is_still_given(engine: Engine) -> None:
    ask(engine)
    answer(engine)

    assert ask(engine, now=NOW + DAY) == ANSWER


def test_erasure_drops_the_answers_about_one_customer_only(engine: Engine) -> None:
    for key, subject in (("a", "c1"), ("b", "c1"), ("c", "c2")):
        request = replace(REQUEST, idempotency_key=key)
        ask(engine, request)
        with writing(engine) as connection:
            idempotency.remember(connection, request, replace(ANSWER, subject=subject))

    with writing(engine) as connection:
        assert idempotency.drop_answers_about(connection, "c1") == 2

    assert count(engine, idempotent_answers.c.route) == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "two words", "tab\t", "Schlüssel", "line\n"])
def test_an_impossible_idempotency_key_is_refused(key: str) -> None:
    with pytest.raises(idempotency.IdempotencyKeyInvalid, match="1 to 255 visible ASCII"):
        replace(REQUEST, idempotency_key=key)


def test_each_refusal_of_a_repeat_names_its_problem_for_programs(engine: Engine) -> None:
    ask(engine)
    with pytest.raises(idempotency.StillAnswering) as waiting:
        ask(engine)
    answer(engine)
    with pytest.raises(idempotency.AnsweredMeanwhile) as late:
        answer(engine)
    with pytest.raises(idempotency.IdempotencyKeyReused) as reused:
        ask(engine, replace(REQUEST, digest="another"))

    problems = [caught.value.problem for caught in (waiting, late, reused)]
    assert problems == ["still-answering", "answered-meanwhile", "idempotency-key-reused"]


def in_threads(work: Callable[[int], None]) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def count(engine: Engine, column: object) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count(column)))
