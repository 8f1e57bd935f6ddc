"""How well are customers served: volume by channel, speed, promises, and what complaint handling does: a chapter of the page."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pandas as pd

from features.reports.stages import FEW
from models.kpis.arithmetic.few import pooled_names
from models.kpis.arithmetic.months import Period, pooled, running_month, whole_months
from models.kpis.lines import places_of
from models.kpis.subjects import support
from models.kpis.subjects.complaints import ASKED_WITHIN_DAYS, complaints_handled
from models.kpis.subjects.support import LONG_WAIT_SECONDS, Tickets
from models.kpis.subjects.voice import points
from training.kpis.chapters.charts import SHARE_AXIS, Axis, beside, panels_over_months, stacked
from training.kpis.chapters.tables import by_stage, cells, monthly_table, never_received, table_of
from training.kpis.report import KpiReport
from training.pages import Chapter, Exhibit

_QUESTION = "How well are customers served?"
_SHARES = ("answered_24h_share", "first_contact_share", "abandoned_share")
_SPEEDS = ("first_response_hours", "resolution_hours", "waiting_seconds", "hand_overs", "tickets_per_customer")


def support_chapter(report: KpiReport) -> Chapter:
    """Return the exhibits about tickets."""
    if absent := never_received(report, "tickets"):
        return Chapter(_QUESTION, [], [absent])
    exhibits = [_volume, _shares, _speeds, _promises, _waits_and_delight, _delight_factors, _complaints]
    late = support.answers_come_with_resolution(report.gathered.facts.tickets)
    return Chapter(_QUESTION, [exhibit(report) for exhibit in exhibits], [support.FIRST_ANSWERS_COME_LATE] if late else [])


def _volume(report: KpiReport) -> Exhibit:
    table = _tickets_by_channel(report)
    channels = table.groupby("channel")["value"].sum().sort_values(ascending=False).index
    return Exhibit(
        "volume_by_channel",
        "Tickets opened by channel",
        f"A month that is not over is paler. Channels of fewer than {FEW} customers are pooled as few.",
        table,
        partial(stacked, axis=Axis("tickets", ",.0f"), split="channel", order=list(channels)),
    )


def _shares(report: KpiReport) -> Exhibit:
    return Exhibit(
        "support_shares",
        "Answered in time, solved at once, given up",
        "Shares of tickets, all stages together; the band is the interval.",
        monthly_table(report, _SHARES, stages=False),
        partial(panels_over_months, axis=Axis("share of tickets", SHARE_AXIS), panels=_SHARES),
    )


def _speeds(report: KpiReport) -> Exhibit:
    return Exhibit(
        "support_speed",
        "Hours, seconds, hand-overs and load",
        "Means a ticket, and tickets a customer and quarter, all stages together; the band is the interval.",
        monthly_table(report, _SPEEDS, stages=False),
        partial(panels_over_months, axis=Axis("mean"), panels=_SPEEDS),
    )


def _promises(report: KpiReport) -> Exhibit:
    return Exhibit(
        "promises_kept",
        "Promises kept (SLA)",
        "Share of tickets of the last three complete months for which the promise to the stage was kept; update: of the "
        "tickets open now, those whose last news is no older than promised.",
        _kept(report),
        partial(beside, axis=Axis("share kept", SHARE_AXIS), label="stage", colour="promise"),
    )


def _waits_and_delight(report: KpiReport) -> Exhibit:
    tickets, period = report.gathered.facts.tickets, _last(report, 3)
    measures = {
        f"waited over {LONG_WAIT_SECONDS // 60} minutes": support.waited_over(tickets, LONG_WAIT_SECONDS),
        "opened again": support.reopened(tickets),
        "delighted": support.delighted(tickets),
    }
    rows = [
        {"measure": name, "stage": stage, **cells(figure)}
        for name, seen in measures.items()
        for stage, figure in by_stage(report, seen.within(period.since, period.until))
    ]
    return Exhibit(
        "long_waits_and_delight",
        "Long waits, second tries and delight",
        "Share of the tickets resolved in the last three complete months.",
        table_of(rows, "measure", "stage").dropna(subset="value"),
        partial(beside, axis=Axis("share", SHARE_AXIS), label="stage", colour="measure"),
    )


def _delight_factors(report: KpiReport) -> Exhibit:
    tickets = _resolved_in_a_year(report)
    chosen = tickets.where(tickets.delighted == 1)
    counted = Counter(pooled_names(chosen.delight_factors, chosen.customers).tolist())
    return Exhibit(
        "delight_factors",
        "What delighted",
        f"Delighted tickets of the last twelve complete months by factor; factors of fewer than {FEW} customers as few.",
        pd.DataFrame(counted.most_common(), columns=["factor", "tickets"]),
    )


def _complaints(report: KpiReport) -> Exhibit:
    handled = complaints_handled(_resolved_in_a_year(report), points(report.gathered.facts.answers, "csat"))
    rows = [{"handled": f"{each.by}: {each.how}", "complaints": each.complaints, **cells(each.satisfaction)} for each in handled]
    table = table_of(rows, "handled", "complaints").dropna(subset="value")
    return Exhibit(
        "complaints",
        "Complaint handling and satisfaction afterwards",
        "Complaints resolved in the last twelve complete months, and the customer's next CSAT answer within "
        f"{ASKED_WITHIN_DAYS} days. An association, no proof: what takes long may have been hard from the start.",
        table,
        partial(beside, axis=Axis("mean CSAT afterwards, 1 to 5"), label="handled"),
    )


def _last(report: KpiReport, count: int) -> Period:
    return pooled(whole_months(report.gathered.facts.reach.of(("tickets",)), count))


def _tickets_by_channel(report: KpiReport) -> pd.DataFrame:
    """Return tickets by month and channel, the running month too."""
    tickets, until = report.gathered.facts.tickets, report.gathered.facts.reach.of(("tickets",))
    names, running = pooled_names(tickets.channels, tickets.customers), running_month(until)
    months = [(month, True) for month in whole_months(until, report.months)] + ([(running, False)] if running else [])
    rows = [
        {"month": month.name, "channel": channel, "value": count, "complete": complete}
        for month, complete in months
        for channel, count in sorted(
            Counter(names[(tickets.times >= month.since) & (tickets.times < month.until)].tolist()).items()
        )
    ]
    return pd.DataFrame(rows, columns=["month", "channel", "value", "complete"])


def _kept(report: KpiReport) -> pd.DataFrame:
    company, places, period = report.gathered.company, places_of(report.gathered.company.stage_set), _last(report, 3)
    slas = {places[sla.stage]: sla for sla in company.slas if sla.stage in places}
    kept = support.promises_kept(report.gathered.facts.tickets, slas, as_of=report.gathered.facts.reach.as_of)
    lately = {name: seen if name == "update" else seen.within(period.since, period.until) for name, seen in kept.items()}
    rows = [
        {"promise": promise, "stage": stage, **cells(seen.of_stage(place).figure())}
        for promise, seen in lately.items()
        for stage, place in places.items()
    ]
    return table_of(rows, "promise", "stage").dropna(subset="value")


def _resolved_in_a_year(report: KpiReport) -> Tickets:
    tickets, period = report.gathered.facts.tickets, _last(report, 12)
    return tickets.where((tickets.resolved >= period.since) & (tickets.resolved < period.until))
