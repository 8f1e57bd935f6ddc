"""What was this customer promised: open tickets with when the next news is due, overdue ones first; and what they think of us."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from features.company.schema import Company
from features.company.service_limits import Sla
from features.times import HOUR, Timestamp
from serving.history.versions import Version
from serving.page.about.reader import Reader
from serving.page.frame.names import said
from serving.page.frame.wording import N_, Wording, apart

_MOST_ANSWERS = 5
_PROMOTER, _PASSIVE = 9.0, 7.0


@dataclass(frozen=True)
class TicketShown:
    """One open ticket: what it is about, when it came, and what is due next. `overdue`: the moment has passed."""

    title: Markup
    opened_at: Timestamp
    due_at: Timestamp
    due: str
    overdue: bool


@dataclass(frozen=True)
class Answer:
    """One answer to whether they would recommend us."""

    score: int
    at: Timestamp


@dataclass(frozen=True)
class NpsShown:
    """What was answered, the newest first; the newest in words, and how it moved."""

    summary: str
    trend: str
    answers: tuple[Answer, ...]


def promise_for(company: Company, stages: Collection[str]) -> Sla | None:
    """Return what is promised to a customer in these stages; of several promises the one with the soonest news."""
    return min((sla for sla in company.slas if sla.stage in stages), key=lambda sla: sla.update_hours, default=None)


def open_tickets(tickets: Iterable[Version], company: Company, *, promise: Sla | None, reader: Reader) -> tuple[TicketShown, ...]:
    """Return the tickets that are not resolved, what is due soonest first, so that what is overdue stands above all."""
    still_open = [ticket for ticket in tickets if known_time(ticket, "resolved_at", reader.now) is None]
    found = [_shown(ticket, company, promise=promise, reader=reader) for ticket in still_open]
    return tuple(sorted(found, key=lambda one: one.due_at))


def nps_shown(surveys: Iterable[Version], say: Wording) -> NpsShown | None:
    """Return what the customer answered to whether they would recommend us; None where they never did."""
    answers = [Answer(round(_number(one, "score")), one.at) for one in surveys if one.cells["kind"] == "nps"]
    if not answers:
        return None
    return NpsShown(_summary(answers[0], say), _trend(answers, say), tuple(answers[:_MOST_ANSWERS]))


def ticket_title(ticket: Version, say: Wording) -> Markup:
    """Say what a ticket is about."""
    topic, complains = ticket.cells["topic"], bool(ticket.cells["complaint"])
    if topic is None:
        return say.told(N_("Complaint") if complains else N_("Ticket"))
    words = N_("Complaint about %(topic)s") if complains else N_("Ticket about %(topic)s")
    return say.told(words, topic=apart(said(str(topic), say)))


def _shown(ticket: Version, company: Company, *, promise: Sla | None, reader: Reader) -> TicketShown:
    say, now = reader.say, reader.now
    news = [at for name in ("first_response_at", "last_update_at") if (at := known_time(ticket, name, now)) is not None]
    hours = promise.update_hours if promise else company.alerts.update_overdue_hours
    if not news and promise is not None:
        hours = min(hours, promise.first_response_hours)
    due_at = max(news, default=ticket.at) + round(hours * HOUR)
    words = _DUE[bool(news), due_at <= now]
    text = say.text(words, moment=say.moment(due_at), ago=say.span(due_at - now))
    return TicketShown(ticket_title(ticket, say), ticket.at, due_at, text, due_at <= now)


_DUE = {
    (True, True): N_("News was promised by %(moment)s: %(ago)s overdue. Tell the customer how it stands, now."),
    (True, False): N_("Next news promised by %(moment)s."),
    (False, True): N_("A first answer was promised by %(moment)s: %(ago)s overdue. Answer now."),
    (False, False): N_("A first answer is promised by %(moment)s."),
}


def known_time(version: Version, name: str, now: Timestamp) -> Timestamp | None:
    """Return a time of a row, once it has come."""
    at = version.cells[name]
    return at if isinstance(at, int) and at < now else None


def _summary(newest: Answer, say: Wording) -> str:
    if newest.score >= _PROMOTER:
        words = N_("%(score)s of 10: recommends us.")
    elif newest.score >= _PASSIVE:
        words = N_("%(score)s of 10: content, without recommending us.")
    else:
        words = N_("%(score)s of 10: would not recommend us.")
    return say.text(words, score=newest.score)


def _trend(answers: Sequence[Answer], say: Wording) -> str:
    if len(answers) < 2:
        return say.text(N_("This is the only answer so far."))
    change = answers[0].score - answers[1].score
    if not change:
        return say.text(N_("The same as the answer before."))
    words = N_("%(points)s more than the answer before.") if change > 0 else N_("%(points)s less than the answer before.")
    return say.text(words, points=abs(change))


def _number(version: Version, name: str) -> float:
    found = version.cells[name]
    return float(found) if isinstance(found, int | float) else float("nan")
