"""How do figures become pictures: inline SVG that needs no script, follows the page's colours and says in words what it shows.

Places across are percentages and letters have a fixed size, so that a picture is as readable at 320 px as at 1,200. Every text is
escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

import numpy as np
from markupsafe import Markup

from features.quality.wording import magnitude, percent

_TOP, _FOOT = 16, 166
_HEIGHT = 188
_ROW = 36
_SMALL = 26
_TICKS = 3
_STEPS = (1.0, 1.2, 1.6, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_LONGEST_NAME = 36

Levels = Sequence[float | None]


@dataclass(frozen=True)
class Shade:
    """A part of the time line to point at, from one day until before another, and what it is."""

    begin: str
    end: str
    label: str


def volume(title: str, rows: Sequence[int], *, first: str, shades: Sequence[Shade] = ()) -> Markup:
    """Draw rows a week as an area over time, from the Monday `first` on; what is shaded says what it is."""
    top = _round_up(max(rows, default=0))
    told = f"{len(rows)} weeks from {first}: least {min(rows):,}, most {max(rows):,} rows a week."
    told += "".join(f" {shade.label}." for shade in shades)
    marks = [_shade(shade, first, weeks=len(rows)) for shade in shades]
    marks += [_area(rows, top=top, box=(_TOP, _FOOT - _TOP))]
    marks += [_height(share * top, y=_FOOT - share * (_FOOT - _TOP)) for share in (0.0, 0.5, 1.0)]
    marks += [_moment(first, len(rows), share=tick / _TICKS) for tick in range(_TICKS + 1)]
    return _picture(title, told, height=_HEIGHT, marks=marks)


def bars(title: str, shares: Mapping[str, float]) -> Markup:
    """Draw shares of a whole, a labelled bar each, in their order."""
    told = "; ".join(f"{name}: {percent(share)}" for name, share in shares.items())
    marks = [mark for place, (name, share) in enumerate(shares.items()) for mark in _bar(name, share, y=place * _ROW)]
    return _picture(title, told, height=len(shares) * _ROW, marks=marks)


def histogram(title: str, counts: Sequence[int]) -> Markup:
    """Draw counts of equal steps, small enough for a cell of a table."""
    top, wide = max(counts, default=0) or 1, 100 / max(len(counts), 1)
    boxes = [(_SMALL * (1 - count / top), _SMALL * count / top) for count in counts]
    marks = [
        _rect(f"{place * wide:.2f}%", f"{max(wide - 0.8, 0.8):.2f}%", box=box, kind="mark")
        for place, box in enumerate(boxes)
        if box[1]
    ]
    return _picture(title, f"{len(counts)} steps, {sum(counts):,} customers, {top:,} in the fullest.", height=_SMALL, marks=marks)


def sparkline(title: str, levels: Levels, *, top: float = 1.0) -> Markup:
    """Draw a level a week, from 0 at the foot to `top`, small enough for a cell of a table; None leaves a hole."""
    known = [level for level in levels if level is not None]
    if not known:
        return Markup("")
    told = f"{len(levels)} weeks: least {magnitude(min(known))}, most {magnitude(max(known))}, last {magnitude(known[-1])}."
    return _picture(title, told, height=_SMALL, marks=[_area(levels, top=top or 1.0, box=(1, _SMALL - 2))])


def week_after(first: str, weeks: int) -> str:
    """Return the Monday that comes so many weeks after the Monday `first`.

    >>> week_after("2026-03-02", 2)
    '2026-03-16'
    """
    return (date.fromisoformat(first) + timedelta(weeks=weeks)).isoformat()


def _picture(title: str, told: str, *, height: int, marks: Sequence[Markup]) -> Markup:
    head = Markup('<svg role="img" class="{}" height="{}">').format("small" if height == _SMALL else "chart", height)
    words = Markup("<title>{}</title><desc>{}</desc>").format(title, told)
    return head + words + Markup("").join(marks) + Markup("</svg>")


def _area(levels: Levels, *, top: float, box: tuple[int, int]) -> Markup:
    """Draw levels in a box (its y and height) that is stretched across the picture."""
    y, height = box
    path = "".join(_stroke(part, height / top, foot=height) for part in _unbroken(levels))
    return Markup(
        '<svg y="{}" width="100%" height="{}" viewBox="0 0 {} {}" preserveAspectRatio="none"><path class="area" d="{}"/></svg>'
    ).format(y, height, max(len(levels), 1), height, path)


def _unbroken(levels: Levels) -> Iterator[list[tuple[int, float]]]:
    places = [(place, level) for place, level in enumerate(levels) if level is not None]
    for _, part in groupby(enumerate(places), key=lambda entry: entry[1][0] - entry[0]):
        yield [point for _, point in part]


def _stroke(points: list[tuple[int, float]], scale: float, *, foot: int) -> str:
    """Outline weeks as steps: a week holds one level from its Monday to the next."""
    steps = " ".join(f"V{foot - level * scale:.1f}H{place + 1}" for place, level in points)
    return f"M{points[0][0]},{foot}{steps}V{foot}Z"


def _shade(shade: Shade, first: str, *, weeks: int) -> Markup:
    begin, end = (100 * _place(day, first) / weeks for day in (shade.begin, shade.end))
    rect = _rect(f"{begin:.2f}%", f"{max(end - begin, 0.4):.2f}%", box=(_TOP, _FOOT - _TOP), kind="shade")
    return Markup("<g>") + Markup("<title>{}</title>").format(shade.label) + rect + Markup("</g>")


def _place(day: str, first: str) -> float:
    return (date.fromisoformat(day) - date.fromisoformat(first)).days / 7


def _height(level: float, *, y: float) -> Markup:
    line = Markup('<line x1="0" x2="100%" y1="{0:.1f}" y2="{0:.1f}" class="grid"/>').format(y)
    return line + Markup('<text x="0" y="{:.1f}">{}</text>').format(y - 4, f"{magnitude(level)} rows a week") if level else line


def _moment(first: str, weeks: int, *, share: float) -> Markup:
    anchor = "start" if share == 0 else "end" if share == 1 else "middle"
    day = date.fromisoformat(first) + timedelta(days=round(share * weeks * 7))
    return Markup('<text x="{:.0f}%" y="{}" class="{}">{}</text>').format(100 * share, _HEIGHT - 4, anchor, day.isoformat()[:7])


def _bar(name: str, share: float, *, y: int) -> list[Markup]:
    short = name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
    return [
        Markup('<text x="0" y="{}">{}</text>').format(y + 13, short),
        Markup('<text x="100%" y="{}" class="end">{}</text>').format(y + 13, percent(share)),
        _rect("0", "100%", box=(y + 19, 8), kind="back"),
        _rect("0", f"{100 * min(share, 1.0):.2f}%", box=(y + 19, 8), kind="mark"),
    ]


def _rect(x: str, width: str, *, box: tuple[float, float], kind: str) -> Markup:
    """Draw a rectangle in a box (its y and height)."""
    return Markup('<rect x="{}" y="{:.1f}" width="{}" height="{:.1f}" class="{}"/>').format(x, box[0], width, box[1], kind)


def _round_up(value: float) -> float:
    """Return the next round number from which a scale can be halved and read.

    >>> _round_up(1730.0), _round_up(53.0)
    (2000.0, 60.0)
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** np.floor(np.log10(value))
    return float(next(step * power for step in _STEPS if step * power >= value))
