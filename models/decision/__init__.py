"""The decision: what to offer a customer now, why, and why not the rest; pure arithmetic over what is known.

Situations (a row a customer) pass the gates, are weighed, and one candidate is drawn; one customer is a table of one row.
"""

from models.decision.arbitration import Weighed
from models.decision.asked import Asked, spoken_language
from models.decision.candidates import NOTHING, Candidate, candidates
from models.decision.choices import NO_OFFER, Choices, best_of, choose
from models.decision.contacts.merging import merged
from models.decision.contacts.table import Contact, Contacts, exposure_hash
from models.decision.decide import Decision, NotOneCustomer, Slot, decide, decided
from models.decision.document import answer, document
from models.decision.draw import Lots, Secrets, Window, lots, probabilities
from models.decision.estimates import PRIOR_ACCEPTANCE, Estimates, OfferEvidence
from models.decision.explained.withheld import Withheld
from models.decision.gates.gate import GATES
from models.decision.policy import Policy, Shares
from models.decision.replay import replay, reworded, situations_of
from models.decision.situations import Situations, features_read
from models.decision.standing import LastDecision, still_stands

__all__ = [
    "GATES",
    "NOTHING",
    "NO_OFFER",
    "PRIOR_ACCEPTANCE",
    "Asked",
    "Candidate",
    "Choices",
    "Contact",
    "Contacts",
    "Decision",
    "Estimates",
    "LastDecision",
    "Lots",
    "NotOneCustomer",
    "OfferEvidence",
    "Policy",
    "Secrets",
    "Shares",
    "Situations",
    "Slot",
    "Weighed",
    "Window",
    "Withheld",
    "answer",
    "best_of",
    "candidates",
    "choose",
    "decide",
    "decided",
    "document",
    "exposure_hash",
    "features_read",
    "lots",
    "merged",
    "probabilities",
    "replay",
    "reworded",
    "situations_of",
    "spoken_language",
    "still_stands",
]
