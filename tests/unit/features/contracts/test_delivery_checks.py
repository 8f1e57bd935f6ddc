import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from features.contracts.checks import Checked, ContractBroken, check_delivery, refuse_broken
from features.contracts.sources import SOURCES

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
MICROSECONDS = int(NOW.timestamp()) * 1_000_000
GOOD = {"customer_id": "c1", "known_at": NOW, "survey_id": "s1", "answered_at": NOW, "kind": "nps", "score": 9.0}


def check(*rows: dict[str, Any], known_at: Any = "given", source: str = "surveys") -> Checked:
    table = pa.Table.from_pylist([dict(row) for row in rows])
    return check_delivery(SOURCES[source], table, known_at=known_at, received_at=MICROSECONDS + 5)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"customer_id": None}, "customer_id: absent"),
        ({"customer_id": "a b"}, "customer_id: not of the form [A-Za-z0-9_.:@-]{1,64}"),
        ({"customer_id": "c1\n"}, "customer_id: not of the form [A-Za-z0-9_.:@-]{1,64}"),
        ({"survey_id": ""}, "survey_id: empty or longer than 2000 characters"),
        ({"survey_id": "x" * 2_001}, "survey_id: empty or longer than 2000 characters"),
        ({"comment_topic": "a\x00b"}, "comment_topic: holds control characters"),
        ({"answered_at": None}, "answered_at: absent"),
        ({"answered_at": dt.datetime(2200, 1, 1, tzinfo=dt.UTC)}, "answered_at: not between 1970 and 2200"),
        ({"known_at": dt.datetime(1969, 12, 31, tzinfo=dt.UTC)}, "known_at: not between 1970 and 2200"),
        ({"kind": "smile"}, "kind: not one of nps, csat, ces"),
        ({"score": float("nan")}, "score: absent"),
        ({"score": 11.0}, "score: above 10"),
        ({"score": -1.0}, "score: below 0"),
        ({"comment_sentiment": 1e308}, "comment_sentiment: not a finite number up to 1e+15"),
    ],
)
def test_a_bad_row_is_set_aside_with_its_reason(change: dict[str, Any], reason: str) -> None:
    found = check({**GOOD, "comment_topic": "price", "comment_sentiment": 0.5}, {**GOOD, **change})

    assert reason in found.reasons
    assert found.bad["row"].to_pylist() == [2]
    assert reason in found.bad["reason"][0].as_py()
    assert found.good["survey_id"].to_pylist() == ["s1"]


def test_a_row_with_several_faults_names_them_all() -> None:
    found = check(GOOD, {**GOOD, "customer_id": None, "score": 99.0})

    assert found.bad["reason"].to_pylist() == ["customer_id: absent; score: above 10"]


def test_a_quarantined_row_stays_as_it_came() -> None:
    found = check({**GOOD, "score": "9"}, {**GOOD, "score": "nine"})

    assert found.bad["score"].to_pylist() == ["nine"]
    assert found.reasons == {"score: text that is no number": 1}


def test_received_rows_are_known_since_their_receipt() -> None:
    row = {name: value for name, value in GOOD.items() if name != "known_at"}

    assert check(row, known_at="received").good["known_at"].cast(pa.int64()).to_pylist() == [MICROSECONDS + 5]
    assert check(row, known_at="event_time").good["known_at"].cast(pa.int64()).to_pylist() == [MICROSECONDS]


def test_a_delivery_known_by_receipt_may_not_claim_another_time() -> None:
    assert check(GOOD, known_at="received").faults[0].startswith("surveys.known_at: this delivery may not bring this column")


@pytest.mark.parametrize(("known_at", "learned"), [("given", 0), ("event_time", 5)])
def test_a_profile_without_its_time_counts_as_learned(known_at: str, learned: int) -> None:
    row = {"customer_id": "c1", "first_seen_at": NOW, **({"known_at": NOW} if known_at == "given" else {})}

    found = check(row, known_at=known_at, source="customers")

    assert found.good["profile_known_at"].cast(pa.int64()).to_pylist() == [MICROSECONDS + learned]


def test_consent_is_a_list_of_plain_texts() -> None:
    row = {"customer_id": "c1", "known_at": NOW, "first_seen_at": NOW}

    found = check({**row, "consent": ["email"]}, {**row, "consent": ["email", None]}, source="customers")

    assert found.reasons == {"consent: not a list of plain texts": 1}


def test_one_message_lists_what_is_wrong_in_all_sources() -> None:
    wrong_columns = check({"customer_id": None, "milestone_id": "m", "reached_at": NOW.replace(tzinfo=None)}, source="milestones")
    wrong_rows = check(GOOD, {**GOOD, "score": 12.0})

    with pytest.raises(ContractBroken) as refusal:
        refuse_broken([wrong_columns, wrong_rows], tolerated_share=1.0)

    for part in (
        "milestones.known_at: required",
        "milestones.reached_at: naive",
        "milestones.customer_id: absent: 1 of 1 rows (row 1)",
    ):
        assert part in str(refusal.value)
    assert "surveys.score: above 10: 1 of 2 rows (row 2)" in str(refusal.value)
    assert refusal.value.exit_code == 2


def test_more_bad_rows_than_tolerated_refuse_the_delivery() -> None:
    found = check(GOOD, GOOD, GOOD, {**GOOD, "score": 12.0})

    refuse_broken([found], tolerated_share=0.25)
    with pytest.raises(ContractBroken, match="score: above 10"):
        refuse_broken([found], tolerated_share=0.24)


@pytest.mark.parametrize(("known_at", "column"), [("given", "known_at"), ("event_time", "answered_at")])
def test_nothing_is_known_before_it_is_delivered(known_at: str, column: str) -> None:
    late = NOW + dt.timedelta(days=3650)
    row = {name: value for name, value in GOOD.items() if known_at == "given" or name != "known_at"}

    found = check(row, {**row, column: late}, {**row, column: None}, known_at=known_at)

    assert found.reasons == {f"{column}: after the moment of receipt": 1, f"{column}: absent": 1}
    assert found.bad["row"].to_pylist() == [2, 3]


def test_what_will_happen_can_be_known_when_it_is_delivered() -> None:
    row = {name: value for name, value in GOOD.items() if name != "known_at"} | {"answered_at": NOW + dt.timedelta(days=30)}

    assert check(row, known_at="received").reasons == {}
