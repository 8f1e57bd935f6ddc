from __future__ import annotations

import pytest

from features.subjects import subject
from features.times import HOUR
from serving.database.audit import entries_about


@pytest.fixture(autouse=True)
def _awake(office, ana, bob):
    for person in (ana, bob):
        office.again(person)


def mark(person, customer: str) -> str:
    answer = person.browser.get(f"/page/customers/{customer}/mark")
    assert answer.status_code == 200
    return answer.text


def test_a_page_carries_its_mark_which_holds_until_something_changes(ana, customer):
    page = ana.open(customer)

    assert page.mark
    assert [mark(ana, customer), mark(ana, customer)] == [page.mark] * 2


def test_what_somebody_else_records_gives_or_takes_back_changes_it(ana, bob, customer):
    marks = [ana.open(customer).mark]
    told = bob.tell(customer, "shown")
    marks.append(mark(ana, customer))
    bob.press(told.forms("/undo")[0])
    marks.append(mark(ana, customer))
    bob.press(bob.open(customer, "?complaint=defect").forms("/recoveries")[0], amount="5")
    marks.append(mark(ana, customer))

    assert len(set(marks)) == 4


def test_a_decision_that_is_over_changes_it(office, ana, customer):
    before = ana.open(customer).mark
    office.wait(25 * HOUR)

    assert mark(office.again(ana), customer) != before


def test_to_ask_for_it_decides_nothing_and_shows_nothing(office, ana, customer):
    mark(ana, customer)
    office.service.reads.flush()

    assert office.decided(customer) == 0
    assert list(entries_about(office.service.engine, subject(office.service.secret, customer))) == []


def test_who_is_not_known_has_none(ana):
    assert ana.browser.get("/page/customers/nobody/mark").status_code == 404


def test_who_has_not_signed_in_is_led_to_do_so(office, customer):
    answer = office.client.get(f"/page/customers/{customer}/mark", follow_redirects=False)

    assert answer.status_code == 303
