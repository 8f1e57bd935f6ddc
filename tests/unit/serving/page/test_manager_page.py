"""That a manager reads how stages, models and decisions do, what is missing and why, and nobody else does."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from benchmarks.managers_reports import (
    backtest_report,
    finding,
    grade,
    line,
    monitor_report,
    stages_report,
    system_limit,
)
from benchmarks.whole_states import UNTIL, WholeShop
from features.home import Home
from features.reports.stages import HeldOffer
from features.times import DAY
from features.write_once import replace_file
from training.kpis.report import Recorded, kpi_report

SLOW = line("first_response_hours", 9.25, maximum=8.0, verdict="breached_for_sure", trend="worse")
EASY = line("ces", 5.5, minimum=5.0, verdict="kept")


@pytest.fixture
def home(page_shop: TestClient) -> Iterator[Home]:
    """Give the shop's folder; what a test reports is gone after it."""
    home = page_shop.app.state.service.settings.home
    yield home
    for path in home.reports.glob("*.json"):
        path.unlink()


@pytest.fixture
def live(page_shop: TestClient):
    return page_shop.app.state.service.live.in_service().state.versions


@pytest.fixture(scope="module")
def analyst(sign_in) -> TestClient:
    return sign_in("analyst")


def write(home: Home, name: str, report) -> None:
    replace_file(home.reports / f"{name}.json", report.to_json())


def read(browser: TestClient) -> str:
    """Return the words of the page, tags left out."""
    answer = browser.get("/page/manager")
    assert answer.status_code == 200, answer.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def test_an_agent_is_told_that_the_page_is_for_others(agent: TestClient) -> None:
    refused = agent.get("/page/manager")

    assert (refused.status_code, "Your role does not include this page." in refused.text) == (403, True)


@pytest.mark.usefixtures("home")
def test_without_any_report_each_part_says_what_is_missing_and_who_makes_it(analyst: TestClient) -> None:
    said = read(analyst)

    assert said.count("There is no report of this yet.") >= 3
    assert "lifecycle report" in said
    assert said.count("not made yet") == 3


def test_a_broken_limit_is_said_in_words_first(home: Home, analyst: TestClient) -> None:
    write(home, "stages", stages_report(SLOW, EASY))

    said = read(analyst)

    assert "What needs a look Growth: Time to the first answer is 9.2 hr; it should be at most 8 hr. (getting worse)" in said
    assert "Of 2 limits, 1 is broken or may be:" in said


def test_a_limit_that_chance_may_have_broken_is_not_what_needs_a_look(home: Home, analyst: TestClient) -> None:
    write(home, "stages", stages_report(replace(SLOW, verdict="breached")))

    attention, _, stages = read(analyst).partition("How each stage does")

    assert "Time to the first answer" not in attention
    assert "Chance alone may be why" in stages


def test_where_all_is_well_the_page_says_so(home: Home, analyst: TestClient) -> None:
    write(home, "stages", stages_report(EASY, as_of=UNTIL))
    write(home, "monitor", monitor_report(as_of=UNTIL))

    said = read(analyst)

    assert "Nothing today: no limit is broken for sure" in said
    assert "No limit is broken." in said


def test_the_table_says_of_each_figure_how_it_stands_without_colour(home: Home, analyst: TestClient) -> None:
    write(home, "stages", stages_report(SLOW, line("nps_score", None, minimum=7.0, verdict="too_few")))

    said = read(analyst)

    assert "9.2 hr at most 8 hr limit broken" in said
    assert "at least 7 too few to tell" in said


def test_the_score_of_each_stage_stands_beside_what_chance_may_do(home: Home, analyst: TestClient) -> None:
    write(home, "stages", stages_report(replace(line("nps", 12.0), low=-3.0, high=27.0)))

    said = read(analyst)

    assert re.search(r"growth 40 answers 12 -3 to 27", said)
    assert "introduction 40 answers – too few answers" in said


def test_moves_are_numbers_in_shaded_cells_and_few_customers_are_not_told(home: Home, analyst: TestClient) -> None:
    write(home, "stages", stages_report(EASY))

    text = analyst.get("/page/manager").text

    assert '<td class="shade7 stay">98%</td>' in text
    assert '<td class="shade1">2%</td>' in text
    assert re.search(r"introduction</th>\s*<td class=\"few\" colspan=\"2\">too few to tell", text)


def test_offers_held_back_are_told_with_what_came_of_them(home: Home, analyst: TestClient) -> None:
    write(home, "stages", stages_report(EASY))

    assert "Bigger plan 12 7 3" in read(analyst)


def test_a_report_of_an_earlier_version_says_what_it_does_not_tell(home: Home, analyst: TestClient) -> None:
    write(home, "stages", stages_report(EASY, moves=None, held_back=None))
    write(home, "monitor", monitor_report())

    said = read(analyst)

    assert "which did not tell of moves" in said
    assert "does not tell of decisions" in said
    assert "which did not tell of grades" in said


@pytest.mark.parametrize(
    ("letter", "words"),
    [("A", "Reliable:"), ("B", "Useful:"), ("C", "With care:"), ("F", "Not to be relied on:"), (None, "Not graded:")],
)
def test_a_model_is_graded_in_plain_words(home: Home, analyst: TestClient, letter: str | None, words: str) -> None:
    write(home, "monitor", monitor_report(grades=[grade(letter, override="a small shop")]))

    said = read(analyst)

    assert f"{letter or '–'} Who will leave {words}" in said
    assert "Better than the same chance for everybody" in said
    assert "Worse than the health score" in said
    assert "The reason given: a small shop" in said


def test_a_total_far_off_is_said_as_more_or_less_than_came(home: Home, analyst: TestClient) -> None:
    write(home, "monitor", monitor_report(grades=[grade("C", level_off=-0.4), grade("B", level_off=0.1)]))

    said = read(analyst)

    assert said.count("In all it foretold") == 1
    assert "In all it foretold 40% less than came." in said


FOUND = {
    "Which stage comes next: lately it puts customers": finding("outcomes", "transition", "auc", 0.6, level="alarm"),
    "Who will leave: lately it was worse": finding("outcomes", "churn", "log_loss less that of prior", 0.1, level="alarm"),
    "Who will leave: lately it is not shown": finding("outcomes", "churn", "log_loss less that of prior", 0.1),
    "foretold 31% more in all": finding("outcomes", "churn", "total foretold over what came, less 1", 0.31),
    "foretold 31% less in all": finding("outcomes", "churn", "total foretold over what came, less 1", -0.31),
    "ranges are too narrow": finding("outcomes", "value", "interval_coverage", 0.5),
    "ranges are wider": finding("outcomes", "value", "interval_coverage", 0.95),
    "that 12% of decisions would be others": finding("drift", "churn features", "share of the band changed", 0.12, level="alarm"),
    "decisions hardly rest on that": finding("drift", "churn features", "share of the band changed", 0.01),
    "what is said of customers has moved": finding("drift", "churn scores", "times its limit, churn_90", 3.0),
    "The predictions lie 3 days behind": finding("feeds", "predictions", "hours behind", 72.0, level="alarm"),
    "Tickets: what is known is 3 days old": finding("feeds", "tickets", "hours behind", 72.0, level="alarm"),
    "Usage: nothing has come for 4 days": finding("feeds", "usage", "days without a row", 4.0),
    "For 45% of customers no offer": finding("decisions", "customers_without_offer", "customers_without_offer", 0.45),
    "Answers to offers from agent-7 are held back": finding("feedback", "agent-7", "chance of an honest source so far off", 1e-9),
    "Offers could not be watched": finding("decisions", "offers", "watched", 0.0),
    "as monitoring says it": finding("later", "version", "of another kind", 1.0),
}


@pytest.mark.parametrize("words", FOUND)
def test_what_monitoring_found_is_said_in_plain_words_with_what_to_do(home: Home, analyst: TestClient, words: str) -> None:
    write(home, "monitor", monitor_report(FOUND[words]))

    watched = read(analyst).partition("Whether models and decisions hold")[2]

    assert words in watched
    assert "What to do:" in watched
    assert "as monitoring advises" in watched


def test_what_is_found_of_several_sources_alike_is_said_once(home: Home, analyst: TestClient) -> None:
    behind = [finding("feeds", source, "hours behind", 72.0, level="alarm") for source in ("tickets", "usage")]
    write(home, "monitor", monitor_report(*behind, finding("feeds", "surveys", "hours behind", 72.0)))

    said = read(analyst)

    assert "Look at it today Tickets, Usage: what is known is 3 days old" in said
    assert "Good to know Surveys: what is known" in said


@pytest.mark.parametrize(
    ("figure", "verdict"), [(0.2, "as it should be"), (0.5, "should be better"), (0.95, "must be looked at")]
)
def test_the_decisions_as_a_whole_stand_beside_their_limits(home: Home, analyst: TestClient, figure: float, verdict: str) -> None:
    limit = system_limit("customers_without_offer", figure, good=0.3, hard=0.9)
    write(home, "monitor", monitor_report(decisions=[limit]))

    assert f"at most 30% {verdict}" in read(analyst)


def test_past_call_lists_say_how_many_of_those_who_left_they_named(home: Home, analyst: TestClient) -> None:
    write(home, "backtest", backtest_report())

    said = read(analyst)

    assert "One list a month of 20 calls named 62% of those who left before they did." in said
    assert "Half of those it warned of stood on it for 41 days or more" in said
    assert "By the health score 25% 25%" in said


def test_where_nobody_left_the_list_was_not_tried(home: Home, analyst: TestClient) -> None:
    write(home, "backtest", backtest_report(leavers=0))

    assert "the list could not be tried" in read(analyst)


def test_a_damaged_report_is_named_and_the_rest_is_shown(home: Home, analyst: TestClient) -> None:
    write(home, "stages", stages_report(SLOW))
    replace_file(home.reports / "monitor.json", b'{"as_of": 3')
    replace_file(home.reports / "backtest.json", b"\xff\xfe")

    said = read(analyst)

    assert said.count("This report cannot be read: it is damaged") == 3
    assert "Growth: Time to the first answer is 9.2 hr" in said
    assert said.count("cannot be read") >= 2


def test_a_report_whose_moment_is_none_is_damaged(home: Home, analyst: TestClient) -> None:
    write(home, "stages", replace(stages_report(EASY), as_of="yesterday"))

    assert "This report cannot be read" in read(analyst)


def test_a_report_about_what_is_live_no_longer_says_so(home: Home, live, analyst: TestClient) -> None:
    write(home, "stages", stages_report(EASY, company="other", as_of=UNTIL))
    write(home, "monitor", monitor_report(company=live.company, bundle="other", as_of=UNTIL))
    before = read(analyst).count("This was made before the newest models or company rules went live")
    write(home, "stages", stages_report(EASY, company=live.company, as_of=UNTIL))
    write(home, "monitor", monitor_report(company=live.company, bundle=live.bundle, as_of=UNTIL))

    assert (before, "This was made before" in read(analyst)) == (2, False)


@pytest.mark.parametrize(("age", "is_old"), [(7, False), (9, True)])
def test_a_report_of_more_than_a_week_is_old(home: Home, live, analyst: TestClient, age: int, is_old: bool) -> None:
    write(home, "stages", stages_report(EASY, company=live.company, as_of=UNTIL - age * DAY))

    assert ("This is older than it should be." in read(analyst)) == is_old


def test_hostile_names_are_only_words(home: Home, analyst: TestClient) -> None:
    evil = "</td><script>alert(1)</script>{{ 7*7 }}%(figure)s"
    held = (HeldOffer("x", evil, "2025-09-01T00:00:00Z", 1, 0, 0),)
    write(home, "stages", stages_report(SLOW, stage=evil, held_back=held))
    write(home, "monitor", monitor_report(finding("feeds", evil, "hours behind", 72.0), grades=[grade(override=evil)]))

    text = analyst.get("/page/manager").text

    assert "<script>alert" not in text
    assert text.count("&lt;script&gt;alert(1)") >= 6
    assert "{{ 7*7 }}" in text


@pytest.mark.parametrize("language", ["en", "pt-BR", "pl"])
def test_the_page_is_whole_in_every_language(home: Home, sign_in, language: str) -> None:
    write(home, "stages", stages_report(SLOW, EASY))
    write(home, "monitor", monitor_report(*FOUND.values(), grades=[grade()]))
    write(home, "backtest", backtest_report())

    answer = sign_in("admin", language=language).get("/page/manager")

    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert answer.text.count("<h1>") == 1


def test_what_the_report_command_finds_in_a_real_log_is_shown(home: Home, analyst: TestClient, published_shop: WholeShop) -> None:
    found = kpi_report(published_shop.home, published_shop.company, as_of=UNTIL, recorded=Recorded(held_back=[]))
    write(home, "stages", found.stages)

    said = read(analyst)

    assert "Customers and prospects" in said
    assert "no offer was held back from anybody" in said


def test_a_narrow_choice_of_offers_is_to_be_mended_and_no_alarm(home: Home, analyst: TestClient) -> None:
    write(home, "monitor", monitor_report(decisions=[system_limit("mature_offers", 0.99, good=0.3, hard=0.9, alarms=False)]))

    said = read(analyst)

    assert "should be better" in said
    assert "must be looked at" not in said
