"""How is a decision made once and for all who ask: in one transaction with its slots, the audit and the answer for repeats."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from features.errors import LifecycleError
from features.times import Timestamp
from models.decision import Secrets
from serving.database.audit import AuditEntry, record_in
from serving.database.failures import unavailable
from serving.database.group import GroupCommit
from serving.database.idempotency import RepeatableRequest, StoredAnswer, remember, remembered
from serving.database.offered.decisions import hold_customers, keep
from serving.deciding.answers import Told, decision_body
from serving.deciding.windows import Past, Standing, Wish, settled
from serving.door.media import JSON


@dataclass(frozen=True)
class DecisionQuestion:
    """One request for a decision: the wish, what goes with the answer, its entry in the audit, its Idempotency-Key if any."""

    wish: Wish
    told: Told
    audit: AuditEntry
    repeatable: RepeatableRequest | None = None


class Decider:
    """Decides for one process; `secrets` draw, `clock` is the service's; `on_decided` is told what each new decision says.

    Close it before the engine.
    """

    def __init__(
        self,
        engine: Engine,
        secrets: Secrets,
        clock: Callable[[], Timestamp],
        *,
        on_decided: Callable[[Mapping[str, Any]], None] = lambda _: None,
    ) -> None:
        self._secrets = secrets
        self._clock = clock
        self._on_decided = on_decided
        self._group: GroupCommit[DecisionQuestion, StoredAnswer] = GroupCommit(engine, self._answer_all)

    def submit(self, question: DecisionQuestion) -> Future[StoredAnswer]:
        """Ask for a decision; the answer comes once it is on disk."""
        return self._group.submit(question)

    def close(self) -> None:
        """Answer what waits."""
        self._group.close()

    def _answer_all(self, connection: Connection, questions: Sequence[DecisionQuestion]) -> list[StoredAnswer | Exception]:
        hold_customers(connection, {question.wish.customer_id for question in questions})
        now = self._clock()  # once the customers are held, so that nobody decided earlier is still to come
        before = [_before(connection, question, now=now) for question in _first_of_each(questions)]
        fresh = [one.question for one in before if one.answer is None]
        windows = _windows(connection, [question.wish for question in fresh], drawn_by=self._secrets, now=now)
        made = [one for one in windows.values() if one.is_new]
        keep(connection, [(one.kept, [each.slot for each in one.suggestions]) for one in made])
        answers = [_answered(connection, one, windows=windows) for one in before]
        known = {id(one.question): answer for one, answer in zip(before, answers, strict=True)}
        told = [
            known[id(question)] if id(question) in known else _repeated(connection, question, now=now) for question in questions
        ]
        pairs = zip(questions, told, strict=True)
        record_in(connection, [question.audit for question, one in pairs if isinstance(one, StoredAnswer)])
        for one in made:
            self._on_decided(one.said)
        return told


@dataclass(frozen=True)
class _Asked:
    """A question, and the answer or refusal it has already."""

    question: DecisionQuestion
    answer: StoredAnswer | Exception | None


def _first_of_each(questions: Sequence[DecisionQuestion]) -> list[DecisionQuestion]:
    """Return the questions without those that repeat one of the same moment; these find its answer afterwards."""
    seen: set[tuple[str, str, str]] = set()
    first = []
    for question in questions:
        key = question.repeatable
        mark = None if key is None else (key.caller_id, key.route, key.idempotency_key)
        if mark is None or mark not in seen:
            first.append(question)
        if mark is not None:
            seen.add(mark)
    return first


def _before(connection: Connection, question: DecisionQuestion, *, now: Timestamp) -> _Asked:
    return _Asked(question, None if question.repeatable is None else _known(connection, question.repeatable, now=now))


def _repeated(connection: Connection, question: DecisionQuestion, *, now: Timestamp) -> StoredAnswer | Exception:
    """Return the answer to the same request of the same moment, which was given just before."""
    answer = None if question.repeatable is None else _known(connection, question.repeatable, now=now)
    return unavailable("the same request came twice at once") if answer is None else answer


def _known(connection: Connection, request: RepeatableRequest, *, now: Timestamp) -> StoredAnswer | Exception | None:
    try:
        return remembered(connection, request, now=now)
    except LifecycleError as refusal:
        return refusal


def _windows(
    connection: Connection, wishes: Sequence[Wish], *, drawn_by: Secrets, now: Timestamp
) -> dict[tuple[str, str], Standing]:
    """Return the decision of each window asked for; all of one live state and one occasion go through the gates together."""
    if not wishes:
        return {}
    past = Past.of(connection, wishes, now=now)
    together: dict[tuple[int, str], dict[tuple[str, str], Wish]] = {}
    for wish in {wish.window: wish for wish in reversed(wishes)}.values():
        together.setdefault((id(wish.state.offering), wish.context or ""), {})[wish.window] = wish
    found: dict[tuple[str, str], Standing] = {}
    for group in together.values():
        found |= zip(group, settled(list(group.values()), past, drawn_by=drawn_by, now=now), strict=True)
    return found


def _answered(connection: Connection, asked: _Asked, *, windows: Mapping[tuple[str, str], Standing]) -> StoredAnswer | Exception:
    if asked.answer is not None:
        return asked.answer
    question = asked.question
    standing = windows[question.wish.window]
    body = decision_body(standing.kept, standing.said, standing.suggestions, told=question.told)
    fresh = StoredAnswer(200, JSON, body, question.audit.subject)
    if question.repeatable is not None:
        remember(connection, question.repeatable, fresh)
    return fresh
