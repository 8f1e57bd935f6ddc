from __future__ import annotations

import json

import pytest

from features.times import HOUR, format_time, parse_time
from serving.door.problems import RequestInvalid
from serving.telling.judging import MOST_ROWS, Judged, judge

NOW = parse_time("2026-01-01")
USE = {"customer_id": "c1", "event_id": "e1", "occurred_at": "2025-12-31T10:00:00+02:00", "feature": "search"}
SECRET = "Jane Doe, 12 Elm Street"


def told(*rows: object, source: str = "usage") -> list[Judged]:
    return judge(json.dumps({"source": source, "rows": rows}).encode(), by_line=False, now=NOW)


def lines(*rows: str) -> list[Judged]:
    return judge("\n".join(rows).encode(), by_line=True, now=NOW)


def faults(judged: Judged) -> list[tuple[str, str]]:
    return [(fault.type, fault.pointer) for fault in judged.faults]


def test_a_row_that_keeps_its_contract_is_kept_as_the_contract_took_it():
    (judged,) = told(USE)

    assert judged.row is not None
    assert (judged.row.source, judged.row.customer_id, judged.row.is_dated) == ("usage", "c1", False)
    assert json.loads(judged.row.content) == USE


def test_a_bad_row_spoils_no_other():
    judged = told({**USE, "quantity": -1}, USE, [], {**USE, "occurred_at": "2025-12-31T10:00:00"})

    assert [one.row is not None for one in judged] == [False, True, False, False]
    assert [faults(one) for one in judged if one.row is None] == [
        [("impossible", "/quantity")],
        [("wrong_type", "")],
        [("no_zone", "/occurred_at")],
    ]


@pytest.mark.parametrize(
    ("member", "value", "kind"),
    [
        ("customer_id", "no id!", "wrong_form"),
        ("customer_id", "NaN", "impossible"),
        ("event_id", None, "wrong_type"),
        ("occurred_at", "yesterday", "wrong_form"),
        ("quantity", "3", "wrong_type"),
        ("feature", "a\nb", "wrong_form"),
    ],
)
def test_every_fault_has_a_type_and_a_place(member, value, kind):
    (judged,) = told({**USE, member: value})

    assert faults(judged) == [(kind, f"/{member}")]


def test_a_member_that_is_missing_or_unknown_is_said_without_its_name_where_it_is_the_callers():
    (judged,) = told({**{name: USE[name] for name in ("customer_id", "event_id", "occurred_at")}, SECRET: 1})

    assert faults(judged) == [("missing", "/feature"), ("unknown_member", "")]


@pytest.mark.parametrize(
    "row",
    [
        {SECRET: SECRET},
        {**USE, "feature": [SECRET]},
        {**USE, "occurred_at": SECRET},
        {**USE, "customer_id": SECRET},
        {**USE, "quantity": SECRET},
        {**USE, "known_at": SECRET},
    ],
)
def test_nothing_of_a_row_is_repeated(row):
    (judged,) = told(row)

    assert judged.faults
    assert SECRET not in str(judged.faults)


def test_a_row_may_not_be_known_later_than_now():
    later, now = told({**USE, "known_at": format_time(NOW + 1)}, {**USE, "known_at": format_time(NOW)})

    assert faults(later) == [("known_later", "/known_at")]
    assert now.row is not None
    assert now.row.is_dated


def test_a_mention_may_be_of_nobody_we_know():
    (judged,) = told({"mention_id": "m1", "occurred_at": format_time(NOW - HOUR), "network": "x"}, source="mentions")

    assert judged.row is not None
    assert judged.row.customer_id is None


def test_lines_name_their_source_themselves():
    use = json.dumps({"source": "usage", **USE})

    judged = lines(use, "", json.dumps({"source": "offers"}), json.dumps(USE), f"{SECRET}", use[:-1], f" {use}\r")

    assert [faults(one) for one in judged] == [
        [],
        [("unknown_source", "/source")],
        [("unknown_source", "/source")],
        [("not_json", "")],
        [("not_json", "")],
        [],
    ]
    assert judged[0].row == judged[-1].row == told(USE)[0].row


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"rows": []}',
        b'{"source": "usage", "rows": [], "Jane": 1}',
        b'{"source": "offers", "rows": [{}]}',
        b'{"source": "usage", "rows": []}',
        b'{"source": "usage", "rows": [' + b",".join([b"{}"] * (MOST_ROWS + 1)) + b"]}",
        b"\xff",
        b"[" * 5_000,
    ],
)
def test_a_body_that_is_no_delivery_is_refused_as_a_whole(body):
    with pytest.raises(RequestInvalid) as refused:
        judge(body, by_line=False, now=NOW)

    assert refused.value.errors
    assert "Jane" not in str(refused.value.errors)
