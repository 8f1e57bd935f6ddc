"""No page bars anybody by WCAG 2.2, levels A and AA: each in every language, light and dark, and one on a narrow screen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from benchmarks.managers_reports import backtest_report, finding, grade, line, monitor_report, stages_report, system_limit
from features.write_once import replace_file

pytestmark = pytest.mark.needs("chromium")

LANGUAGES = ("en", "pt-BR", "pl")
BY_COLOUR = ["color-contrast", "link-in-text-block"]  # all that the dark of a page can change
PAGES = {
    "sign_in": "/page/sign-in?said=expired",
    "work_list": "/page/",
    "nobody_chosen": "/page/?stage=introduction&band=high&category=high_performance",
    "found": "/page/?q=kowalska",
    "nobody_found": "/page/?q=nobody+at+all",
    "offers": "/page/customers/c40",
    "nothing_to_offer": "/page/customers/c10",
    "do_not_contact": "/page/customers/c30",
    "complaint": "/page/customers/c41?complaint=late_delivery",
    "unknown_customer": "/page/customers/nobody",
}


def open_all(tab: Page) -> None:
    """Open whatever is folded, so that it is seen too."""
    tab.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")


def in_both_lights(tab: Page, barriers: Callable[..., list[str]]) -> list[str]:
    open_all(tab)
    tab.emulate_media(color_scheme="light")
    found = barriers(tab)
    tab.emulate_media(color_scheme="dark")
    return [*found, *barriers(tab, rules=BY_COLOUR)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_bars_anybody(office, barriers, language):
    with office.tab("admin", language=language) as tab:
        for name, path in PAGES.items():
            tab.goto(path)
            assert tab.locator("html").get_attribute("lang") == language
            assert (name, in_both_lights(tab, barriers)) == (name, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_just_recorded_and_what_was_refused_bars_nobody(office, barriers, language):
    customer = {"en": "c42", "pt-BR": "c43", "pl": "c53"}[language]
    with office.tab(language=language) as tab:
        tab.goto(f"/page/customers/{customer}")
        tab.locator("article.offer button[value=shown]").first.click()
        tab.locator(".recorded .undo progress").wait_for()
        assert in_both_lights(tab, barriers) == []

        tab.goto("/page/manager")
        assert in_both_lights(tab, barriers) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_managers_view_bars_nobody_with_reports_and_without(office, desk, barriers, language):
    slow = line("first_response_hours", 9.25, maximum=8.0, verdict="breached_for_sure", trend="worse")
    reports = {
        "stages": stages_report(slow, line("ces", 5.5, minimum=5.0, verdict="breached")),
        "monitor": monitor_report(
            finding("feature_drift", "usage_count_30d", "psi", 0.4, level="alarm"),
            grades=[grade("A"), grade("C"), grade("F"), grade(None)],
            decisions=[system_limit("unsupported_mass", 0.4, good=0.1, hard=0.3)],
        ),
        "backtest": backtest_report(),
    }
    with office.tab("analyst", language=language) as tab:
        tab.goto("/page/manager")
        without = in_both_lights(tab, barriers)
        try:
            for name, report in reports.items():
                replace_file(desk.home.reports / f"{name}.json", report.to_json())
            tab.goto("/page/manager")
            assert tab.locator("#stages, .figures").count()
            assert (without, in_both_lights(tab, barriers)) == ([], [])
        finally:
            for path in desk.home.reports.glob("*.json"):
                path.unlink()


@pytest.mark.parametrize("path", [PAGES["work_list"], PAGES["complaint"], "/page/manager"])
def test_on_a_narrow_screen_nothing_is_cut_off_and_nobody_barred(office, barriers, path):
    with office.tab("admin", viewport={"width": 320, "height": 640}) as tab:
        tab.goto(path)
        found = in_both_lights(tab, barriers)

        width = tab.evaluate("document.documentElement.scrollWidth")
        assert (found, width) == ([], 320)


def test_a_barrier_would_be_seen_in_either_light(agent, barriers):
    agent.goto("/page/")
    agent.evaluate("document.querySelector('#search').labels[0].remove()")
    agent.evaluate("document.querySelector('#search').removeAttribute('placeholder')")
    agent.evaluate("document.querySelector('main p').style.color = '#777'")

    found = in_both_lights(agent, barriers)

    assert [each.partition(":")[0] for each in found] == ["color-contrast", "label", "color-contrast"]
