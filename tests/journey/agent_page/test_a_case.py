"""From "a customer calls" to "right offer made, outcome recorded": with the mouse, by keys, by two at once; nothing twice."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.needs("chromium")


def first_offer(tab):
    return tab.locator("article.offer").first


def test_a_customer_is_found_by_id_and_by_name(agent, desk):
    agent.goto("/page/")
    agent.get_by_role("searchbox").fill("c8")
    agent.get_by_role("button", name="Search").click()
    expect(agent).to_have_url(f"{desk.url}/page/customers/c8")

    agent.get_by_role("searchbox").fill("kowalska mic")
    agent.get_by_role("button", name="Search").click()
    agent.get_by_role("link", name="Michał Kowalska").click()

    expect(agent.get_by_role("heading", level=1)).to_have_text("Michał Kowalska")


def test_an_accepted_offer_is_recorded_and_another_suggestion_follows(agent, desk):
    agent.goto("/page/customers/c1")
    first_offer(agent).get_by_role("button", name="Accepted").click()

    expect(agent.locator(".recorded")).to_contain_text("accepted")
    agent.reload()
    assert [told for told, _ in desk.words("c1")] == ["accepted"]


def test_a_declined_offer_is_recorded_with_its_reason(agent, desk):
    agent.goto("/page/customers/c5")
    first_offer(agent).locator("summary", has_text="Declined").click()
    first_offer(agent).get_by_label("something else").last.fill("has one already")
    first_offer(agent).get_by_role("radio").last.check()

    first_offer(agent).get_by_role("button", name="Record that it was declined").click()

    expect(agent.locator(".recorded")).to_contain_text("declined")
    assert desk.words("c5") == [("declined", "has one already")]


def test_an_answer_that_is_no_page_of_ours_is_not_taken_for_done(agent, desk):
    agent.goto("/page/customers/c40")
    agent.route("**/outcomes", lambda route: route.fulfill(status=503, body="{}", content_type="application/problem+json"))

    first_offer(agent).get_by_role("button", name="Accepted").click()

    expect(agent.get_by_role("alert")).to_contain_text("it is not known whether this was recorded")
    expect(first_offer(agent).get_by_role("button", name="Accepted")).to_be_enabled()
    assert desk.words("c40") == []


def test_keys_work_where_the_browser_keeps_nothing(agent):
    refusal = "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('', 'SecurityError'); }});"
    agent.add_init_script(refusal)
    agent.goto("/page/customers/c40")

    agent.keyboard.press("/")
    expect(agent.get_by_role("searchbox")).to_be_focused()
    agent.get_by_role("button", name="Keys (?)").click()
    agent.get_by_label("Use these keys on this device").uncheck()
    agent.get_by_role("button", name="Close").click()
    agent.keyboard.press("1")
    expect(agent.locator(".offer.picked")).to_have_count(0)

    agent.get_by_role("button", name="Keys (?)").click()
    agent.get_by_label("Use these keys on this device").check()
    agent.get_by_role("button", name="Close").click()
    agent.keyboard.press("1")
    expect(agent.locator(".offer.picked")).to_have_count(1)


def test_what_was_skipped_is_taken_back(agent, desk):
    agent.goto("/page/customers/c8")
    name = first_offer(agent).get_by_role("heading").inner_text()
    first_offer(agent).get_by_role("button", name="Skip").click()
    expect(agent.locator(".recorded")).to_contain_text("skipped")
    assert [told for told, _ in desk.words("c8")] == ["skipped"]

    agent.get_by_role("button", name="Take back").click()

    expect(agent.locator(".recorded")).to_have_count(0)
    expect(first_offer(agent).get_by_role("heading")).to_have_text(name)


def test_a_case_is_handled_by_keys_alone(agent, desk):
    agent.goto("/page/")

    agent.keyboard.press("/")
    agent.keyboard.type("c11")
    agent.keyboard.press("Enter")
    agent.wait_for_url("**/customers/c11")
    agent.keyboard.press("1")
    agent.keyboard.press("a")

    expect(agent.locator(".recorded")).to_contain_text("accepted")
    assert [told for told, _ in desk.words("c11")] == ["accepted"]


def test_keys_decline_with_a_reason_and_take_back(agent, desk):
    agent.goto("/page/customers/c17")

    for key in ("2", "d", "ArrowDown", "Enter"):
        agent.keyboard.press(key)
    expect(agent.locator(".recorded")).to_contain_text("declined")
    assert [told for told, _ in desk.words("c17")] == ["declined"]
    agent.keyboard.press("u")

    expect(agent.locator(".recorded")).to_have_count(0)


def test_the_second_of_two_agents_sees_who_was_first_and_nothing_is_recorded_twice(office, desk):
    with office.tab() as first, office.tab() as second:
        for tab in (first, second):
            tab.goto("/page/customers/c22")
        first_offer(first).get_by_role("button", name="Accepted").click()
        expect(first.locator(".recorded")).to_be_visible()

        first_offer(second).get_by_role("button", name="Skip").click()

        expect(second.get_by_role("alert")).to_contain_text("was faster")
        expect(second.locator(".recorded")).to_contain_text("accepted")
        assert [told for told, _ in desk.words("c22")] == ["accepted"]


def test_what_another_agent_records_is_seen_without_a_reload(office):
    with office.tab() as first, office.tab() as second:
        second.clock.install()
        for tab in (first, second):
            tab.goto("/page/customers/c24")
        first_offer(first).get_by_role("button", name="Accepted").click()
        expect(first.locator(".recorded")).to_be_visible()

        second.clock.fast_forward(11_000)

        expect(second.locator(".recorded")).to_contain_text("accepted")


def test_a_double_click_gives_back_once(agent, desk):
    agent.goto("/page/customers/c12?complaint=late_delivery")
    agent.get_by_label("Amount in GBP").fill("1.50")

    agent.get_by_role("button", name="Give it").dblclick()

    expect(agent.locator(".given li")).to_have_count(1)
    assert desk.given("c12") == [150]


def test_why_nothing_was_given_back_is_seen_where_it_was_to_be_given(agent):
    agent.set_viewport_size({"width": 1280, "height": 600})
    agent.goto("/page/customers/c12?complaint=late_delivery")
    agent.get_by_label("Amount in GBP").fill("9999")

    agent.get_by_role("button", name="Give it").click()

    expect(agent.locator(".recovery [role=alert]")).to_contain_text("Nothing was given")
    expect(agent.locator(".recovery [role=alert]")).to_be_in_viewport(ratio=1)
    expect(agent.get_by_role("heading", name="Giving something back")).to_be_focused()


def test_a_double_click_accepts_once(agent, desk):
    agent.goto("/page/customers/c25")

    first_offer(agent).get_by_role("button", name="Accepted").dblclick()

    expect(agent.locator(".recorded li")).to_have_count(1)
    assert [told for told, _ in desk.words("c25")] == ["accepted"]


def test_an_analyst_reads_how_the_stages_do_and_an_agent_is_not_led_there(office, agent):
    agent.goto("/page/")
    expect(agent.get_by_role("link", name="Stages and models")).to_have_count(0)

    with office.tab("analyst") as tab:
        tab.goto("/page/")
        tab.get_by_role("link", name="Stages and models").click()
        expect(tab.get_by_role("heading", level=1)).to_have_text("Stages and models")
        expect(tab.get_by_text("There is no report of this yet.").first).to_be_visible()
