"""The gates: may the customer have the offer, does it fit, is it good, may they be contacted, is it a time to sell.

`passing` lets a table of customers through them; the checks that make them stand in files of their own.
"""

from models.decision.gates.gate import GATES, Check, Gate

__all__ = ["GATES", "Check", "Gate"]
