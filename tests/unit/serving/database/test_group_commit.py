from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, Engine, select

from serving.database import reading, writing
from serving.database.failures import DatabaseUnavailable, unavailable
from serving.database.group import GroupCommit
from serving.database.tables import drain_cursors


class Books:
    """Writes a line for each question; one that is asked to fail does so, and all with it."""

    def __init__(self) -> None:
        self.together: list[int] = []
        self.may_begin = threading.Event()

    def answer(self, connection: Connection, questions: Sequence[str]) -> list[str | Exception]:
        self.may_begin.wait(10)
        self.together.append(len(questions))
        if "gone" in questions:
            raise unavailable("gone")
        refused = {question: LookupError(question) for question in questions if question.startswith("refuse")}
        rows = [{"stream": question, "sequence": 1} for question in questions if question not in refused]
        if rows:
            connection.execute(drain_cursors.insert(), rows)
        if any(question.startswith("break") for question in questions):
            raise ZeroDivisionError
        return [refused.get(question, question.upper()) for question in questions]


def lines(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.execute(select(drain_cursors.c.stream)).scalars())


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def group(engine: Engine, books: Books):
    group: GroupCommit[str, str] = GroupCommit(engine, books.answer)
    yield group
    books.may_begin.set()
    group.close()


def test_what_waits_while_one_is_written_is_written_together(engine, books, group):
    first = group.submit("a")
    rest = [group.submit(word) for word in "bcde"]
    books.may_begin.set()

    assert [first.result(10), *(one.result(10) for one in rest)] == list("ABCDE")
    assert lines(engine) == set("abcde")
    assert len(books.together) <= 2


def test_nobody_is_answered_before_the_commit(engine, books, group):
    books.may_begin.set()

    group.submit("a").result(10)

    assert lines(engine) == {"a"}


def test_one_that_is_refused_leaves_the_others_their_answers(engine, books, group):
    asked = [group.submit(word) for word in ("a", "refuse", "b")]
    books.may_begin.set()

    assert [asked[0].result(10), asked[2].result(10)] == ["A", "B"]
    with pytest.raises(LookupError):
        asked[1].result(10)
    assert lines(engine) == {"a", "b"}


def test_one_that_fails_cannot_spoil_the_others(engine, books, group):
    asked = [group.submit(word) for word in ("a", "b", "break", "c")]
    books.may_begin.set()

    assert [asked[place].result(10) for place in (0, 1, 3)] == ["A", "B", "C"]
    with pytest.raises(ZeroDivisionError):
        asked[2].result(10)
    assert lines(engine) == {"a", "b", "c"}


def test_where_the_database_is_gone_everybody_is_told_at_once(books, group):
    asked = [group.submit(word) for word in ("a", "gone", "b")]
    books.may_begin.set()

    refused = [one.exception(10) for one in asked[-2:]]

    assert {type(error) for error in refused} == {DatabaseUnavailable}
    assert len(books.together) <= 2


def test_closing_answers_what_waits_and_takes_nothing_new(books, group):
    asked = [group.submit(word) for word in "ab"]
    books.may_begin.set()

    group.close()

    assert [one.result(0) for one in asked] == ["A", "B"]
    with pytest.raises(DatabaseUnavailable):
        group.submit("c")


def test_who_went_away_is_not_waited_for(books, group):
    first, second = group.submit("a"), group.submit("b")
    second.cancel()
    books.may_begin.set()

    assert first.result(10) == "A"
    assert group.submit("c").result(10) == "C"


def test_who_comes_while_the_turn_is_waited_for_is_taken_along(engine, books, group):
    books.may_begin.set()

    with writing(engine):
        asked = [group.submit("a")]
        time.sleep(0.05)  # the writer has taken it, and waits for us
        asked += [group.submit(word) for word in "bc"]

    assert [one.result(10) for one in asked] == list("ABC")
    assert engine.dialect.name != "sqlite" or books.together == [3]
