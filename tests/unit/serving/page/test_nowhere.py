"""Whoever comes to an address where no page is reads so on a page; and whoever comes by a link with other words sees the page."""

from __future__ import annotations

import re

import pytest


@pytest.mark.parametrize("path", ["/page/nothing", "/page/customers/a%2Fb", "/page/customers/c1/secrets", "/page/static/a/b.css"])
def test_an_address_where_no_page_is_says_so_on_a_page(agent, path):
    answer = agent.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "There is no such page." in answer.text
    assert 'href="/page/"' in answer.text


def test_the_address_without_its_slash_leads_to_the_work_list(agent):
    assert agent.get("/page").headers["location"] == "/page/"


@pytest.mark.parametrize("form", ["outcomes", "undo", "recoveries"])
def test_the_address_of_a_form_leads_to_its_customer(agent, form):
    answer = agent.get(f"/page/customers/c1/{form}")

    assert (answer.status_code, answer.headers["location"]) == (303, "/page/customers/c1")


@pytest.mark.parametrize("path", ["/page/", "/page/?stage=growth", "/page/customers/c1", "/page/sign-in", "/page/manager"])
def test_words_of_whoever_counts_clicks_hide_no_page(sign_in, path):
    counted = f"{path}{'&' if '?' in path else '?'}utm_source=mail&utm_source=mail&fbclid=1"

    answer = sign_in("admin").get(counted)

    assert answer.status_code == 200
    assert "This did not work." not in answer.text


def test_the_api_refuses_the_words_that_pages_ignore(agent):
    assert agent.get("/v1/customers/c1/timeline?utm_source=mail").status_code == 422


def test_another_language_leads_to_the_very_same_page(agent):
    found = agent.get("/page/?q=nobody+at+all").text

    assert re.search(r'name="next" value="([^"]*)"', found)[1] == "/page/?q=nobody+at+all"
