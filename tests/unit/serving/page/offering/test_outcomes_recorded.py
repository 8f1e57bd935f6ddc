from __future__ import annotations

import threading

import pytest

from features.subjects import subject
from features.times import DAY, HOUR, SECOND
from serving.database.audit import entries_about


@pytest.fixture(autouse=True)
def _awake(office, ana, bob):
    """Sessions last, whatever the clock of the test before was moved by."""
    for person in (ana, bob):
        office.again(person)


def test_what_was_accepted_is_recorded_and_decided_anew_at_once(office, ana, customer):
    before = ana.open(customer).form("accepted")

    after = ana.press(before, outcome="accepted")

    assert office.words(customer) == [("accepted", "ana", None)]
    assert after.form("accepted").fields["decision_id"] != before.fields["decision_id"]
    assert "accepted. Recorded by ana" in after.text
    assert "Recorded by <bdi>ana" in ana.browser.get(f"/page/customers/{customer}").text


def test_a_reload_changes_nothing(office, ana, customer):
    ana.tell(customer, "skipped")

    pages = [ana.open(customer) for _ in range(3)]

    assert len({page.form("accepted").fields["decision_id"] for page in pages}) == 1
    assert (office.decided(customer), len(office.words(customer))) == (2, 1)


def test_an_offer_made_without_an_answer_keeps_its_decision(office, ana, customer):
    before = ana.open(customer).form("shown")

    after = ana.press(before, outcome="shown")

    assert office.words(customer) == [("shown", "ana", None)]
    assert after.form("accepted").fields == before.fields
    assert "no answer yet." in after.text


def test_a_form_sent_twice_records_once(office, ana, customer):
    form = ana.open(customer).form("accepted")

    answers = [ana.send(form, outcome="accepted").status_code for _ in range(2)]

    assert answers == [303, 303]
    assert office.words(customer) == [("accepted", "ana", None)]


@pytest.mark.parametrize("word", ["accepted", "skipped"])
def test_who_comes_second_is_told_who_was_first_and_records_nothing(office, ana, bob, customer, word):
    seen_by_bob = bob.open(customer).form("accepted")
    ana.tell(customer, "accepted")
    office.wait(20 * SECOND)

    answer = bob.press(seen_by_bob, outcome=word)

    assert answer.status == 409
    assert "Nothing was recorded: ana was faster." in answer.text
    assert "recorded just now" in answer.text
    assert office.words(customer) == [("accepted", "ana", None)]
    assert answer.form("accepted").fields["decision_id"] != seen_by_bob.fields["decision_id"]


def test_another_offer_of_an_answered_decision_is_not_recorded_either(office, ana, bob, customer):
    second = bob.open(customer).form("accepted", 1)
    ana.tell(customer, "declined", reason="not_needed")

    answer = bob.press(second, outcome="accepted")

    assert (answer.status, len(office.words(customer))) == (409, 1)


def test_who_contradicts_themselves_is_told_so(ana, customer):
    form = ana.open(customer).form("accepted")
    ana.send(form, outcome="accepted")

    answer = ana.press(form, outcome="skipped")

    assert answer.status == 409
    assert "you recorded something first" in answer.text


def test_of_two_at_once_one_is_heard_and_the_other_told(office, ana, bob, customer):
    form, together, found = ana.open(customer).form("accepted"), threading.Barrier(2), []
    forms = {ana: form, bob: bob.open(customer).form("accepted")}

    def press(person, word: str) -> None:
        together.wait(10)
        found.append(person.send(forms[person], outcome=word).status_code)

    threads = [threading.Thread(target=press, args=pair) for pair in ((ana, "accepted"), (bob, "skipped"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [303, 409]
    assert len(office.words(customer)) == 1


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"reason": "too_expensive"}, "too_expensive"),
        ({"reason": "bad_time", "reason_text": "never mind"}, "bad_time"),
        ({"reason": "other", "reason_text": "  <b>moves</b> abroad "}, "<b>moves</b> abroad"),
    ],
)
def test_why_it_was_declined_is_kept(office, ana, customer, sent, kept):
    answer = ana.tell(customer, "declined", **sent)

    assert answer.status == 200
    assert office.words(customer) == [("declined", "ana", kept)]
    assert "<b>" not in answer.text


@pytest.mark.parametrize("sent", [{}, {"reason": "other"}, {"reason": "other", "reason_text": "x" * 201}, {"reason": "made_up"}])
def test_who_declines_without_saying_why_is_asked(office, ana, customer, sent):
    answer = ana.tell(customer, "declined", **sent)

    assert answer.status == 422
    assert "choose why the customer declined" in answer.text
    assert office.words(customer) == []


def test_what_was_recorded_is_taken_back_within_a_minute(office, ana, customer):
    before = ana.open(customer)
    after = ana.press(before.form("accepted"), outcome="accepted")

    undone = ana.press(after.forms("/undo")[0])

    assert [word for word, _, _ in office.words(customer)] == ["accepted", "withdrawn"]
    assert undone.form("accepted").fields == before.form("accepted").fields
    assert undone.forms("/undo") == []


def test_to_take_back_twice_is_one_thing(office, ana, customer):
    form = ana.tell(customer, "skipped").forms("/undo")[0]

    answers = [ana.send(form).status_code for _ in range(2)]

    assert answers == [303, 303]
    assert len(office.words(customer)) == 2


def test_after_the_minute_it_stands_and_the_page_says_so(office, ana, customer):
    form = ana.tell(customer, "accepted").forms("/undo")[0]
    office.wait(61 * SECOND)

    answer = ana.press(form)

    assert answer.status == 409
    assert "possible for a minute, which is over" in answer.text
    assert answer.forms("/undo") == []


def test_nobody_takes_back_what_somebody_else_recorded(ana, bob, customer):
    form = ana.tell(customer, "accepted").forms("/undo")[0]
    theirs = bob.open(customer)

    answer = bob.browser.post(form.action, data={**theirs.form("accepted").fields, "word": form.fields["word"]})

    assert theirs.forms("/undo") == []
    assert answer.status_code == 403
    assert "somebody else recorded it" in answer.text


def test_what_was_recorded_of_one_customer_is_not_taken_back_at_another(office, ana, customer):
    form = ana.tell(customer, "accepted").forms("/undo")[0]

    answer = ana.browser.post("/page/customers/c60/undo", data=form.fields)

    assert (answer.status_code, [word for word, _, _ in office.words(customer)]) == (404, ["accepted"])


@pytest.mark.parametrize("number", ["", "x", "-1", "999999999999"])
def test_there_is_nothing_to_take_back_of_a_number_nobody_gave(ana, customer, number):
    token = ana.open(customer).form("accepted").fields["form_token"]

    answer = ana.browser.post(f"/page/customers/{customer}/undo", data={"form_token": token, "word": number})

    assert answer.status_code == 404
    assert "There is nothing to take back." in answer.text


def test_a_suggestion_that_is_over_is_not_recorded_and_the_new_one_is_shown(office, ana, customer):
    old = ana.open(customer).form("accepted")
    office.wait(25 * HOUR)
    office.again(ana)
    old.fields["form_token"] = ana.open("c60").form("accepted").fields["form_token"]

    answer = ana.press(old, outcome="accepted")

    assert answer.status == 409
    assert "that suggestion was over" in answer.text
    assert office.words(customer) == []
    assert answer.form("accepted").fields["decision_id"] != old.fields["decision_id"]


def test_an_answer_to_an_offer_made_before_is_recorded_when_it_comes(office, ana, customer):
    made = ana.tell(customer, "shown").form("accepted").fields
    office.wait(2 * DAY)
    office.again(ana)

    later = ana.open(customer)
    waiting = next(form for form in later.forms("/outcomes") if form.fields["decision_id"] == made["decision_id"])
    answer = ana.press(waiting, outcome="accepted")

    assert "waiting for an answer" in later.text
    assert [word for word, _, _ in office.words(customer)] == ["shown", "accepted"]
    assert "waiting for an answer" not in answer.text


def test_a_decision_of_somebody_else_is_not_one_of_this_customer(office, ana, customer):
    other = ana.open("c60").form("accepted")

    answer = ana.browser.post(f"/page/customers/{customer}/outcomes", data={**other.fields, "outcome": "accepted"})

    assert answer.status_code == 404
    assert office.words("c60") == office.words(customer) == []


@pytest.mark.parametrize("word", ["", "fulfilled", "withdrawn", "suggested"])
def test_only_what_the_page_offers_is_recorded(office, ana, customer, word):
    assert ana.press(ana.open(customer).form("accepted"), outcome=word).status == 422
    assert office.words(customer) == []


def test_a_form_from_elsewhere_or_of_another_session_records_nothing(office, ana, bob, customer):
    form = ana.open(customer).form("accepted")
    strange = ana.browser.post(
        form.action, data={**form.fields, "outcome": "accepted"}, headers={"Origin": "http://evil.example"}
    )

    assert strange.status_code == 403
    assert bob.press(form, outcome="accepted").status == 403
    assert office.words(customer) == []


def test_who_only_looks_records_nothing(office, ana, customer):
    fields, analyst = ana.open(customer).form("accepted").fields, office.person("analyst")
    token = analyst.open(customer).forms("/page/language")[0].fields["form_token"]

    answer = analyst.browser.post(
        f"/page/customers/{customer}/outcomes", data={**fields, "form_token": token, "outcome": "accepted"}
    )

    assert answer.status_code == 403
    assert office.words(customer) == []


def test_who_recorded_and_who_was_refused_is_in_the_audit(office, ana, bob, customer):
    form = bob.open(customer).form("accepted")
    ana.press(ana.open(customer).form("accepted"), outcome="accepted")
    bob.press(form, outcome="accepted")
    office.service.reads.flush()

    found = entries_about(office.service.engine, subject(office.service.secret, customer))

    told = [(entry.status, entry.role) for entry in found if entry.route.endswith("/outcomes")]
    assert sorted(told) == [(200, "decide"), (409, "decide")]
