from __future__ import annotations

import html
import threading

import pytest

from features.times import HOUR, format_time
from serving.database import keys


@pytest.fixture(autouse=True)
def _awake(office, ana, bob):
    for person in (ana, bob):
        office.again(person)


def give(person, customer: str, amount: str, *, complaint: str = "defect"):
    form = person.open(customer, f"?complaint={complaint}").forms("/recoveries")[0]
    return person.press(form, amount=amount)


def test_the_page_says_how_much_may_be_given_and_why(ana, customer):
    text = html.unescape(ana.open(customer, "?complaint=defect").text)

    assert "You may give up to €35.00 now. This type of complaint allows no more." in text
    assert "The budget for everybody, for 30 days" in text
    assert "You, in this case" in text


def test_nothing_is_said_of_limits_until_a_type_is_chosen(ana, customer):
    page = ana.open(customer)

    assert "No complaint of this customer is open." in page.text
    assert page.forms("/recoveries") == []


def test_what_is_given_is_recorded_and_leaves_less(office, ana, customer):
    page = give(ana, customer, "12.50")

    text = html.unescape(page.text)
    assert office.given(customer) == [1250]
    assert "€12.50 for defect, given by ana" in text
    assert "You may give up to €22.50 now." in text


def test_a_form_sent_twice_gives_once(office, ana, customer):
    form = ana.open(customer, "?complaint=defect").forms("/recoveries")[0]

    answers = [ana.send(form, amount=amount).status_code for amount in ("5", "5.00")]

    assert answers == [303, 303]
    assert office.given(customer) == [500]


def test_a_double_click_gives_once(office, ana, customer):
    form, together = ana.open(customer, "?complaint=defect").forms("/recoveries")[0], threading.Barrier(3)

    def click() -> None:
        together.wait(10)
        ana.send(form, amount="5")

    threads = [threading.Thread(target=click) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert office.given(customer) == [500]


def test_a_form_used_for_another_amount_gives_nothing_more(office, ana, customer):
    form = ana.open(customer, "?complaint=defect").forms("/recoveries")[0]
    ana.send(form, amount="5")

    answer = ana.press(form, amount="6")

    assert answer.status == 409
    assert "this form was used before, for another amount" in answer.text
    assert office.given(customer) == [500]


def test_beyond_the_limit_nothing_is_given_and_the_page_says_why(office, ana, customer):
    answer = give(ana, customer, "500")

    assert answer.status == 409
    said = html.unescape(answer.text)
    assert "Nothing was given. At most €35.00 may be given now. This type of complaint allows no more." in said
    assert "Nobody may give this amount now." in said
    assert office.given(customer) == []


def test_who_may_give_more_is_named(tmp_path, opened_office):
    for office in opened_office(tmp_path, scores={"value_90": 2000.0}):
        agent = office.person()
        page, answer = agent.open("c1", "?complaint=defect"), give(agent, "c1", "100")

    assert "For more, ask team lead: up to €120.00." in html.unescape(page.text)
    assert "This amount may be given by: team lead. Ask there." in answer.text


@pytest.mark.parametrize(
    ("language", "amount", "kept"), [("pl", "12,50", [1250]), ("pt-BR", "12,5", [1250]), ("en", "12,50", [])]
)
def test_amounts_are_read_as_the_reader_writes_them(office, customer, language, amount, kept):
    give(office.person(language=language), customer, amount)

    assert office.given(customer) == kept


@pytest.mark.parametrize("amount", ["", "0", "-5", "1.005", "NaN", "inf", "1e3", "5 EUR", "9" * 20])
def test_what_is_no_amount_is_asked_for_again(office, ana, customer, amount):
    answer = give(ana, customer, amount)

    assert answer.status == 422
    assert "say an amount above zero" in answer.text
    assert office.given(customer) == []


def test_a_form_without_what_makes_it_count_once_gives_nothing(office, ana, customer):
    form = ana.open(customer, "?complaint=defect").forms("/recoveries")[0]

    assert ana.press(form, amount="5", once="").status == 422
    assert ana.press(form, amount="5", complaint="made_up").status == 422
    assert office.given(customer) == []


def test_an_open_complaint_is_named_and_its_limit_shown(office, ana, customer):
    key = keys.create_key(office.service.engine, name="crm", scopes=["ingest"], created_at=1)
    ticket = {
        "customer_id": customer,
        "ticket_id": "t1",
        "opened_at": format_time(office.now - 3 * HOUR),
        "topic": "billing",
        "complaint": True,
    }
    told = office.client.post(
        "/v1/events", json={"source": "tickets", "rows": [ticket]}, headers={"Authorization": f"Bearer {key.secret}"}
    )
    office.wait(1_000_000)

    page = ana.open(customer)

    assert told.status_code == 200, told.text
    assert "Open complaint about billing" in page.text
    assert page.forms("/recoveries")[0].fields["complaint"] == "billing"


def test_who_only_looks_gives_nothing(office, customer):
    analyst = office.person("analyst")
    page = analyst.open(customer, "?complaint=defect")

    assert "Your role cannot give anything back." in page.text
    assert page.forms("/recoveries") == []
    token = page.forms("/page/language")[0].fields["form_token"]
    sent = {"form_token": token, "complaint": "defect", "amount": "5", "once": "x"}
    assert analyst.browser.post(f"/page/customers/{customer}/recoveries", data=sent).status_code == 403
