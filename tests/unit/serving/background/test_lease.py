from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine

from serving.background import lease as leases
from serving.background.lease import HELD_SECONDS, RENEW_SECONDS, SILENT_SECONDS, Lease, LeaseLost, leadership
from serving.database import DatabaseUnavailable, reading, writing


@dataclass
class Watches:
    """The clock on the wall of a machine, and its steady one."""

    wall: int = 1_000_000
    steady: float = 100.0

    def pass_by(self, seconds: float) -> None:
        self.wall += int(seconds * 1e6)
        self.steady += seconds


@pytest.fixture
def watches() -> Watches:
    return Watches()


def process(engine: Engine, watches: Watches, name: str) -> Lease:
    return Lease(engine, lambda: watches.wall, holder=name, steady=lambda: watches.steady)


def leader(engine: Engine) -> tuple[str, int]:
    with reading(engine) as connection:
        found = leadership(connection)
    assert found is not None
    return found.holder, found.epoch


def test_one_leads_and_the_other_waits(engine, watches):
    one, two = process(engine, watches, "one"), process(engine, watches, "two")

    assert one.strive()
    for _ in range(20):
        watches.pass_by(RENEW_SECONDS)
        assert (one.strive(), two.strive()) == (True, False)

    assert leader(engine) == ("one", 1)


def test_a_dead_leader_is_followed_once_it_has_been_silent(engine, watches):
    one, two = process(engine, watches, "one"), process(engine, watches, "two")
    one.strive()

    taken = []
    while not two.strive():
        watches.pass_by(RENEW_SECONDS)
        taken.append(RENEW_SECONDS)

    assert sum(taken) == SILENT_SECONDS
    assert leader(engine) == ("two", 2)


def test_who_ends_properly_is_followed_at_once(engine, watches):
    one, two = process(engine, watches, "one"), process(engine, watches, "two")
    one.strive()

    one.release()

    assert not one.is_held
    assert two.strive()


@pytest.mark.parametrize("jump", [-(10**13), 10**13])
def test_a_clock_that_jumps_neither_ends_a_term_nor_prolongs_it(engine, watches, jump):
    one, two = process(engine, watches, "one"), process(engine, watches, "two")
    one.strive()
    two.strive()

    watches.wall += jump
    assert (one.strive(), two.strive()) == (True, False)

    watches.pass_by(HELD_SECONDS)
    assert not two.strive()
    watches.pass_by(SILENT_SECONDS)
    assert two.strive()


def test_a_leader_that_was_held_up_stops_before_another_begins(engine, watches):
    one, two = process(engine, watches, "one"), process(engine, watches, "two")
    one.strive()
    two.strive()

    watches.pass_by(HELD_SECONDS)

    assert not one.is_held
    assert not two.strive()


def test_a_leader_of_the_past_cannot_write(engine, watches):
    one, two = process(engine, watches, "one"), process(engine, watches, "two")
    one.strive()
    two.strive()
    watches.pass_by(SILENT_SECONDS)
    two.strive()

    with pytest.raises(LeaseLost), writing(engine) as connection:
        one.fence(connection)

    with writing(engine) as connection:
        two.fence(connection)
    assert not one.strive()


def test_a_database_that_is_busy_for_a_moment_ends_no_term(engine, watches, monkeypatch):
    one = process(engine, watches, "one")
    one.strive()
    watches.pass_by(RENEW_SECONDS)

    with monkeypatch.context() as patch:
        patch.setattr(leases, "writing", _busy)
        assert one.strive()
        watches.pass_by(HELD_SECONDS)
        assert not one.strive()

    watches.pass_by(SILENT_SECONDS)
    one.strive()
    watches.pass_by(SILENT_SECONDS)
    assert one.strive()
    assert leader(engine) == ("one", 2)


def _busy(_):
    raise DatabaseUnavailable("busy")


def test_of_many_that_begin_at_once_one_leads(engine, watches):
    processes = [process(engine, watches, str(number)) for number in range(8)]
    threads = [threading.Thread(target=each.strive) for each in processes]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(each.is_held for each in processes) == 1
