"""What is wrong with a source, and what is to be done about it: every rule with its threshold, and why it is where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from features.quality.counting.columns import MISSING_JUMP, SIZE_JUMP
from features.quality.counting.stretches import GAP_CHANCE, LEVEL_RATIO
from features.quality.report import Finding, Gap, Level, SourceQuality, Stretch
from features.quality.sources import LATE_JUMP
from features.quality.wording import counted, further, magnitude, percent
from features.times import DAY, Timestamp, parse_time

BAD_SHARE = 0.01
"""More wrong rows than one in a hundred are no slips; an import tolerates as many."""
MANY_SHARE = 0.1
"""With one row in ten wrong, counts and sums of the source are wrong by as much."""
LATE_SHARE = 0.05
"""If more than one row in twenty comes over a week late, windows of 7 days miss as much at every moment of prediction."""
RECENT_DAYS = 90
"""What ended less than 90 days ago still stands in the windows that most features look back on."""
BEHIND_DAYS = 2.0
"""Feeds that come daily may lag a day; features are computed up to where the slowest source is observed."""
FAR_BEHIND_DAYS = 7.0
"""A week behind, every 7-day window at the newest moment is empty."""
_LEVELS: tuple[Level, ...] = ("act", "look")
_NAMED = 5

Found = Iterator[Finding]


@dataclass(frozen=True)
class _WrongRows:
    """A share of rows that should not be: what such rows do, and from which share on it is worth a look, or calls for action."""

    code: str
    share: Callable[[SourceQuality], float | None]
    told: str
    advice: str
    look: float = BAD_SHARE
    act: float = MANY_SHARE


_WRONG_ROWS = (
    _WrongRows(
        "unknown_customers",
        lambda source: source.contradictions.unknown_share,
        "belong to ids that `customers` does not have: no feature counts them",
        "deliver those customers, or see whether the ids are spelled alike in both sources",
    ),
    _WrongRows(
        "before_first_seen",
        lambda source: source.contradictions.before_first_seen_share,
        "happened before their customer was first seen",
        "correct `first_seen_at` (first contact of any kind), or see whether the rows belong to somebody else",
    ),
    _WrongRows(
        "before_joined",
        lambda source: source.contradictions.before_joined_share if source.name == "purchases" else None,
        "were bought before the customer joined",
        "correct `joined_at`: who buys is a customer",
    ),
    _WrongRows(
        "outside_contract",
        lambda source: source.contradictions.outside_contract_share,
        "happened while the customer had no contract running, with a month of grace",
        "see whether renewals are missing in `purchases`, or `term_days` is too short",
    ),
    _WrongRows(
        "after_cancellation",
        lambda source: source.contradictions.after_cancellation_share,
        "happened after a cancellation whose term was over",
        "see whether cancellations were taken back without a row: such customers count as lost",
    ),
    _WrongRows(
        "repeated",
        lambda source: source.repeated_share,
        "say under another id what another row of the same customer and moment says",
        "if they are copies, deliver them under one id each; counts and sums hold them twice",
    ),
    _WrongRows(
        "late",
        lambda source: source.lateness.over_week_share,
        "were known over a week after they happened",
        "speed the feed up; if it is history brought in later, import it with the `known_at` of its time",
        look=LATE_SHARE,
        act=4 * LATE_SHARE,
    ),
    _WrongRows(
        "ahead",
        lambda source: source.lateness.ahead_share,
        "were known before they happened",
        "see whether they are bookings of the future, or a clock or a time zone is wrong",
    ),
    _WrongRows(
        "strays",
        lambda source: source.strays / source.rows,
        "lie over a year from all others, before or after; no chart shows them",
        "see whether a default date like 1970-01-01 stands for an unknown one",
        look=0.0,
    ),
)


def findings_of_sources(sources: Sequence[SourceQuality]) -> Found:
    """Judge every source by itself, and how far it is behind the others."""
    newest = max((parse_time(source.observed_until) for source in sources), default=0)
    for source in sources:
        yield from _behind(source, newest=newest)
        yield from _gaps(source)
        yield from _levels(source)
        yield from _wrong_rows(source)
        yield from _slower(source)
        yield from _missing(source)
        yield from _sizes(source)


def _behind(source: SourceQuality, *, newest: Timestamp) -> Found:
    days = (newest - parse_time(source.observed_until)) / DAY
    if days > BEHIND_DAYS:
        yield Finding(
            level="act" if days > FAR_BEHIND_DAYS else "look",
            code="behind",
            about=source.name,
            text=f"observed until {source.observed_until[:10]}, {counted(round(days), 'day')} behind the newest source",
            measure="days behind",
            figure=round(days, 1),
            threshold=BEHIND_DAYS,
            advice="deliver what came since, or say that nothing did (`observed_until`): features of all sources end there",
            weight=min(days / RECENT_DAYS, 1.0),
        )


def _gaps(source: SourceQuality) -> Found:
    """Tell of recent gaps and of past ones, the longest of each first: a shop closes on many a holiday."""
    ages = {gap.begin: (parse_time(source.observed_until) - parse_time(gap.end)) / DAY for gap in source.gaps}
    for level in _LEVELS:
        gaps = [gap for gap in source.gaps if (ages[gap.begin] < RECENT_DAYS) == (level == "act")]
        if not gaps:
            continue
        gaps.sort(key=lambda gap: (-gap.days, gap.begin))
        named = "; ".join(f"{_dates(gap)} ({counted(gap.days, 'day')})" for gap in gaps[:_NAMED]) + further(len(gaps) - _NAMED)
        lost = sum(gap.rows_expected for gap in gaps)
        yield Finding(
            level=level,
            code="gap",
            about=source.name,
            text=f"no row from {named}; about {lost:,.0f} were to be expected",
            measure="such gaps expected by chance",
            figure=min(gap.chance for gap in gaps),
            threshold=GAP_CHANCE,
            advice="deliver what was lost; if nothing happened in those days, leave it",
            weight=min(gaps[0].days / RECENT_DAYS, 1.0),
        )


def _dates(gap: Gap) -> str:
    return f"{gap.begin} until now" if gap.is_open else f"{gap.begin} until {gap.end}"


def _levels(source: SourceQuality) -> Found:
    for change in source.level_changes:
        fell = change.after < change.before
        yield Finding(
            level="look",
            code="level",
            about=source.name,
            text=f"{change.after:,.0f} rows a week from {change.week} on, {change.before:,.0f} before",
            measure="rows a week, after to before",
            figure=round(change.after / max(change.before, 1.0), 3),
            threshold=1 / LEVEL_RATIO if fell else LEVEL_RATIO,
            advice="see what changed then, the business or the feed: a part lost, or delivered twice",
            weight=1 - min(change.before, change.after) / max(change.before, change.after),
        )


def _wrong_rows(source: SourceQuality) -> Found:
    for rule in _WRONG_ROWS:
        share = rule.share(source)
        if share is not None and share > rule.look:
            yield Finding(
                level="act" if share > rule.act else "look",
                code=rule.code,
                about=source.name,
                text=f"{percent(share)} of the rows {rule.told}",
                measure="share of rows",
                figure=share,
                threshold=rule.look,
                advice=rule.advice,
                weight=share,
            )


def _slower(source: SourceQuality) -> Found:
    for stretch in source.lateness.slower:
        yield Finding(
            level=_level(stretch),
            code="slower",
            about=source.name,
            text=f"{percent(stretch.figure)} of the rows came over a day late {_when(stretch)}, "
            f"{percent(stretch.beside)} {_else(stretch)}",
            measure="share of rows",
            figure=stretch.figure,
            threshold=stretch.beside + LATE_JUMP,
            advice="speed the feed up: at every moment of prediction the newest days are incomplete",
            weight=stretch.figure - stretch.beside,
        )


def _missing(source: SourceQuality) -> Found:
    for column in source.columns:
        for stretch in column.went_missing:
            yield Finding(
                level=_level(stretch),
                code="went_missing",
                about=source.name,
                text=f"`{column.name}` is missing in {percent(stretch.figure)} of the rows {_when(stretch)}, in "
                f"{percent(stretch.beside)} {_else(stretch)}",
                measure="share of rows",
                figure=stretch.figure,
                threshold=stretch.beside + MISSING_JUMP,
                advice="deliver the rows again with the column; until then features of it say something else than before",
                weight=stretch.figure - stretch.beside,
            )


def _sizes(source: SourceQuality) -> Found:
    for column in source.columns:
        for stretch in column.changed_size:
            times = stretch.figure / stretch.beside
            yield Finding(
                level=_level(stretch),
                code="changed_size",
                about=source.name,
                text=f"`{column.name}` is usually about {magnitude(stretch.figure)} {_when(stretch)}, "
                f"{magnitude(stretch.beside)} else",
                measure="size, after to before",
                figure=times,
                threshold=2.0**SIZE_JUMP if times > 1 else 2.0**-SIZE_JUMP,
                advice="see whether the unit changed (cents, seconds); if so, deliver the rows again in the old one",
                weight=1 - min(times, 1 / times),
            )


def _level(stretch: Stretch) -> Level:
    return "act" if stretch.end is None else "look"


def _when(stretch: Stretch) -> str:
    begin = "" if stretch.begin is None else f"from {stretch.begin} "
    return begin + ("on" if stretch.end is None else f"until {stretch.end}")


def _else(stretch: Stretch) -> str:
    return "then" if stretch.begin is None else "before"
