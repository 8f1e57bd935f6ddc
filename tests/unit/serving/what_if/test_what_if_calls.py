"""A what-if answers as the customer's own answer does, with other numbers: from the known row, or from a full record."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import delete

from benchmarks.records import full_record
from features.ids_file import map_ids
from features.log.store import EventLog
from features.snapshot import newest_snapshot
from features.times import HOUR, format_time
from serving.api.customers import CUSTOMER
from serving.api.what_if import WHAT_IF
from serving.database import reading, writing
from serving.database.fresh import write_fresh
from serving.database.tables import audit_entries, fresh_predictions
from serving.fresh.desk import open_desk
from serving.fresh.recomputing import recomputed

PARTS = ("stage", "churn", "value", "health", "purchase")


@pytest.fixture(scope="module")
def shop(published_shop):
    return published_shop


@pytest.fixture(scope="module")
def asker(shop_asker):
    assert shop_asker.service.live.in_service().state.workings.wait(60)
    return shop_asker


@pytest.fixture(scope="module")
def everybody(shop):
    return map_ids(shop.home.predictions / shop.live.predictions / "ids.arrow").to_pylist()


@pytest.fixture(scope="module")
def at_risk(asker, everybody):
    return next(each for each in everybody if "churn" in asker.get(CUSTOMER.format(customer_id=each)).json())


def what_if(asker, customer_id, **body):
    return asker.post(WHAT_IF.format(customer_id=customer_id), json=body)


def parts_of(answer):
    told = {part: answer[part] for part in PARTS if part in answer}
    return {part: {name: said for name, said in one.items() if name != "reasons"} for part, one in told.items()}


def test_with_nothing_changed_it_answers_what_is_published(asker, everybody):
    for customer_id in everybody[:20]:
        published = asker.get(CUSTOMER.format(customer_id=customer_id)).json()

        supposed = what_if(asker, customer_id).json()

        assert parts_of(supposed) == parts_of(published)
        assert (supposed["changed"], supposed["as_of"]) == ([], published["as_of"])


def test_another_number_moves_the_answer_and_is_named(asker, at_risk):
    published = asker.get(CUSTOMER.format(customer_id=at_risk)).json()

    supposed = what_if(asker, at_risk, features={"purchases_days_since_last": 300, "purchases_days_365d": 1}).json()

    assert supposed["changed"] == ["purchases_days_365d", "purchases_days_since_last"]
    assert supposed["churn"]["probability"] != published["churn"]["probability"]
    assert supposed["health"]["score"] < published["health"]["score"]


def test_two_lists_say_the_same_as_members_by_name(asker, at_risk):
    by_name = what_if(asker, at_risk, features={"purchases_days_since_last": 300, "purchases_days_365d": 1}).json()

    in_lists = what_if(asker, at_risk, names=["purchases_days_since_last", "purchases_days_365d"], values=[300, 1]).json()

    assert in_lists | {"request_id": ""} == by_name | {"request_id": ""}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"names": ["tenure_days"]}, "/values"),
        ({"names": ["tenure_days", "tenure_days"], "values": [1, 2]}, "/names"),
        ({"features": {"tenure_days": 1}, "names": ["tenure_days"], "values": [1]}, "/names"),
    ],
)
def test_lists_that_do_not_pair_or_repeat_a_name_are_refused(asker, at_risk, body, pointer):
    answer = what_if(asker, at_risk, **body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_another_stage_wins_by_the_rules_and_is_not_confirmed(asker, at_risk):
    supposed = what_if(asker, at_risk, features={"purchases_days_since_last": 3000, "purchases_days_365d": 0}).json()

    assert supposed["stage"]["current"] == "lapsed"
    assert "since" not in supposed["stage"]


def test_reasons_are_told_when_asked_for_and_only_then(asker, at_risk):
    plain, told = what_if(asker, at_risk).json(), what_if(asker, at_risk, reasons=True).json()

    assert "reasons" not in plain["churn"]
    assert 1 <= len(told["churn"]["reasons"]) <= 3
    assert told["churn"]["probability"] == plain["churn"]["probability"]


def test_only_the_parts_asked_for_are_answered_and_are_the_same(asker, at_risk):
    whole, alone = what_if(asker, at_risk).json(), what_if(asker, at_risk, parts=["churn"]).json()

    assert set(parts_of(alone)) == {"churn"}
    assert alone["churn"] == whole["churn"]


def test_a_full_record_is_answered_without_reading_the_customers_row(asker, shop, at_risk, monkeypatch):
    monkeypatch.setattr("serving.live.state.LiveState.features", lambda *_: pytest.fail("the row was read"))

    answer = what_if(asker, at_risk, features=full_record(shop.company.catalogue))

    assert answer.status_code == 200
    assert set(parts_of(answer.json())) == set(PARTS)


def test_the_known_row_as_a_full_record_gives_the_published_chance(asker, shop, everybody, at_risk):
    row = newest_snapshot(shop.home).matrix[everybody.index(at_risk)].tolist()
    known = dict(zip(shop.company.catalogue.names, row, strict=True))
    body = {"features": {name: number for name, number in known.items() if number == number}}
    body["unknown"] = [name for name, number in known.items() if number != number]

    supposed = what_if(asker, at_risk, **body).json()

    published = asker.get(CUSTOMER.format(customer_id=at_risk)).json()
    assert parts_of(supposed)["churn"] == parts_of(published)["churn"]
    assert supposed["value"] == published["value"]


def test_who_is_fresh_is_supposed_about_from_the_newest_row(asker, shop, at_risk):
    published = asker.get(CUSTOMER.format(customer_id=at_risk)).json()
    desk, later = open_desk(shop.home, shop.live), newest_snapshot(shop.home).as_of + 9 * HOUR
    with predicted_anew(asker, recomputed(EventLog.open(shop.home), desk, ids=[at_risk], as_of=later)):
        card = asker.get(CUSTOMER.format(customer_id=at_risk)).json()

        supposed = what_if(asker, at_risk).json()

    assert supposed["as_of"] == card["as_of"] == format_time(later)
    assert parts_of(supposed) == parts_of(card) != parts_of(published)


@contextmanager
def predicted_anew(asker, rows):
    """Let the service hear of rows, and forget them afterwards: it answers other tests too."""
    with writing(asker.service.engine) as connection:
        write_fresh(connection, rows)
    asker.service.live.listen()
    yield
    with writing(asker.service.engine) as connection:
        connection.execute(delete(fresh_predictions))
    asker.service.live.listen()


def test_a_refusal_tells_what_is_known_and_leaves_no_word_of_what_was_sent(asker, at_risk):
    answer = what_if(asker, at_risk, features={"purchases_days_since_lasst": 3})

    assert answer.status_code == 422
    assert "purchases_days_since_last`" in answer.text
    assert "lasst" not in answer.text


def test_an_unknown_customer_is_not_found_and_each_question_leaves_its_entry(asker, at_risk):
    assert what_if(asker, "nobody-here").status_code == 404
    what_if(asker, at_risk)

    asker.service.reads.flush()
    with reading(asker.service.engine) as connection:
        left = {(row.route, row.status) for row in connection.execute(audit_entries.select())}
    assert {(WHAT_IF, 404), (WHAT_IF, 200)} <= left
