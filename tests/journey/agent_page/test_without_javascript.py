"""The page does all it must without its script: forms are sent, and the keyboard reaches everything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.needs("chromium")
_MOST_TABS = 60


@pytest.fixture
def plain(office) -> Iterator[Page]:
    """The tab of an agent whose browser runs no script."""
    with office.tab(java_script_enabled=False) as tab:
        yield tab


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is meant has the focus, as somebody without a mouse does."""
    for _ in range(_MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator(f"{selector}:focus").count():
            return
    raise AssertionError(f"{_MOST_TABS} times Tab did not lead to {selector}")


def test_a_case_is_handled_and_taken_back(plain, desk):
    plain.goto("/page/")
    plain.get_by_role("searchbox").fill("c35")
    plain.get_by_role("button", name="Search").click()
    offer = plain.locator("article.offer").first

    offer.locator("summary", has_text="Declined").click()
    offer.get_by_role("radio").first.check()
    offer.get_by_role("button", name="Record that it was declined").click()

    expect(plain.locator(".recorded")).to_contain_text("declined")
    assert [told for told, _ in desk.words("c35")] == ["declined"]
    plain.get_by_role("button", name="Take back").click()
    expect(plain.locator(".recorded")).to_have_count(0)


def test_tab_and_enter_alone_find_a_customer_and_record(plain, desk):
    plain.goto("/page/")

    tab_to(plain, "#search")
    plain.keyboard.type("c36")
    plain.keyboard.press("Enter")
    plain.wait_for_url("**/customers/c36")
    tab_to(plain, "article.offer button[value=accepted]")
    plain.keyboard.press("Enter")

    expect(plain.locator(".recorded")).to_contain_text("accepted")
    assert [told for told, _ in desk.words("c36")] == ["accepted"]


def test_the_first_tab_leads_past_the_bar(plain):
    plain.goto("/page/customers/c37")

    plain.keyboard.press("Tab")
    plain.keyboard.press("Enter")

    expect(plain.locator("#main")).to_be_focused()


def test_something_is_given_back_for_a_chosen_complaint(plain, desk):
    plain.goto("/page/customers/c16")
    plain.get_by_label("Type of complaint").select_option("late_delivery")
    plain.get_by_role("button", name="Show what may be given").click()
    plain.get_by_label("Amount in GBP").fill("2")

    plain.get_by_role("button", name="Give it").click()

    expect(plain.locator(".given")).to_contain_text("£2")
    assert desk.given("c16") == [200]


def test_who_tries_a_wrong_password_is_told(office, desk):
    with office.browser(java_script_enabled=False) as browser:
        tab = browser.new_page()
        tab.goto("/page/")
        tab.get_by_label("Name", exact=True).fill(desk.person())
        tab.get_by_label("Password").fill("wrong horse battery")
        tab.keyboard.press("Enter")

        expect(tab.get_by_role("alert")).to_contain_text("do not go together")
