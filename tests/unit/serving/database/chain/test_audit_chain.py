from __future__ import annotations

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from features.home import Home
from features.times import parse_time
from serving.database import open_database, reading, writing
from serving.database.audit import AuditEntry, record_in
from serving.database.chain import checking
from serving.database.chain.chaining import ChainBroken, chain_all, chain_entries
from serving.database.chain.checking import check_audit
from serving.database.chain.links import Head, read_head, seal_of, write_head
from serving.database.tables import audit_entries

NOW = parse_time("2026-03-01T09:00:00Z")
place = audit_entries.c.position


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def told(engine, count, *, first=0):
    entries = [AuditEntry(NOW + n, f"r{n}", None, "read", "customer", f"s{n}", 200) for n in range(first, first + count)]
    with writing(engine) as connection:
        record_in(connection, entries)


def change(engine, statement):
    with writing(engine) as connection:
        connection.execute(statement)


@pytest.fixture
def chained(home, engine):
    told(engine, 20)
    chain_all(home, engine)
    return engine


def test_new_entries_join_the_chain_in_portions(home, engine, monkeypatch):
    monkeypatch.setattr(checking, "PORTION", 3)
    told(engine, 7)

    counts = [chain_entries(home, engine, most=3).count for _ in range(4)]

    assert counts == [3, 6, 7, 7]
    assert check_audit(home, engine) == checking.AuditCheck(7, 0, ())


def test_entries_that_wait_are_counted_and_are_no_fault(home, chained):
    told(chained, 2, first=20)

    assert check_audit(home, chained) == checking.AuditCheck(20, 2, ())


@pytest.mark.parametrize("column", ["at", "request_id", "caller_id", "role", "route", "subject", "status"])
def test_an_edited_entry_is_named(home, chained, column):
    edited = NOW if column in ("at", "status") else "x"
    change(chained, update(audit_entries).where(place == 7).values({column: edited % 1000 if column == "status" else edited}))

    assert check_audit(home, chained).faults == ("entry 7 was changed: its content is not what was sealed",)


def test_a_deleted_entry_is_named(home, chained):
    change(chained, delete(audit_entries).where(place == 5))

    assert check_audit(home, chained).faults[0] == "entry 5 is missing"


def test_deleted_entries_in_a_row_are_named_together(home, chained):
    change(chained, delete(audit_entries).where(place.in_([5, 6, 7])))

    assert check_audit(home, chained).faults == ("entries 5 to 7 are missing",)


def test_entries_that_changed_places_are_named(home, chained):
    for old, new in ((3, -1), (9, 3), (-1, 9)):
        change(chained, update(audit_entries).where(place == old).values(position=new))

    faults = check_audit(home, chained).faults

    assert {fault.split(" was")[0] for fault in faults if " was changed" in fault} == {"entry 3", "entry 9"}


def test_a_tail_that_was_cut_off_is_named(home, chained):
    change(chained, delete(audit_entries).where(place > 17))

    assert check_audit(home, chained).faults == ("the end is missing: entries 18 to 20 were cut off",)


def test_an_edit_sealed_anew_is_found_where_the_next_one_does_not_follow(home, chained):
    forge(chained, first=6, last=6)

    assert check_audit(home, chained).faults == ("entry 7 does not follow entry 6: one of them was put in its place later",)


def test_a_chain_written_anew_to_its_end_is_found_by_the_head_outside(home, chained):
    forge(chained, first=6, last=20)

    assert check_audit(home, chained).faults[0].startswith("entry 20 has another seal than audit-head.json keeps")


def forge(engine, *, first, last):
    """Change the first entry and seal it, and those up to the last, as if nothing had happened."""
    change(engine, update(audit_entries).where(place == first).values(status=999))
    with writing(engine) as connection:
        previous = connection.scalar(select(audit_entries.c.digest).where(place == first - 1))
        for row in connection.execute(select(audit_entries).where(place.between(first, last)).order_by(place)).all():
            seal = seal_of(row, position=row.position, previous=previous)
            connection.execute(update(audit_entries).where(place == row.position).values(previous=previous, digest=seal))
            previous = seal


def test_a_missing_or_damaged_head_is_a_fault(home, chained):
    path = home.root / "audit-head.json"
    path.write_bytes(path.read_bytes().replace(b"20", b"19"))
    damaged = check_audit(home, chained).faults
    path.unlink()

    assert "not what was written" in damaged[0]
    assert "missing" in check_audit(home, chained).faults[0]


def test_a_process_killed_before_it_kept_the_head_is_made_good_by_the_next(home, chained):
    behind = Head(12, digest_at(chained, 12))
    write_head(home, behind)

    assert check_audit(home, chained).faults == ()
    assert chain_all(home, chained).count == 20 == read_head(home).count


def digest_at(engine, position):
    with reading(engine) as connection:
        return connection.scalar(select(audit_entries.c.digest).where(place == position))


def test_nothing_joins_a_chain_whose_end_was_cut_off(home, chained):
    change(chained, delete(audit_entries).where(place > 17))
    told(chained, 5, first=30)

    with pytest.raises(ChainBroken, match="entry 20"):
        chain_entries(home, chained)

    assert check_audit(home, chained).faults == ("the end is missing: entries 18 to 20 were cut off",)


def test_two_who_seal_at_once_make_one_chain(home, engine):
    told(engine, 60)

    threads = [threading.Thread(target=lambda: [chain_entries(home, engine, most=7) for _ in range(12)]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert check_audit(home, engine) == checking.AuditCheck(60, 0, ())


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(1, 12), min_size=1, max_size=11))
def test_whichever_entries_are_deleted_the_walk_finds_it(tmp_path_factory, gone):
    folder = tmp_path_factory.mktemp("chain")
    home, engine = Home(folder), open_database(f"sqlite:///{folder / 'one.db'}")
    told(engine, 12)
    chain_all(home, engine)

    change(engine, delete(audit_entries).where(place.in_(gone)))

    assert check_audit(home, engine).faults
    engine.dispose()
