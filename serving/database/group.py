"""How do many answers become durable at the price of few commits: one thread takes all that wait and commits them together.

A commit waits for the disk, and the disk takes as long for one row as for fifty; who comes while the turn to write is waited for
is taken along. Nobody is answered before the commit that holds their rows. Where a transaction fails, each of its questions is
tried again alone, so that one cannot spoil the others.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine

from serving.database.failures import DatabaseUnavailable, unavailable
from serving.database.transactions import writing

Question = TypeVar("Question")
Answer = TypeVar("Answer")
AnswerAll: TypeAlias = Callable[[Connection, Sequence[Question]], Sequence[Answer | Exception]]
"""Answers questions in one transaction, each with an answer or with a refusal that left nothing behind."""

MOST_TOGETHER = 64


class GroupCommit(Generic[Question, Answer]):
    """Answers questions in the order they came. Make it in the process that uses it: its thread does not survive a fork."""

    def __init__(self, engine: Engine, answer_all: AnswerAll[Question, Answer], *, most: int = MOST_TOGETHER) -> None:
        self._engine = engine
        self._answer_all = answer_all
        self._most = most
        self._waiting: deque[tuple[Question, Future[Answer]]] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def submit(self, question: Question) -> Future[Answer]:
        """Leave a question; its answer comes once it is on disk.

        Raises
        ------
        DatabaseUnavailable
            If the process is ending.
        """
        answer: Future[Answer] = Future()
        with self._changed:
            if self._is_closed:
                raise unavailable("this process is ending")
            self._waiting.append((question, answer))
            self._changed.notify()
        return answer

    def close(self, timeout_seconds: float = 10.0) -> None:
        """Answer what waits and end the thread."""
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        while together := self._next():
            if not self._answered(together, most=self._most) and len(together) > 1:
                for alone in together:
                    self._answered([alone], most=1)

    def _next(self) -> list[tuple[Question, Future[Answer]]]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            return self._taken(self._most)

    def _taken(self, most: int) -> list[tuple[Question, Future[Answer]]]:
        return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def _answered(self, together: list[tuple[Question, Future[Answer]]], *, most: int) -> bool:
        """Answer in one transaction with those that came meanwhile, up to `most`, who join `together`.

        Says whether that is settled; a transaction that failed for several tells nobody yet.
        """
        try:
            with writing(self._engine) as connection:
                with self._changed:
                    together += self._taken(most - len(together))
                answers = self._answer_all(connection, [question for question, _ in together])
        except DatabaseUnavailable as error:  # which it would be for each of them alone, one wait after the other
            for _, future in together:
                _tell(future, error)
            return True
        except Exception as error:  # whatever it was, it is handed to whoever asked; the thread must live on
            if len(together) == 1:
                _tell(together[0][1], error)
            return False
        for (_, future), answer in zip(together, answers, strict=True):
            _tell(future, answer)
        return True


def _tell(future: Future[Answer], answer: Answer | Exception) -> None:
    if not future.set_running_or_notify_cancel():  # who asked has gone
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
