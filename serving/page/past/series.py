"""How did a customer's use and risk go: thirty weeks of use, and the chance to leave as it was predicted each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from features.times import DAY, WEEK, Timestamp
from serving.history.former import Chance
from serving.history.glance import Glance, by_week
from serving.page.about.reader import Reader
from serving.page.frame.charts import Axis, bars, line, round_top
from serving.page.frame.wording import N_, Wording

WEEKS = 30


@dataclass(frozen=True)
class SeriesShown:
    """A picture, what it shows in a sentence, and its figures as rows of a table with these two headings."""

    title: str
    told: str
    chart: Markup
    headings: tuple[str, str]
    rows: tuple[tuple[str, str], ...]


def use_shown(glance: Glance, reader: Reader) -> SeriesShown | None:
    """Return how the product was used in each of thirty weeks; where no use is recorded, what was bought; None where neither."""
    source = "usage" if "usage" in glance.observed or len(glance.uses) else "purchases"
    if source not in glance.observed and not len(glance.times_of(source)):
        return None
    end = min(reader.now, glance.observed.get(source, reader.now))
    counts = by_week(glance.times_of(source), end=end, weeks=WEEKS)
    words = _uses(counts, reader.say) if source == "usage" else _purchases(counts, reader.say)
    return _weeks_shown(words, counts, end=end, say=reader.say)


class _Words(NamedTuple):
    """What thirty weeks are called, what they show in a sentence, and the heading of their figures."""

    title: str
    told: str
    heading: str


def _uses(counts: Sequence[int], say: Wording) -> _Words:
    most, title = say.number(max(counts)), say.text(N_("Use in the last 30 weeks"))
    told = say.plural(
        "%(count)s use in 30 weeks, most in a week: %(most)s.",
        "%(count)s uses in 30 weeks, most in a week: %(most)s.",
        sum(counts),
        most=most,
    )
    return _Words(title, told, say.text(N_("Uses")))


def _purchases(counts: Sequence[int], say: Wording) -> _Words:
    most, title = say.number(max(counts)), say.text(N_("Purchases in the last 30 weeks"))
    told = say.plural(
        "%(count)s purchase in 30 weeks, most in a week: %(most)s.",
        "%(count)s purchases in 30 weeks, most in a week: %(most)s.",
        sum(counts),
        most=most,
    )
    return _Words(title, told, say.text(N_("Purchases")))


def _weeks_shown(words: _Words, counts: Sequence[int], *, end: Timestamp, say: Wording) -> SeriesShown:
    days = [say.day(end - WEEK * (len(counts) - place)) for place in range(len(counts))]
    top, title, told = round_top(max(counts)), words.title, words.told
    axis = Axis(say.text(N_("%(count)s a week"), count=say.number(top)), days[0], say.day(end))
    rows = [(day, say.number(count)) for day, count in zip(days, counts, strict=True)]
    headings = (say.text(N_("Week from")), words.heading)
    return SeriesShown(title, told, bars(title, told, [count / top for count in counts], axis), headings, tuple(rows[::-1]))


def risk_over_time(former: Sequence[Chance], now: Chance | None, *, days: int, say: Wording) -> SeriesShown | None:
    """Return the chance to leave as it was predicted over time; None where fewer than two predictions are kept."""
    chances = [*former, *([] if now is None else [now])]
    if len(chances) < 2:
        return None
    begin, until = chances[0].as_of, chances[-1].as_of
    top = min(round_top(max(chance.probability for chance in chances)), 1.0)
    points = [((one.as_of - begin) / max(until - begin, DAY), one.probability / top) for one in chances]
    title = say.text(N_("Chance to leave within %(days)s days, as it was predicted"), days=days)
    first, last = (say.percent(chances[place].probability) for place in (0, -1))
    told = say.text(N_("From %(first)s to %(last)s, in %(count)s predictions."), first=first, last=last, count=len(chances))
    axis = Axis(say.percent(top), say.day(begin), say.day(until))
    rows = [(say.day(one.as_of), say.percent(one.probability)) for one in chances]
    headings = (say.text(N_("Predicted on")), say.text(N_("Chance to leave")))
    return SeriesShown(title, told, line(title, told, points, axis), headings, tuple(rows[::-1]))
