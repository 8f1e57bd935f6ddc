"""Next purchase: the chance that a customer buys within each horizon, and in how many days the purchase is to be expected."""

from models.purchase.fit import fit_rhythm
from models.purchase.model import PurchaseModel
from models.purchase.waiting import median_waiting_days

__all__ = ["PurchaseModel", "fit_rhythm", "median_waiting_days"]
