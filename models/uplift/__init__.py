"""UPLIFT: what deciding on an offer adds to a customer's margin, measured where decisions were drawn by lot."""

from models.uplift.model import ArmAnswer, UpliftModel
from models.uplift.pathways import Outlook, OutlookModel, Pathways, PerAcceptance
from models.uplift.shares import LogOdds, Moderators, Shares
from models.uplift.usual import UsualMargin

__all__ = [
    "ArmAnswer",
    "LogOdds",
    "Moderators",
    "Outlook",
    "OutlookModel",
    "Pathways",
    "PerAcceptance",
    "Shares",
    "UpliftModel",
    "UsualMargin",
]
