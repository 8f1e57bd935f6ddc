"""What happened with a customer, the newest first, in words an agent reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from features.times import Timestamp, format_time
from serving.door.cursors import cursor_text
from serving.history.timeline import After
from serving.history.versions import Cell, Version, known_cells, place
from serving.page.about.reader import Reader
from serving.page.about.service import ticket_title
from serving.page.frame.names import said
from serving.page.frame.wording import N_, apart

MOST_SHOWN = 20

_Notes = Iterator[Markup]


@dataclass(frozen=True)
class Touchpoint:
    """One thing that happened: when, what, and what is known of it beside, a sentence each."""

    at: Timestamp
    title: Markup
    notes: tuple[Markup, ...]

    @property
    def iso(self) -> str:
        """Return when it happened, as machines read it."""
        return format_time(self.at)


@dataclass(frozen=True)
class TimelineShown:
    """Some touchpoints, the newest first. `older`: where the next ones begin, "" where there are none; `is_first`: the newest."""

    touchpoints: tuple[Touchpoint, ...]
    older: str
    is_first: bool


def timeline_shown(
    things: Sequence[Version], after: After | None, *, offers: Mapping[str, str], currency: str, reader: Reader
) -> TimelineShown:
    """Return the touchpoints after a place; `offers` are the names of the company's offers by id.

    What was decided and neither shown nor answered did not touch the customer.
    """
    below = [one for one in things if after is None or place(one) < (after.at, after.source, after.id)]
    told = [one for one in below if one.source != "offers" or _touched(one, reader)]
    teller = Teller(offers, currency, reader)
    shown = told[:MOST_SHOWN]
    older = cursor_text(After(*place(shown[-1]))) if len(told) > len(shown) else ""
    return TimelineShown(tuple(teller.told(one) for one in shown), older, after is None)


@dataclass(frozen=True)
class Teller:
    """Tells touchpoints of every source."""

    offers: Mapping[str, str]
    currency: str
    reader: Reader

    def told(self, one: Version) -> Touchpoint:
        """Return one touchpoint in words."""
        cells = {column.name: cell for column, cell in known_cells(one, self.reader.now).items()}
        title, notes = _TOLD[one.source](self, one, cells)
        return Touchpoint(one.at, title, tuple(notes))

    def customer(self, one: Version, cells: Mapping[str, Cell]) -> tuple[Markup, _Notes]:
        """Tell the first contact."""
        del one
        return self._say(N_("First contact")), self._joined(cells)

    def ticket(self, one: Version, cells: Mapping[str, Cell]) -> tuple[Markup, _Notes]:
        """Tell a request for support."""
        return ticket_title(one, self.reader.say), self._of_ticket(one, cells)

    def purchase(self, one: Version, cells: Mapping[str, Cell]) -> tuple[Markup, _Notes]:
        """Tell what was bought, renewed or given back."""
        revenue = cells.get("revenue")
        if isinstance(revenue, int | float) and revenue:
            amount = self.reader.say.money(abs(float(revenue)), self.currency)
            title = self._say(_PURCHASES_FOR[str(one.cells["kind"])], amount=amount)
        else:
            title = self._say(_PURCHASES[str(one.cells["kind"])])
        return title, self._of_purchase(cells)

    def survey(self, one: Version, cells: Mapping[str, Cell]) -> tuple[Markup, _Notes]:
        """Tell what was answered."""
        score = one.cells["score"]
        number = self.reader.say.number(float(score)) if isinstance(score, int | float) else "?"
        return self._say(_SURVEYS[str(one.cells["kind"])], score=number), self._of_comment(cells)

    def mention(self, one: Version, cells: Mapping[str, Cell]) -> tuple[Markup, _Notes]:
        """Tell what was said of us in public."""
        network = one.cells["network"]
        words = N_("Mentioned us in public") if network is None else N_("Mentioned us on %(network)s")
        return self._say(words, network=self._named(network)), self._of_mood(cells.get("sentiment"))

    def milestone(self, one: Version, cells: Mapping[str, Cell]) -> tuple[Markup, _Notes]:
        """Tell a step of onboarding."""
        del cells
        return self._say(N_("Reached: %(step)s"), step=self._named(one.cells["milestone"])), iter(())

    def offer(self, one: Version, cells: Mapping[str, Cell]) -> tuple[Markup, _Notes]:
        """Tell an offer that was made, and what came of it."""
        offer_id, outcome = str(one.cells["offer_id"]), cells.get("outcome")
        words = _OUTCOMES.get(str(outcome), N_("Offered: %(offer)s"))
        return self._say(words, offer=apart(self.offers.get(offer_id, offer_id))), self._of_offer(cells)

    def _joined(self, cells: Mapping[str, Cell]) -> _Notes:
        if isinstance(joined := cells.get("joined_at"), int):
            yield self._say(N_("Became a customer on %(day)s."), day=self.reader.say.day(joined))
        if channel := cells.get("channel"):
            yield self._say(N_("Won by %(channel)s."), channel=self._named(channel))

    def _of_ticket(self, one: Version, cells: Mapping[str, Cell]) -> _Notes:
        if channel := cells.get("channel"):
            yield self._say(N_("Reached us by %(channel)s."), channel=self._named(channel))
        if isinstance(resolved := cells.get("resolved_at"), int):
            yield self._say(N_("Resolved after %(time)s."), time=self.reader.say.span(resolved - one.at))
        else:
            yield self._say(N_("Still open."))
        if cells.get("abandoned") is True:
            yield self._say(N_("The customer gave up waiting."))
        if cells.get("delighted") is True:
            yield self._say(N_("The customer was surprised for the better."))

    def _of_purchase(self, cells: Mapping[str, Cell]) -> _Notes:
        if product := cells.get("product_id") or cells.get("category"):
            yield self._say(N_("Product: %(product)s."), product=apart(product))
        if isinstance(days := cells.get("term_days"), int | float):
            yield Markup.escape(self.reader.say.plural("For %(count)s day.", "For %(count)s days.", round(days)))

    def _of_comment(self, cells: Mapping[str, Cell]) -> _Notes:
        if topic := cells.get("comment_topic"):
            yield self._say(N_("Comment about %(topic)s."), topic=self._named(topic))
        yield from self._of_mood(cells.get("comment_sentiment"))

    def _of_mood(self, sentiment: Cell) -> _Notes:
        if isinstance(sentiment, int | float):
            mood = (
                N_("Sounded content.") if sentiment > 0 else N_("Sounded unhappy.") if sentiment < 0 else N_("Sounded neutral.")
            )
            yield self._say(mood)

    def _of_offer(self, cells: Mapping[str, Cell]) -> _Notes:
        if channel := cells.get("channel"):
            yield self._say(N_("By %(channel)s."), channel=self._named(channel))
        if agent := cells.get("agent_id"):
            yield self._say(N_("Agent: %(agent)s."), agent=apart(agent))
        if reason := cells.get("outcome_reason"):
            yield self._say(N_("Reason: %(reason)s."), reason=self._named(reason))

    def _say(self, message: str, **values: object) -> Markup:
        return self.reader.say.told(message, **values)

    def _named(self, name: object) -> Markup:
        return apart(said(str(name), self.reader.say))


def _touched(one: Version, reader: Reader) -> bool:
    cells = {column.name for column in known_cells(one, reader.now)}
    return one.cells["offer_id"] != "nothing" and bool(cells & {"shown_at", "outcome"})


_TOLD: Mapping[str, Callable[[Teller, Version, Mapping[str, Cell]], tuple[Markup, _Notes]]] = {
    "customers": Teller.customer,
    "tickets": Teller.ticket,
    "purchases": Teller.purchase,
    "surveys": Teller.survey,
    "mentions": Teller.mention,
    "milestones": Teller.milestone,
    "offers": Teller.offer,
}
_PURCHASES = {
    "order": N_("Ordered"),
    "renewal": N_("Renewed the contract"),
    "refund": N_("Was refunded"),
    "upgrade": N_("Upgraded"),
    "downgrade": N_("Downgraded"),
    "cancellation": N_("Cancelled"),
}
_PURCHASES_FOR = {
    "order": N_("Ordered for %(amount)s"),
    "renewal": N_("Renewed the contract for %(amount)s"),
    "refund": N_("Was refunded %(amount)s"),
    "upgrade": N_("Upgraded for %(amount)s"),
    "downgrade": N_("Downgraded to %(amount)s"),
    "cancellation": N_("Cancelled what brought %(amount)s"),
}
_SURVEYS = {
    "nps": N_("Would recommend us: %(score)s of 10"),
    "csat": N_("Satisfied with us: %(score)s of 5"),
    "ces": N_("How easy we made it: %(score)s of 7"),
}
_OUTCOMES = {
    "accepted": N_("Accepted: %(offer)s"),
    "declined": N_("Declined: %(offer)s"),
    "skipped": N_("Skipped: %(offer)s"),
    "fulfilled": N_("Accepted and delivered: %(offer)s"),
    "reversed": N_("Accepted, then taken back: %(offer)s"),
}
