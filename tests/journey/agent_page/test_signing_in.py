"""Somebody signs in, reads in their language, and is asked again when their session is over."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from features.times import SECOND

pytestmark = pytest.mark.needs("chromium")
PASSWORD = "correct horse battery"


def sign_in(tab, name, password=PASSWORD):
    tab.get_by_label("Name", exact=True).fill(name)
    tab.get_by_label("Password").fill(password)
    tab.get_by_role("button", name="Sign in").click()


def test_who_signs_in_comes_to_the_page_they_asked_for(office, desk):
    with office.browser() as browser:
        tab = browser.new_page()
        tab.goto("/page/customers/c1")
        sign_in(tab, name := desk.person(language=None), "wrong horse battery")
        expect(tab.get_by_role("alert")).to_contain_text("Name and password do not go together.")

        sign_in(tab, name)

        expect(tab).to_have_url(f"{desk.url}/page/customers/c1")
        expect(tab.get_by_role("heading", level=1)).to_have_text("José Silva")


def test_a_language_is_kept_with_the_account_wherever_it_is_used(office, desk):
    name = desk.person(language=None)
    with office.tab(name=name) as tab:
        tab.goto("/page/customers/c1")
        tab.get_by_role("button", name="Polski").click()
        expect(tab.locator("html")).to_have_attribute("lang", "pl")
        expect(tab).to_have_url(f"{desk.url}/page/customers/c1")

    with office.tab(name=name) as elsewhere:
        elsewhere.goto("/page/")
        expect(elsewhere.locator("html")).to_have_attribute("lang", "pl")


def test_what_is_sent_when_the_session_is_over_is_not_recorded_and_the_page_says_so(office, desk):
    name = desk.person()
    with office.tab(name=name) as tab:
        tab.goto("/page/customers/c3?complaint=late_delivery")
        tab.get_by_label("Amount in GBP").fill("2")
        desk.wait(31 * 60 * SECOND)

        tab.get_by_role("button", name="Give it").click()

        expect(tab.get_by_role("status").filter(has_text="Your session was over")).to_be_visible()
        assert desk.given("c3") == []
        sign_in(tab, name)
        expect(tab).to_have_url(f"{desk.url}/page/customers/c3?complaint=late_delivery")


def test_a_tab_left_open_says_that_its_session_is_over(office, desk):
    with office.tab() as tab:
        tab.clock.install()
        tab.goto("/page/customers/c4")
        desk.wait(31 * 60 * SECOND)

        tab.clock.fast_forward(11_000)

        expect(tab.get_by_role("alert")).to_contain_text("Your session is over.")


def test_who_signs_out_is_out(office, desk):
    with office.tab() as tab:
        tab.goto("/page/")
        tab.get_by_role("button", name="Sign out").click()
        expect(tab.get_by_text("You are signed out.")).to_be_visible()

        tab.goto("/page/customers/c1")

        expect(tab).to_have_url(f"{desk.url}/page/sign-in?next=/page/customers/c1")
