"""What stands in a row of the work list: who it is, why they stand there, how likely they leave, what they are worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from msgspec import UNSET

from features.times import Timestamp
from models.alerts import MOST_URGENT_FIRST, name_of
from models.churn.band import RiskBand, band_of
from serving.answering.parts import stage_answer, value_answer
from serving.listing.traits import figure_of
from serving.live.state import Found
from serving.page.frame.wording import N_
from serving.page.work.chosen import BAND_WORDS
from serving.page.work.reader import Reading


@dataclass(frozen=True)
class RiskShown:
    """How likely a customer leaves: the share, and its band, which is a word and not only a colour."""

    share: str
    band: RiskBand
    words: str


@dataclass(frozen=True)
class AlertsShown:
    """The most urgent alert that stands, since when, and how many others do."""

    name: str
    since: str
    others: str


@dataclass(frozen=True)
class RowShown:
    """One customer of the list, in words; what is not known is empty.

    `contact` says that they may not be contacted; `news` that they were computed anew since the predictions of all.
    """

    customer_id: str
    url: str
    name: str
    why: str
    risk: RiskShown | None
    value: str
    category: str
    stage: str
    stage_since: str
    alerts: AlertsShown | None
    contact: str
    news: str


def rows_shown(reading: Reading, customers: Sequence[Found]) -> list[RowShown]:
    """Return the rows of some customers, in their order."""
    return [_row(reading, found) for found in customers]


def customer_url(customer_id: str) -> str:
    """Return where the page of a customer is.

    >>> customer_url("a:b@c")
    '/page/customers/a%3Ab%40c'
    """
    return f"/page/customers/{quote(customer_id, safe='')}"


def name_shown(reading: Reading, customer_id: str) -> str:
    """Return what a customer is called; nothing where that is not known."""
    return "" if reading.names is None else reading.names.names.name_of(customer_id) or ""


def _row(reading: Reading, found: Found) -> RowShown:
    state, say = reading.state, reading.say
    risk, margin = figure_of(state, found.values, "risk"), figure_of(state, found.values, "value")
    stage, since = _stage(reading, found)
    return RowShown(
        customer_id=found.customer_id,
        url=customer_url(found.customer_id),
        name=name_shown(reading, found.customer_id),
        why=_why(reading, risk, margin),
        risk=None if math.isnan(risk) else _risk(reading, risk),
        value="" if math.isnan(margin) else say.money(margin, state.company.currency),
        category=_category(reading, found),
        stage=stage,
        stage_since=since,
        alerts=_alerts(reading, found),
        contact=_contact(reading, found),
        news=reading.text(N_("Newer than the list: %(ago)s"), ago=say.ago(found.as_of, reading.now)) if found.is_fresh else "",
    )


def _why(reading: Reading, risk: float, margin: float) -> str:
    say, text, currency = reading.say, reading.text, reading.state.company.currency
    worth = "" if math.isnan(margin) else say.money(margin, currency)
    chance = "" if math.isnan(risk) else say.percent(risk)
    if chance and worth and margin > 0:
        lost = say.money(risk * margin, currency)
        return text(N_("%(lost)s at risk: chance to leave %(chance)s, %(worth)s expected"), lost=lost, chance=chance, worth=worth)
    if chance and worth:
        return text(N_("No margin to lose (%(worth)s expected); chance to leave %(chance)s"), worth=worth, chance=chance)
    if chance:
        return text(N_("Chance to leave %(chance)s; worth not known"), chance=chance)
    if worth:
        return text(N_("No chance to leave is known; %(worth)s expected"), worth=worth)
    return text(N_("Nothing to order by is known of this customer"))


def _risk(reading: Reading, risk: float) -> RiskShown:
    band = band_of(risk, reading.state.company)
    return RiskShown(reading.say.percent(risk), band, reading.text(BAND_WORDS[band]))


def _category(reading: Reading, found: Found) -> str:
    places = reading.state.places.value
    told = UNSET if places is None else value_answer(found.values, places, currency="")
    return "" if told is UNSET or told.category is UNSET else reading.word(told.category)


def _stage(reading: Reading, found: Found) -> tuple[str, str]:
    places = reading.state.places.stage
    told = UNSET if places is None else stage_answer(found.values, places)
    if places is None or told is UNSET:
        return "", ""
    since = found.values[places.since]
    return reading.word(told.current), "" if math.isnan(since) else _since(reading, int(since))


def _alerts(reading: Reading, found: Found) -> AlertsShown | None:
    places = reading.state.places.alerts
    standing = {code: found.values[place] for code, place in (places.since if places else ())}
    codes = [code for code in MOST_URGENT_FIRST if not math.isnan(standing.get(code, math.nan))]
    if not codes:
        return None
    others = reading.say.plural("and %(count)s more", "and %(count)s more", len(codes) - 1) if len(codes) > 1 else ""
    return AlertsShown(name_of(codes[0], language=reading.say.language), _since(reading, int(standing[codes[0]])), others)


def _since(reading: Reading, moment: Timestamp) -> str:
    return reading.text(N_("since %(day)s"), day=reading.say.day(moment))


def _contact(reading: Reading, found: Found) -> str:
    """Say that a customer may not be contacted, as far as the predictions hold what they agreed to."""
    offering = reading.state.offering
    asked = [f"consent_to_{channel.name}" for channel in reading.state.company.channels if channel.needs_consent]
    told = [found.values[offering.columns[name]] for name in asked if name in offering.columns]
    if not told or 1.0 in told:
        return ""
    if all(math.isnan(one) for one in told):
        return reading.text(N_("Do not contact: consent not known"))
    return reading.text(N_("Do not contact: no consent"))
