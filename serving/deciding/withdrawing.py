"""Taking a word back: for a minute, by whoever told it, the newest about its offer; then it is as if it had not been told.

That it was told is kept, and that it was taken back is a word of its own, so the event log gets one more version of the row, and
that says what is true. What was decided meanwhile because of the word is set aside, and the decision before it stands again if
it still can.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from features.errors import Conflict, Forbidden, NotFound
from features.times import Timestamp
from serving.database.offered.decisions import decision_of, hold_customers, set_aside_since
from serving.database.offered.exposures import Hearing, News, Suggestion, hear, last_heard, suggestions_of
from serving.database.offered.words import Word, word_of, words_about
from serving.deciding.hearing import Teller
from serving.deciding.progress import TAKEN_BACK_WITHIN, WITHDRAWN, Progress, Report, standing_words
from serving.door.problems import ForCallers


class UnknownWord(ForCallers, NotFound):
    """Nothing of that number was told, or nothing of it is kept any more."""

    problem = "unknown-word"


class NotYourWord(ForCallers, Forbidden):
    """Somebody else told it, so only they may take it back."""

    problem = "not-your-word"


class TooLateToWithdraw(ForCallers, Conflict):
    """The minute in which it could be taken back is over."""

    problem = "too-late-to-withdraw"


class LaterWordStands(ForCallers, Conflict):
    """More was told about the offer since, which rests on it."""

    problem = "later-word-stands"


def withdrawn(connection: Connection, number: int, *, teller: Teller) -> Word:
    """Take a word back in the caller's transaction, and return it; one that was taken back already changes nothing.

    Raises
    ------
    UnknownWord, NotYourWord, TooLateToWithdraw, LaterWordStands
        If it cannot be taken back; nothing is stored.
    UnknownDecision, DecisionErased
        If its decision is gone.
    """
    found = word_of(connection, number)
    if found is None or found.told == WITHDRAWN:
        raise UnknownWord("Nothing that was told has this number.")
    hold_customers(connection, [found.customer_id])
    now, decision = teller.clock(), decision_of(connection, found.decision_id)
    standing = standing_words(words_about(connection, found.decision_id, found.rank))
    _refuse_others(found, teller)
    if found not in standing:
        return found
    _refuse_late(found, standing, now)
    about = suggestions_of(connection, [found.decision_id])[found.decision_id][found.rank - 1]
    _take_back(connection, about, standing, teller=teller, now=now)
    set_aside_since(connection, decision)
    return found


def _refuse_others(word: Word, teller: Teller) -> None:
    if (word.agent_id, word.key_id) != (teller.agent_id, teller.key_id):
        raise NotYourWord("Somebody else told this; only they can take it back. The state stands.")


def _refuse_late(word: Word, standing: list[Word], now: Timestamp) -> None:
    if standing[-1] != word:
        raise LaterWordStands(f"`{standing[-1].told}` was told after it and stands; take that back first. The state stands.")
    if now > word.received_at + TAKEN_BACK_WITHIN:
        raise TooLateToWithdraw("What was told can be taken back for a minute, which is over. The state stands.")


def _take_back(connection: Connection, about: Suggestion, standing: list[Word], *, teller: Teller, now: Timestamp) -> None:
    """Store that the newest word is taken back, and that the offer stands as it did before it."""
    before, received = standing[-2] if len(standing) > 1 else None, last_heard(connection, about) or now
    after = Progress(about.progress.decided_at)
    if before is not None:
        after = replace(
            after,
            shown_at=before.shown_at,
            outcome=before.outcome,
            outcome_at=before.outcome_at,
            reason=before.outcome_reason,
        )
    hearing = Hearing(max(now, received + 1), teller.agent_id, teller.key_id, is_late=False)
    hear(connection, News(about, Report(WITHDRAWN, now), after), hearing=hearing)
