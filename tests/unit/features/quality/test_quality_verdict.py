"""A fault planted into a clean log is the one thing the verdict tells of; the clean log has nothing to look at."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from features.log.intake import Receipt, append
from features.quality import assess
from features.times import parse_time


def between(frame: pd.DataFrame, begin: str, end: str = "2026-01-01") -> "pd.Series[bool]":
    return frame["occurred_at"].between(pd.Timestamp(begin, tz="UTC"), pd.Timestamp(end, tz="UTC"), inclusive="left")


def without_a_fortnight(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~between(frame, "2025-05-05", "2025-05-19")]


def silent_at_the_end(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~between(frame, "2025-10-06")]


def without_sentiment_since_june(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(sentiment=frame["sentiment"].mask(between(frame, "2025-06-02")))


def without_sentiment_in_june(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(sentiment=frame["sentiment"].mask(between(frame, "2025-06-02", "2025-06-30")))


def slow_since_august(frame: pd.DataFrame) -> pd.DataFrame:
    slow = between(frame, "2025-08-04") & (np.arange(len(frame)) % 2 == 0)
    return frame.assign(known_at=frame["known_at"] + pd.Timedelta(days=3) * slow.astype(int))


def all_a_month_late(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(known_at=frame["known_at"] + pd.Timedelta(days=30))


def known_before(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(known_at=frame["occurred_at"] - pd.Timedelta(hours=2))


def a_hundredth_since_july(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(sentiment=frame["sentiment"].mask(between(frame, "2025-07-07"), frame["sentiment"] / 100))


def a_third_since_july(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[~between(frame, "2025-07-07") | (np.arange(len(frame)) % 3 == 0)]


def of_strangers(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(customer_id=frame["customer_id"].replace("c7", "d7"))


def one_in_ten_twice(frame: pd.DataFrame) -> pd.DataFrame:
    again = frame.iloc[::10]
    return pd.concat([frame, again.assign(mention_id="again-" + again["mention_id"])])


def some_of_1999(frame: pd.DataFrame) -> pd.DataFrame:
    default = pd.Timestamp("1999-01-01", tz="UTC")
    return frame.assign(occurred_at=frame["occurred_at"].where(frame.index % 500 > 0, default))


FAULTS = {
    without_a_fortnight: ("look", "gap", "2025-05-05 until 2025-05-19 (14 days); about 280 were"),
    silent_at_the_end: ("act", "gap", "no row from 2025-10-06 until now (6 days)"),
    without_sentiment_since_june: (
        "act",
        "went_missing",
        "`sentiment` is missing in 100 % of the rows from 2025-06-02 on, in 0 %",
    ),
    without_sentiment_in_june: ("look", "went_missing", "in 100 % of the rows from 2025-06-02 until 2025-06-30"),
    slow_since_august: ("act", "slower", "50 % of the rows came over a day late from 2025-08-04 on, 0 % before"),
    all_a_month_late: ("act", "late", "100 % of the rows were known over a week after"),
    known_before: ("act", "ahead", "100 % of the rows were known before they happened"),
    a_hundredth_since_july: ("act", "changed_size", "`sentiment` is usually about 0.00"),
    a_third_since_july: ("look", "level", "rows a week from 2025-07-07 on, 140 before"),
    of_strangers: ("look", "unknown_customers", "10 % of the rows belong to ids that `customers` does not have"),
    one_in_ten_twice: ("look", "repeated", "9.1 % of the rows say under another id"),
    some_of_1999: ("look", "strays", "0.2 % of the rows lie over a year from all others"),
}


def test_a_clean_log_has_nothing_to_look_at(assessed, mentions, customers) -> None:
    assert assessed({"mentions": mentions, "customers": customers}).findings == []


@pytest.mark.parametrize(("planted", "told"), FAULTS.items(), ids=lambda given: getattr(given, "__name__", ""))
def test_a_planted_fault_is_what_the_verdict_tells_of(
    planted: Callable[[pd.DataFrame], pd.DataFrame], told: tuple[str, str, str], assessed, mentions, customers
) -> None:
    level, code, text = told

    findings = assessed({"mentions": planted(mentions), "customers": customers}).findings

    (found,) = [one for one in findings if one.code == code]
    assert found.level == level
    assert text in found.text
    assert found.about == "mentions"
    assert {one.code for one in findings} <= {code, "before_first_seen"}


def test_a_source_behind_the_others_is_told_with_the_days(home, mentions, customers) -> None:
    end = parse_time("2025-10-13")
    stopped = mentions[~between(mentions, "2025-10-01")]
    observed = {"mentions": parse_time("2025-10-01"), "customers": end}
    append(home, {"mentions": stopped, "customers": customers}, receipt=Receipt(end, "given", observed))

    (found,) = assess(home).findings

    assert (found.level, found.code, found.figure) == ("act", "behind", 12.0)


def test_rows_before_their_customer_was_seen_contradict(assessed, mentions, customers) -> None:
    seen = customers["first_seen_at"].where(customers.index > 0, pd.Timestamp("2025-03-31", tz="UTC"))

    later = customers.assign(first_seen_at=seen, known_at=seen)
    (found,) = assessed({"mentions": mentions, "customers": later}).findings

    assert (found.code, found.figure) == ("before_first_seen", pytest.approx(0.03))


def test_quarantine_is_told_with_its_main_reason_and_nothing_of_the_rows(assessed, mentions, customers) -> None:
    bad = mentions.assign(sentiment=mentions["sentiment"].where(mentions.index % 20 > 0, 77.25))

    report = assessed({"mentions": bad, "customers": customers})

    (found,) = report.findings
    assert found.text == "5.0 % of the rows that came were set aside; 280 by “sentiment: above 1”"
    assert b"77.25" not in report.to_json()
    assert len(report.quarantine["mentions"].examples) == 5


def test_what_to_act_on_stands_first(assessed, mentions, customers) -> None:
    report = assessed({"mentions": one_in_ten_twice(known_before(mentions)), "customers": customers})

    assert [finding.code for finding in report.findings] == ["ahead", "repeated"]
