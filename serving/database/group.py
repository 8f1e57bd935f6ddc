"""How do many answers become durable at the price of few commits: one thread takes all that wait and commits them together.

A commit waits for the disk, and the disk takes as long for one row as for fifty. Nobody is answered before the commit that holds
their rows. Where a transaction fails, each of its questions is tried again alone, so that one cannot spoil the others.
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
            if not self._answered(together) and len(together) > 1:
                for alone in together:
                    self._answered([alone])

    def _next(self) -> list[tuple[Question, Future[Answer]]]:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            return [self._waiting.popleft() for _ in range(min(self._most, len(self._waiting)))]

    def _answered(self, together: Sequence[tuple[Question, Future[Answer]]]) -> bool:
        """Answer in one transaction, and say whether that is settled; one that failed for several tells nobody yet."""
        try:
            with writing(self._engine) as connection:
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
