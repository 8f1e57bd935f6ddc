"""May an agent still record what is on their screen: somebody may have been faster, and the suggestion may be over.

The API takes whatever can be true. A page is looked at by people who see it late, so it takes less: about an offer that was not
made yet only while its decision stands; and who comes second is told who was first.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from features.errors import Conflict
from features.times import Timestamp
from serving.database.offered.decisions import KeptDecision, UnknownDecision, decision_of, hold_customers, newest_of
from serving.database.offered.exposures import Suggestion, suggested, suggestions_of
from serving.database.offered.words import Word, words_about
from serving.deciding.hearing import Heard, Message, Teller, heard
from serving.deciding.progress import standing_words
from serving.door.problems import ForCallers


class ToldBefore(ForCallers, Conflict):
    """Something was recorded first, which leaves no room for this."""

    problem = "told-before"

    def __init__(self, word: Word) -> None:
        super().__init__("Something else was recorded about this decision first. Nothing of this was stored.")
        self.word = word


class DecisionOver(ForCallers, Conflict):
    """The decision stands no more, so its offers are not to be made."""

    problem = "decision-over"


def recorded(connection: Connection, customer_id: str, decision_id: str, *, message: Message, teller: Teller) -> Heard:
    """Take what an agent tells from the page of a customer, in the caller's transaction; told twice it changes nothing.

    Raises
    ------
    ToldBefore
        If somebody was faster, or something else was told already.
    DecisionOver
        If the offer was not made yet, and its decision stands no more.
    UnknownDecision, DecisionErased, OfferNotSuggested
        If there is no such decision of this customer, or not of this offer.
    """
    hold_customers(connection, [customer_id])
    decision = decision_of(connection, decision_id)
    if decision.customer_id != customer_id:
        raise UnknownDecision("No decision of this customer has this id.")
    suggestions = suggestions_of(connection, [decision_id])[decision_id]
    about = suggested(suggestions, message.offer_id)
    if about is not None:
        _refuse_second(connection, about, message, teller)
        if about.progress.state == "suggested":
            _refuse_over(connection, decision, suggestions, now=teller.clock())
    return heard(connection, decision_id, message, teller=teller)


def _refuse_second(connection: Connection, about: Suggestion, message: Message, teller: Teller) -> None:
    word = _last_word(connection, about)
    if word is None or (word.told == message.told and word.key_id == teller.key_id):
        return
    if about.progress.outcome is not None or about.progress.has_heard(message.told):
        raise ToldBefore(word)


def _refuse_over(connection: Connection, decision: KeptDecision, suggestions: Sequence[Suggestion], *, now: Timestamp) -> None:
    answered = next((one for one in suggestions if one.progress.outcome is not None), None)
    if answered is not None and (word := _last_word(connection, answered)):
        raise ToldBefore(word)
    window = (decision.customer_id, decision.context)
    newest = newest_of(connection, [window]).get(window)
    if now >= decision.valid_until or newest is None or newest.id != decision.id:
        raise DecisionOver("This decision stands no more; ask for a new one. Nothing was stored.")


def _last_word(connection: Connection, about: Suggestion) -> Word | None:
    return next(reversed(standing_words(words_about(connection, about.decision_id, about.slot.rank))), None)
