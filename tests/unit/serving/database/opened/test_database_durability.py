"""What was acknowledged is there: after SIGKILL, under contention, and synced to disk each time."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

import serving
from serving.database import open_database, reading, writing
from serving.database.tables import api_keys

ROOT = Path(serving.__file__).parents[1]
WRITE_FOR_EVER = """
import itertools, sys
from serving.database import open_database, writing
from serving.database.tables import api_keys
engine = open_database(sys.argv[1])
for number in itertools.count():
    with writing(engine) as connection:
        for half in "ab":
            connection.execute(api_keys.insert(), {"id": f"{number:06}{half}", "name": "n", "scopes": "read", "created_at": 1})
    print(number, flush=True)
"""


def stored_ids(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.scalars(select(api_keys.c.id).order_by(api_keys.c.id)))


@pytest.mark.parametrize("milliseconds", [5, 40])
def test_a_killed_writer_loses_nothing_it_acknowledged_and_leaves_no_half(url: str, milliseconds: int) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITE_FOR_EVER, url], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert writer.stdout is not None
    first = writer.stdout.readline()
    time.sleep(milliseconds / 1000)
    writer.kill()
    acknowledged = [first, *writer.communicate()[0].splitlines(keepends=True)]

    engine = open_database(url)
    found = stored_ids(engine)
    engine.dispose()

    whole = [line for line in acknowledged if line.endswith("\n")]
    assert {f"{int(number):06}{half}" for number in whole for half in "ab"} <= set(found)
    assert len(found) % 2 == 0
    assert len(found) // 2 <= len(whole) + 1


def test_many_writers_wait_their_turn_and_none_is_told_the_database_is_locked(url: str) -> None:
    engines = [open_database(url) for _ in range(2)]

    def write(name: int) -> None:
        for number in range(10):
            with writing(engines[name % 2]) as connection:
                connection.execute(api_keys.insert(), {"id": f"{name}-{number}", "name": "n", "scopes": "read", "created_at": 1})

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(stored_ids(engines[0])) == 80
    for engine in engines:
        engine.dispose()
