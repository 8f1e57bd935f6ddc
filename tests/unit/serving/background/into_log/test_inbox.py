from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from features.contracts.schemas import LATEST
from features.contracts.sources import SOURCES, Column, Kind, Source
from features.home import Home
from features.lock import only_one
from features.log.intake import append
from features.log.store import EventLog
from features.log.writer import LogLocked, writer_lock
from features.times import DAY, SECOND, format_time, parse_time
from serving.background.into_log import inbox as emptying
from serving.background.into_log.inbox import InboxInHand, as_delivery, empty_inbox, waits
from serving.background.into_log.way import Way
from serving.database import inbox as store
from serving.database import writing
from serving.database.inbox import InboxRow
from serving.telling.judging import TOLD_SOURCES, judge, told_rows

NOW = parse_time("2026-01-01")


@pytest.fixture
def way(engine: Engine, tmp_path: Path) -> Way:
    return Way(Home(tmp_path / "home"), engine)


def tell(way: Way, *rows: tuple[str, str], source: str = "usage", now: int = NOW) -> None:
    """Acknowledge rows: pairs of an id and a customer."""
    with writing(way.engine) as connection:
        moment = store.hold_inbox(connection, now=now)
        kept = [_row(source, *row, known_at=moment + place) for place, row in enumerate(rows)]
        store.keep_rows(connection, kept, newest=moment + len(rows) - 1)


def _row(source: str, event_id: str, customer_id: str, *, known_at: int) -> InboxRow:
    declared = SOURCES[source]
    row = {"customer_id": customer_id, declared.key: event_id, declared.time: "2025-12-01T08:00:00+02:00"}
    row |= {"known_at": format_time(known_at), ("feature" if source == "usage" else "milestone"): "x"}
    return InboxRow(known_at, source, customer_id, None, json.dumps(row).encode())


def logged(way: Way, source: str = "usage") -> list[tuple[str, int]]:
    log = EventLog.open(way.home)
    rows = [row for bucket in range(log.manifest.buckets) for row in log.bucket(source, bucket).to_pylist()]
    found = [(row[SOURCES[source].key], int(row["known_at"].timestamp() * 1e6)) for row in rows]
    return sorted(found, key=lambda one: one[1])


def observed(way: Way) -> dict[str, int]:
    return dict(EventLog.open(way.home).manifest.observed_until)


def test_acknowledged_rows_reach_the_log_and_leave_the_inbox(way):
    tell(way, ("e1", "c1"), ("e2", "c2"))

    moved = empty_inbox(way, now=NOW + SECOND)

    assert moved.rows == 2
    assert logged(way) == [("e1", NOW), ("e2", NOW + 1)]
    assert not waits(way.engine)


def test_portions_keep_the_order_and_lose_nothing(way, monkeypatch):
    monkeypatch.setattr(emptying, "MOST_AT_ONCE", 3)
    tell(way, *((f"e{number}", "c1") for number in range(7)))
    tell(way, ("m1", "c1"), source="milestones")

    assert empty_inbox(way, now=NOW + SECOND).rows == 8

    assert [event for event, _ in logged(way)] == [f"e{number}" for number in range(7)]
    assert [event for event, _ in logged(way, "milestones")] == ["m1"]


@pytest.mark.parametrize("killed_in", ["append", "drop_rows"])
def test_a_move_that_was_killed_is_made_again_and_every_row_is_there_once(way, monkeypatch, killed_in):
    tell(way, ("e1", "c1"), ("e2", "c2"))
    with monkeypatch.context() as patch:
        patch.setattr(emptying if killed_in == "append" else store, killed_in, _killed(killed_in))
        with pytest.raises(KeyboardInterrupt):
            empty_inbox(way, now=NOW + SECOND)
    assert waits(way.engine)

    empty_inbox(way, now=NOW + 2 * SECOND)

    assert logged(way) == [("e1", NOW), ("e2", NOW + 1)]
    assert not waits(way.engine)


def _killed(after: str):
    def killed(*given, **named):
        if after == "append":
            append(*given, **named)
        raise KeyboardInterrupt

    return killed


def test_a_source_that_comes_this_way_is_complete_up_to_the_move_also_when_it_brings_nothing(way):
    tell(way, ("e1", "c1"))
    empty_inbox(way, now=NOW + SECOND)

    later = empty_inbox(way, now=NOW + DAY)

    assert later.rows == 0
    assert observed(way) == {"usage": NOW + DAY}


def test_a_source_that_is_imported_alone_is_left_as_its_import_says(way):
    table = as_delivery(SOURCES["milestones"], [_row("milestones", "m1", "c1", known_at=NOW).row])
    append(way.home, {"milestones": table}, receipt=emptying.Receipt(NOW, "given"))
    tell(way, ("e1", "c1"))

    empty_inbox(way, now=NOW + DAY)

    assert observed(way) == {"milestones": NOW, "usage": NOW + DAY}


def test_what_comes_after_a_move_is_known_after_it_even_if_the_clock_was_set_back(way):
    tell(way, ("e1", "c1"))
    until = empty_inbox(way, now=NOW + DAY).until

    tell(way, ("e2", "c1"), now=NOW - DAY)
    empty_inbox(way, now=NOW - DAY)

    assert logged(way)[-1] > ("e2", until)
    assert observed(way)["usage"] > logged(way)[-1][1]


def test_whose_rows_were_moved_is_news(way):
    tell(way, ("e1", "c2"), ("e2", "c1"), ("e3", "c2"))
    empty_inbox(way, now=NOW + SECOND)

    assert way.news.take(9) == ["c2", "c1"]


def test_a_log_that_another_process_writes_is_waited_for(way):
    tell(way, ("e1", "c1"))

    with writer_lock(way.home), pytest.raises(LogLocked):
        empty_inbox(way, now=NOW + SECOND)

    assert waits(way.engine)
    assert empty_inbox(way, now=NOW + SECOND).rows == 1


def test_two_do_not_empty_it_at_once(way):
    with only_one(way.home.log / "inbox.lock", InboxInHand), pytest.raises(InboxInHand, match="wait until it is done"):
        empty_inbox(way, now=NOW)


def values(column: Column) -> st.SearchStrategy:
    if column.choices:
        return st.sampled_from(column.choices)
    if column.kind is Kind.TIME:
        return st.integers(0, LATEST - 1).map(format_time)
    if column.kind is Kind.NUMBER:
        low, high = column.minimum, column.maximum
        return st.floats(-1e15 if low is None else low, 1e15 if high is None else high)
    if column.name.endswith("_id"):
        return st.from_regex(r"[A-Za-z0-9_.:@-]{1,64}", fullmatch=True)
    text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=9)
    return {Kind.TEXT: text, Kind.TEXTS: st.lists(text, max_size=3), Kind.FLAG: st.booleans()}[column.kind]


def rows_of(source: Source) -> st.SearchStrategy:
    columns = [column for column in source.delivered if column.name != "known_at"]
    required = {column.name: values(column) for column in columns if column.required}
    return st.fixed_dictionaries(required, optional={one.name: values(one) for one in columns if not one.required})


@pytest.mark.parametrize("source", TOLD_SOURCES)
@given(data=st.data())
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_what_was_accepted_is_never_found_wrong_by_the_log(source, data, tmp_path_factory):
    rows = data.draw(st.lists(rows_of(SOURCES[source]), min_size=1, max_size=5))
    content = json.dumps({"source": source, "rows": rows}).encode()
    accepted = list(told_rows(judge(content, by_line=False, now=NOW)))
    dated = [b'{"known_at":"2026-01-01T00:00:00Z",' + row.content[1:] for row in accepted]

    home = Home(tmp_path_factory.mktemp("home"))
    report = append(home, {source: as_delivery(SOURCES[source], dated)}, receipt=emptying.Receipt(NOW, "given"))

    assert report.sources[source].quarantined == 0
