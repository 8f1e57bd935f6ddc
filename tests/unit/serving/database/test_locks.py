from __future__ import annotations

import itertools

import pytest
from sqlalchemy import Engine

from serving.database import DatabaseUnavailable, writing
from serving.database.locks import Lock, hold, share

POSTGRES = pytest.mark.parametrize("url", [pytest.param("postgres", marks=pytest.mark.needs("postgres"))], indirect=True)


def held_alone_at_once(engine: Engine, lock: Lock) -> None:
    with writing(engine) as connection:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        hold(connection, lock)


@POSTGRES
def test_who_does_one_thing_holds_up_nobody_who_does_another(engine: Engine) -> None:
    for one, other in itertools.combinations(Lock, 2):
        with writing(engine) as connection:
            hold(connection, one)

            held_alone_at_once(engine, other)


@POSTGRES
def test_who_does_the_same_thing_waits_until_the_other_has_ended(engine: Engine) -> None:
    with writing(engine) as here:
        hold(here, Lock.BUDGET)

        with pytest.raises(DatabaseUnavailable, match="lock timeout"):
            held_alone_at_once(engine, Lock.BUDGET)

    held_alone_at_once(engine, Lock.BUDGET)


@POSTGRES
def test_many_share_a_lock_that_nobody_holds_alone(engine: Engine) -> None:
    with writing(engine) as here, writing(engine) as there:
        share(here, Lock.DRAIN)
        share(there, Lock.DRAIN)

        with pytest.raises(DatabaseUnavailable, match="lock timeout"):
            held_alone_at_once(engine, Lock.DRAIN)
