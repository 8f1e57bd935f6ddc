"""How is a KPI said: its name, its figure with the unit a reader expects, and its limit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

from babel import numbers, units

from features.reports.stages import KpiLine
from serving.page.frame.wording import N_, Wording

Unit: TypeAlias = Literal["score", "share", "hour", "second", "day", "money", "count"]


class KpiWords(NamedTuple):
    """A KPI's name, and what it is counted in."""

    name: str
    unit: Unit
    decimals: int = 1


KPI_WORDS: Mapping[str, KpiWords] = {
    "nps": KpiWords(N_("Net promoter score (NPS)"), "score", 0),
    "nps_score": KpiWords(N_("Last NPS answer, 0 to 10"), "score"),
    "csat": KpiWords(N_("Satisfaction, 1 to 5"), "score"),
    "ces": KpiWords(N_("Ease, 1 to 7"), "score"),
    "first_response_hours": KpiWords(N_("Time to the first answer"), "hour"),
    "answered_24h_share": KpiWords(N_("Answered within 24 hours"), "share"),
    "first_contact_share": KpiWords(N_("Solved at the first contact"), "share"),
    "resolution_hours": KpiWords(N_("Time to the solution"), "hour"),
    "waiting_seconds": KpiWords(N_("Waiting in a contact"), "second", 0),
    "abandoned_share": KpiWords(N_("Gave up waiting"), "share"),
    "hand_overs": KpiWords(N_("Hand-overs a ticket"), "count"),
    "tickets_per_customer": KpiWords(N_("Tickets a customer and quarter"), "count"),
    "days_to_onboard": KpiWords(N_("Days until onboarded"), "day", 0),
    "churn_rate": KpiWords(N_("Customers who left"), "share"),
    "renewal_rate": KpiWords(N_("Contracts renewed"), "share"),
    "margin_per_customer": KpiWords(N_("Margin a customer and year"), "money"),
    "clv_to_cac": KpiWords(N_("Value over the cost of winning"), "count"),
}
"""Every KPI a report may hold."""


def kpi_name(kpi: str, say: Wording) -> str:
    """Return the name of a KPI; one of a later version goes by its id."""
    words = KPI_WORDS.get(kpi)
    return say.text(words.name) if words else kpi.replace("_", " ")


def kpi_figure(kpi: str, value: float, say: Wording, *, currency: str) -> str:
    r"""Return a figure of a KPI with its unit.

    >>> from serving.page.frame.wording import wording_of
    >>> english, polish = wording_of("en"), wording_of("pl")
    >>> kpi_figure("churn_rate", 0.0762, english, currency="EUR"), kpi_figure("renewal_rate", 0.85, polish, currency="PLN")
    ('7.6%', '85%')
    >>> kpi_figure("first_response_hours", 9.25, english, currency="EUR"), kpi_figure("hand_overs", 1.04, polish, currency="PLN")
    ('9.2 hr', '1')
    """
    words = KPI_WORDS.get(kpi, KpiWords(kpi, "count"))
    rounded = round(value, words.decimals)
    if words.unit == "money":
        return say.money(value, currency)
    if words.unit == "share":
        return numbers.format_percent(round(value, 3), locale=say.locale, decimal_quantization=False)
    if words.unit in ("hour", "second", "day"):
        return units.format_unit(rounded, f"duration-{words.unit}", length="short", locale=say.locale)
    return numbers.format_decimal(rounded, locale=say.locale)


def limit_said(line: KpiLine, say: Wording, *, currency: str) -> str:
    """Return the limit of a KPI in words; empty where it has none."""
    low, high = (
        None if end is None else kpi_figure(line.kpi, end, say, currency=currency) for end in (line.minimum, line.maximum)
    )
    if low is not None and high is not None:
        return say.text(N_("%(low)s to %(high)s"), low=low, high=high)
    if low is not None:
        return say.text(N_("at least %(limit)s"), limit=low)
    return say.text(N_("at most %(limit)s"), limit=high) if high is not None else ""
