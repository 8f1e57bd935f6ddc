import re
from html.parser import HTMLParser

import pytest

from features.home import Home
from features.log.intake import Receipt, append
from features.quality import assess
from features.quality.page import keep, page, verdict_text
from features.quality.page.charts import bars, histogram, sparkline, volume
from features.quality.report import QualityReport
from features.reports.stored import ReportUnreadable
from features.times import parse_time

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}",
    "</title></svg><b onclick=x>",
    "javascript:x",
]


class Tags(HTMLParser):
    """Collect what a browser would: the names of elements and of their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture
def hostile(assessed, mentions, customers) -> QualityReport:
    return assessed(
        {"mentions": mentions.assign(network=[HOSTILE[one % 5] for one in range(len(mentions))]), "customers": customers}
    )


def test_names_from_the_data_do_not_become_elements(hostile) -> None:
    tags = Tags(page(hostile)).found

    assert not [name for name, _ in tags if name in {"script", "img", "b", "iframe", "object", "link"}]
    assert not [key for _, attributes in tags for key in attributes if key.startswith("on")]
    assert "{{ 7 * 7 }}" in page(hostile)


def test_the_page_loads_nothing(hostile) -> None:
    attributes = [pair for _, found in Tags(page(hostile)).found for pair in found.items()]

    assert not [value for key, value in attributes if key in {"src", "href", "xlink:href"} and not str(value).startswith("#")]
    assert not re.search(r"@import|url\(", page(hostile))


def test_every_picture_says_what_it_shows(hostile) -> None:
    pictures = page(hostile).count('<svg role="img"')

    assert pictures >= 6
    assert page(hostile).count("<desc>") == pictures


def test_nobody_is_named_in_the_report(assessed, mentions, customers) -> None:
    frame = customers.assign(display_name="Zuzanna Kowalska", customer_id=["zuzanna-" + one for one in customers["customer_id"]])
    report = assessed({"mentions": mentions.assign(network=mentions["mention_id"]), "customers": frame})

    for text in (report.to_json().decode(), page(report)):
        assert "uzanna" not in text
        assert "m17" not in text


def test_a_clean_log_says_so(assessed, mentions, customers) -> None:
    report = assessed({"mentions": mentions, "customers": customers})

    assert verdict_text(report) == "Nothing to look at."
    assert "Nothing to look at." in page(report)


def test_equal_logs_give_equal_reports_in_whatever_order_they_came(tmp_path, assessed, mentions, customers) -> None:
    at_once = assessed({"mentions": mentions, "customers": customers})
    end, other = parse_time("2025-10-13"), Home(tmp_path / "other")
    for part in (customers, mentions.iloc[3_000:], mentions.iloc[:3_000]):
        name = "mentions" if "network" in part else "customers"
        append(other, {name: part}, receipt=Receipt(end, "given", {"customers": end, name: end}))

    assert assess(other).to_json() == at_once.to_json()


def test_a_report_is_kept_as_page_and_as_json(home, hostile) -> None:
    path = keep(home, hostile)

    assert path == home.reports / "data_quality.html"
    assert QualityReport.from_json((home.reports / "data_quality.json").read_bytes()) == hostile


def test_what_is_no_report_is_refused_by_name() -> None:
    with pytest.raises(ReportUnreadable, match="sources"):
        QualityReport.from_json(b'{"log_digest": "a"}')


def test_pictures_stand_on_nothing_too() -> None:
    assert "<svg" in volume("rows", [0, 0], first="2026-01-05")
    assert sparkline("rows", [None, None]) == ""
    assert "0 customers" in histogram("feature", [])
    assert "<svg" in bars("values", {})


def test_a_hole_in_a_line_is_left_open() -> None:
    assert sparkline("share", [0.5, None, 0.5]).count("M") == 2
