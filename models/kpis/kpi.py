"""How is each KPI read: from which sources, over how many months, and whether more of it is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.company.service_limits import KPIS
from models.kpis.arithmetic.figures import Scale

QUARTER, YEAR, MOMENT = 3, 12, 1
"""Months a figure pools. A `MOMENT` is taken at the end of a month: it says how things stand, not what happened."""


@dataclass(frozen=True)
class Kpi:
    """One KPI of the company file.

    `sources`: a month counts where all of them that were ever received are complete. `needs`: what must be known of a row, told
    where no row has it. `closed`: single answers reach both ends of the range.
    """

    name: str
    sources: tuple[str, ...]
    months: int
    more_is_better: bool
    needs: str
    closed: bool = False

    @property
    def scale(self) -> Scale:
        """Return the range the company file may set limits in."""
        lowest, highest, _ = KPIS[self.name]
        return Scale(lowest, highest, self.closed)

    @property
    def meaning(self) -> str:
        """Return what it is, in words."""
        return KPIS[self.name][2]


_TICKETS, _SURVEYS, _PURCHASES = ("tickets",), ("surveys",), ("purchases",)
_RESOLVED = "resolved tickets that tell"

_ALL = (
    Kpi("nps", _SURVEYS, QUARTER, True, "answers to the NPS question", closed=True),
    Kpi("nps_score", _SURVEYS, MOMENT, True, "answers to the NPS question", closed=True),
    Kpi("csat", _SURVEYS, QUARTER, True, "answers to the CSAT question", closed=True),
    Kpi("ces", _SURVEYS, QUARTER, True, "answers to the CES question", closed=True),
    Kpi("first_response_hours", _TICKETS, QUARTER, False, "tickets with a first answer"),
    Kpi("answered_24h_share", _TICKETS, QUARTER, True, "tickets with a first answer", closed=True),
    Kpi("first_contact_share", _TICKETS, QUARTER, True, f"{_RESOLVED} their contacts", closed=True),
    Kpi("resolution_hours", _TICKETS, QUARTER, False, "resolved tickets"),
    Kpi("waiting_seconds", _TICKETS, QUARTER, False, f"{_RESOLVED} how long the customer waited"),
    Kpi("abandoned_share", _TICKETS, QUARTER, False, f"{_RESOLVED} whether the customer gave up", closed=True),
    Kpi("hand_overs", _TICKETS, QUARTER, False, f"{_RESOLVED} their hand-overs"),
    Kpi("tickets_per_customer", _TICKETS, QUARTER, False, "tickets, and customers whose joining is known"),
    Kpi("days_to_onboard", ("milestones",), YEAR, False, "customers whose joining is known, and milestones in the company file"),
    Kpi("churn_rate", (), QUARTER, False, "customers at risk whose horizon is over", closed=True),
    Kpi("renewal_rate", _PURCHASES, QUARTER, True, "contracts whose grace is over", closed=True),
    Kpi("margin_per_customer", _PURCHASES, YEAR, True, "purchases with money, and customers whose joining is known"),
    Kpi("clv_to_cac", (), MOMENT, True, "customers whose acquisition cost is known, and a live value model"),
)

ALL_KPIS: Mapping[str, Kpi] = {kpi.name: kpi for kpi in _ALL}
"""Every KPI of `KPIS`, in its order."""
