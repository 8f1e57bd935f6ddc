"""What does an agent see of whom to care for, and how do they find somebody."""

from __future__ import annotations

import html
import re

import pandas as pd
import pytest

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import AS_OF
from benchmarks.whole_states import UNTIL
from features.log.intake import Receipt, append
from features.times import DAY, HOUR
from serving.database.audit import entries_about
from serving.listing.traits import figure_of
from serving.names.building import bring_up_to_date
from serving.page.work.listed import ROWS
from serving.people.accounts import create_person
from serving.people.sessions import open_session

CALLED = {"c1": "Ana Silva", "c2": "José da Silva", "c3": "<script>alert(1)</script>", "c4": "Łucja Kowalska"}


def tell_names(home, names):
    moments = {"first_seen_at": UNTIL - 300 * DAY, "known_at": UNTIL + 1}
    columns = {name: pd.to_datetime([moment] * len(names), unit="us", utc=True) for name, moment in moments.items()}
    profile = pd.DataFrame({"customer_id": list(names), **columns, "display_name": list(names.values())})
    append(home, {"customers": profile}, receipt=Receipt(UNTIL + HOUR, known_at="given"))
    bring_up_to_date(home)


@pytest.fixture(scope="module")
def shop(page_shop):
    """The service over the shop, which knows some names."""
    tell_names(page_shop.app.state.service.settings.home, CALLED)
    return page_shop


@pytest.fixture
def agent(shop, sign_in):
    """An agent of the shop that knows some names."""
    del shop
    return sign_in("agent")


def shown(answer):
    assert answer.status_code == 200, answer.text
    return re.findall(r'href="/page/customers/([^"]+)"', answer.text)


def link(answer, rel):
    found = re.search(rf'rel="{rel}" href="([^"]+)"', answer.text)
    return None if found is None else html.unescape(found[1])


def said(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(answer.text)).split())


def test_those_with_whom_most_could_be_lost_come_first(shop, agent):
    state = shop.app.state.service.live.in_service().state

    ids = shown(agent.get("/page/"))

    at_risk = [figure_of(state, state.find(each).values, "margin_at_risk") for each in ids]
    assert len(ids) == ROWS
    assert at_risk == sorted(at_risk, reverse=True)


def test_each_row_says_why_it_stands_there(agent):
    answer = agent.get("/page/")

    assert re.search(r"£[\d.,]+ at risk: chance to leave \d+%, £[\d.,]+ expected", answer.text)
    assert "60 customers" in answer.text


def test_pages_lead_on_and_back_and_show_nobody_twice(agent):
    first = agent.get("/page/")
    second = agent.get(link(first, "next"))
    third = agent.get(link(second, "next"))

    assert len({*shown(first), *shown(second), *shown(third)}) == 60
    assert (link(first, "prev"), link(third, "next")) == (None, None)
    assert "page 3" in third.text
    assert shown(agent.get(link(third, "prev"))) == shown(second)
    assert link(second, "prev") == "/page/"


@pytest.mark.parametrize("at", ["AAAA", "%F0%9F%8E%89", "kw", "lKBhkKGQkQ"])
def test_a_page_that_is_gone_begins_anew_and_says_so(agent, at):
    answer = agent.get(f"/page/?at={at}")

    assert "The list has changed since you began to read it" in answer.text
    assert len(shown(answer)) == ROWS


def test_a_filter_shows_only_whom_it_means_and_stays_chosen_on_the_next_page(agent):
    answer = agent.get("/page/?stage=maturity")

    assert re.search(r'<option value="maturity" selected>', answer.text)
    assert re.search(r"\d+ customers? match", answer.text)
    assert "stage=maturity" in (link(answer, "next") or "stage=maturity")
    assert 0 < len(shown(answer)) < 60


def test_filters_that_fit_nobody_say_which_to_let_go(agent):
    answer = agent.get("/page/?band=high&stage=maturity")

    assert shown(answer) == []
    assert re.search(r'<a href="/page/\?stage=maturity">Without “Risk: high risk”: \d+ customers?</a>', answer.text)


def test_where_each_filter_but_one_fits_nobody_that_one_is_offered_alone(agent):
    answer = agent.get("/page/?band=high&stage=maturity&alert=nps_below_limit")

    assert re.search(r'<a href="/page/\?stage=maturity">“Stage: maturity” alone: \d+ customers?</a>', answer.text)


def test_a_word_that_is_not_known_any_more_is_left_out_and_named(agent):
    answer = agent.get("/page/?stage=gold")

    assert "left out: <bdi>gold</bdi>" in answer.text
    assert len(shown(answer)) == ROWS


def test_names_are_shown_and_nothing_in_them_runs(agent):
    assert "<bdi>Ana Silva</bdi></a>" in agent.get("/page/?q=ana").text

    answer = agent.get("/page/?q=alert")
    assert shown(answer) == ["c3"]
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(("typed", "found"), [("SILVA", ["c1", "c2"]), ("kow łuc", ["c4"]), ("jose", ["c2"]), ("xyz", [])])
def test_a_customer_is_found_by_name(agent, typed, found):
    assert shown(agent.get(f"/page/?q={typed}")) == found


def test_an_id_leads_straight_to_the_customer(agent):
    answer = agent.get("/page/?q=+c1+")

    assert (answer.status_code, answer.headers["location"]) == (303, "/page/customers/c1")


def test_the_beginning_of_an_id_finds_some_and_asks_for_more_where_there_are_many(agent):
    answer = agent.get("/page/?q=c")

    assert len(shown(answer)) == 20
    assert "More than 20 customers match" in answer.text


def test_whoever_finds_nobody_is_told_how_to_search(agent):
    answer = agent.get("/page/?q=nobody")

    assert "accents and capital letters do not matter" in answer.text
    assert 'value="nobody"' in answer.text


def test_whoever_is_shown_in_a_list_or_found_is_in_the_audit(shop, agent):
    service = shop.app.state.service

    agent.get("/page/?q=kowalska")
    service.reads.flush()

    assert "/page/" in {entry.route for entry in entries_about(service.engine, service.reads.subject("c4"))}


@pytest.mark.usefixtures("shop")
def test_the_list_is_told_in_the_language_of_whoever_reads(sign_in):
    answer = sign_in(language="pl").get("/page/")

    assert "Prawdopodobna zmiana etapu" in answer.text


def signed_in(asker):
    """Sign an agent in to a service that somebody asks by a key."""
    service = asker.service
    person = create_person(service.engine, name="ana", role="agent", password="correct horse battery", created_at=AS_OF)
    asker.client.cookies.set(
        service.origins.cookie_name, open_session(service.engine, person, now=service.clock(), request_id="r1").secret
    )
    return asker.client


@pytest.fixture
def bare(run_service, publisher):
    """Return what publishes some customers with some columns, and gives the page of an agent."""
    opened = []

    def page(path="/page/", *, chances=None, beside=None, later=HOUR):
        live = publisher.store(chances or {"c1": 0.3, "c2": 0.9}, company_text=company_with(10), beside=beside or {})
        publisher.point_to(live)
        running = run_service(publisher)
        opened.append(running)
        asker = next(running)
        asker.clock.now = AS_OF + later
        return signed_in(asker).get(path)

    yield page
    for running in opened:
        running.close()


def test_without_a_value_model_the_list_goes_by_risk_and_says_so(bare):
    answer = bare()

    assert shown(answer) == ["c2", "c1"]
    assert "No model says yet what each is worth" in answer.text


def test_names_that_are_not_stored_are_missed_and_search_by_id_works(bare):
    answer = bare("/page/?q=c")

    assert "Names cannot be shown or searched now; search by id works" in answer.text
    assert shown(answer) == ["c1", "c2"]


def test_old_predictions_say_how_old_they_are_and_what_that_means(bare):
    assert "These predictions were made 5 days ago. Whoever changed" in bare(later=5 * DAY).text


def test_who_agreed_to_no_channel_is_not_to_be_contacted(bare):
    beside = decidable()
    without = {name: 0.0 if "consent_to" in name else value for name, value in beside.items()}

    assert "Do not contact: no consent" in bare(beside=without).text


def test_an_alert_is_named_with_since_when_and_how_many_more_stand(bare):
    beside = {**decidable(), "alert_usage_falling": float(AS_OF), "alert_update_overdue": float(AS_OF - DAY)}

    assert "Promised news is overdue since 31 Dec 2025 and 1 more" in said(bare(beside=beside))
