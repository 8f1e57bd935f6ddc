from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.database.keys import Caller
from serving.door import limits
from serving.door.limits import Pace, RateLimits, TooManyRequests

SECOND = 10**9
COUNT = """
import sys
from serving.database.keys import Caller
from serving.door.limits import RateLimits, TooManyRequests
limits, caller, passed = RateLimits(sys.argv[1], 1, clock=lambda: 10**12), Caller("k1", "n", frozenset(), "s", None, 1000), 0
sys.stdin.readline()
for _ in range(600):
    try:
        limits.admit(caller)
    except TooManyRequests:
        continue
    passed += 1
print(passed)
"""


def caller(key_id: str = "k1", limit: int | None = None) -> Caller:
    return Caller(key_id, "test", frozenset({"read"}), "s", None, limit)


def passed(limits: RateLimits, tries: int, who: Caller) -> int:
    return tries - sum(is_refused(limits, who) for _ in range(tries))


def is_refused(limits: RateLimits, who: Caller) -> bool:
    try:
        limits.admit(who)
    except TooManyRequests:
        return True
    return False


@pytest.fixture
def shared(tmp_path):
    limits = RateLimits(str(tmp_path), 60, clock=lambda: 10**12)
    yield limits
    limits.close()


def test_a_key_may_use_its_minute_at_once_and_no_more(shared):
    assert passed(shared, 100, caller()) == 60


def test_keys_are_counted_apart_and_each_by_its_own_limit(shared):
    assert [passed(shared, 100, caller("k1", 7)), passed(shared, 100, caller("k2"))] == [7, 60]


def test_what_was_used_comes_back_evenly():
    now = [10**12]
    alone = RateLimits("", 60, clock=lambda: now[0])
    passed(alone, 60, caller())

    now[0] += 5 * SECOND

    assert passed(alone, 100, caller()) == 5


def test_who_is_refused_is_told_when_to_try_again_in_whole_seconds():
    alone = RateLimits("", 20, clock=lambda: 10**12)
    passed(alone, 20, caller())

    with pytest.raises(TooManyRequests) as refusal:
        alone.admit(caller())

    assert refusal.value.header_fields["Retry-After"] == "3"
    assert refusal.value.header_fields["RateLimit-Policy"] == '"key";q=20;w=60'


def test_eight_threads_together_pass_exactly_the_limit(shared):
    counts: list[int] = []
    threads = [threading.Thread(target=lambda: counts.append(passed(shared, 300, caller("k1", 1000)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(counts) == 1000


def test_four_processes_together_pass_exactly_the_limit(tmp_path):
    command = [sys.executable, "-c", COUNT, str(tmp_path)]
    crew = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]

    counts = [int(process.communicate("go\n")[0]) for process in crew]

    assert sum(counts) == 1000


@pytest.mark.parametrize("back_seconds", [1, 3600])
def test_a_clock_that_jumps_back_neither_locks_out_nor_opens_up(back_seconds):
    now = [10**13]
    alone = RateLimits("", 60, clock=lambda: now[0])
    passed(alone, 60, caller())

    now[0] -= back_seconds * SECOND
    at_once = passed(alone, 100, caller())
    now[0] += 2 * SECOND

    assert at_once == 0
    assert passed(alone, 100, caller()) == 2


def test_keys_beyond_the_places_of_the_file_are_counted_by_each_process(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "ENTRIES", 2)
    shared = RateLimits(str(tmp_path), 5, clock=lambda: 10**12)

    counts = [passed(shared, 10, caller(f"k{number}")) for number in range(4)]

    assert counts == [5, 5, 5, 5]


@given(st.integers(1, 100_000), st.lists(st.integers(0, 90 * SECOND), max_size=30))
def test_no_stretch_passes_more_than_its_minute_and_what_came_back_since(limit, pauses):
    pace, full_at, now, count = Pace.of(limit), 0, 10**12, 0
    for pause in pauses:
        now += pause
        full_at, wait = pace.after(full_at, now)
        count += wait == 0

    assert count <= limit + sum(pauses) // pace.interval_ns + 1


def test_the_service_refuses_with_a_problem_that_says_how_long_to_wait(asker, monkeypatch):
    monkeypatch.setattr(asker.service.limits, "_default", 2)
    headers = asker.key("read")

    answers = [asker.client.get("/v1/customers/c1", headers=headers) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "30" == str(answers[2].json()["retry_after_seconds"])
    assert answers[2].json()["type"] == "urn:lifecycle:problem:too-many-requests"


def test_what_a_process_took_ahead_is_lost_after_a_second(tmp_path):
    now = [10**12]
    shared = RateLimits(str(tmp_path), 60_000, clock=lambda: now[0])
    passed(shared, 1, caller())

    now[0] += 2 * SECOND

    assert passed(shared, 70_000, caller()) == 60_000
