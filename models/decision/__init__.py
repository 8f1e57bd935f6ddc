"""The decision: what to offer a customer now, why, and why not the rest; pure arithmetic over what is known.

Situations (a row a customer) pass the gates, are weighed, and one candidate is drawn; one customer is a table of one row.
"""

from models.decision.candidates import NOTHING, Candidate, candidates
from models.decision.contact_merging import merged
from models.decision.contacts import Contact, Contacts, exposure_hash
from models.decision.estimates import PRIOR_ACCEPTANCE, Estimates, OfferEvidence
from models.decision.situations import Situations, features_read

__all__ = [
    "NOTHING",
    "PRIOR_ACCEPTANCE",
    "Candidate",
    "Contact",
    "Contacts",
    "Estimates",
    "OfferEvidence",
    "Situations",
    "candidates",
    "exposure_hash",
    "features_read",
    "merged",
]
