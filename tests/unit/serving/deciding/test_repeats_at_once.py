from __future__ import annotations

import threading


def test_the_same_request_sent_many_times_at_once_has_one_answer(desk_at):
    together, found = threading.Barrier(8), []

    def ask() -> None:
        together.wait(10)
        found.append(desk_at.ask(headers={"Idempotency-Key": "at-once"}))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {answer.status_code for answer in found} == {200}
    assert len({answer.content for answer in found}) == 1
