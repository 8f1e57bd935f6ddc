"""Does the last decision still hold, or does the customer's next question open a new window."""

from __future__ import annotations

from dataclasses import dataclass, replace

from features.times import Timestamp
from models.decision.contacts.table import exposure_hash
from models.decision.explained.withheld import MOST_OFFERS
from models.decision.gates.look import Look
from models.decision.gates.passing import withheld_from
from models.decision.policy import Policy
from models.decision.situations import Situations


@dataclass(frozen=True)
class LastDecision:
    """What has to be known of a decision to tell whether it still holds.

    `offer_id` and `channel`: of rank 1, both None where nothing was offered. `answered`: an outcome other than `shown` was
    recorded for one of its offers.
    """

    decision_id: str
    valid_until: Timestamp
    offer_id: str | None
    channel: str | None
    answered: bool


def still_stands(policy: Policy, last: LastDecision, *, situations: Situations) -> bool:
    """Say whether a customer keeps their decision: not expired, not answered, and rank 1 passes its gates as things are now.

    `situations`: one row, of now. What was shown of this very decision is no contact that could withhold it: an offer shown
    once a week at most is not withdrawn because it was shown. An offer that the company file no longer has does not stand.
    """
    if last.answered or int(situations.at[0]) >= last.valid_until:
        return False
    if last.offer_id is None or last.channel is None:
        return True
    place = policy.place(last.offer_id, last.channel)
    if place is None:
        return False
    own = [exposure_hash(f"{last.decision_id}/{rank}") for rank in range(1, MOST_OFFERS + 1)]
    look = Look.at(replace(situations, contacts=situations.contacts.without(own)), policy.names)
    return not bool(withheld_from(policy, look, place=place)[0])
