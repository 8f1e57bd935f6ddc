"""How do figures become pictures on a page: inline SVG without script or style, in the page's colours, told in words too.

Places across are percentages and letters keep their size, so that a picture reads alike on a phone and on a desk. Whoever cannot
see it hears its title and description; the figures stand in a table beside it. Every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

_HEIGHT, _TOP, _FOOT = 120, 18, 98
_LOWEST_BAR = 1.5  # so that a week with one use is told from one with none

Share = float
"""A part of the whole width or height, 0 to 1."""


@dataclass(frozen=True)
class Axis:
    """What the words around a picture are: its highest value above, and where it begins and ends below."""

    top: str
    begin: str
    end: str


def bars(title: str, told: str, heights: Sequence[Share], axis: Axis) -> Markup:
    """Draw bars side by side, each so much of the whole height; 0 leaves a gap."""
    wide = 100 / max(len(heights), 1)
    marks = [_bar(place * wide, wide, height) for place, height in enumerate(heights) if height > 0]
    return _picture(title, told, [*_frame(axis), *marks])


def line(title: str, told: str, points: Sequence[tuple[Share, Share]], axis: Axis) -> Markup:
    """Draw a line through points, each so far across and so high, from left to right; each point is marked."""
    places = [(2 + 96 * across, _level(height)) for across, height in points]
    return _picture(title, told, [*_frame(axis), *_strokes(places), *_dots(places)])


def meter(share: Share) -> Markup:
    """Draw how much of a whole something is, for beside its number, which says it to who cannot see."""
    wide = 100 * min(max(share, 0.0), 1.0)
    back, mark = '<rect class="back" width="100%" height="8"/>', '<rect class="mark" width="{:.1f}%" height="8"/>'
    return Markup('<svg class="meter" height="8" aria-hidden="true">' + back + mark + "</svg>").format(wide)  # noqa: S704 (ours)


def round_top(highest: float) -> float:
    """Return the next round number at or above a value, at which a scale may end.

    >>> round_top(0.17), round_top(23.0), round_top(0.0)
    (0.2, 30.0, 1.0)
    """
    if highest <= 0:
        return 1.0
    power = 10.0 ** len(str(int(highest))) / 10 if highest >= 1 else 0.1 if highest > 0.1 else 0.01
    return next(step * power for step in range(1, 12) if step * power >= highest - 1e-12)


def _picture(title: str, told: str, marks: Sequence[Markup]) -> Markup:
    head = Markup('<svg role="img" class="chart" height="{}"><title>{}</title><desc>{}</desc>').format(_HEIGHT, title, told)
    return head + Markup("").join(marks) + Markup("</svg>")


def _frame(axis: Axis) -> Iterator[Markup]:
    for y, kind in ((_TOP, "grid"), (_FOOT, "axis")):
        yield Markup('<line class="{}" x1="0" x2="100%" y1="{}" y2="{}"/>').format(kind, y, y)
    yield Markup('<text x="0" y="{}">{}</text>').format(_TOP - 5, axis.top)
    yield Markup('<text x="0" y="{}">{}</text>').format(_HEIGHT - 4, axis.begin)
    yield Markup('<text class="end" x="100%" y="{}">{}</text>').format(_HEIGHT - 4, axis.end)


def _bar(left: float, wide: float, height: Share) -> Markup:
    tall = max(height * (_FOOT - _TOP), _LOWEST_BAR)
    box = (f"{left + wide * 0.1:.2f}%", f"{_FOOT - tall:.1f}", f"{wide * 0.8:.2f}%", f"{tall:.1f}")
    return Markup('<rect class="mark" x="{}" y="{}" width="{}" height="{}"/>').format(*box)


def _level(height: Share) -> float:
    return _FOOT - height * (_FOOT - _TOP)


def _strokes(places: Sequence[tuple[float, float]]) -> Iterator[Markup]:
    for (x1, y1), (x2, y2) in pairwise(places):
        yield Markup('<line class="line" x1="{:.2f}%" y1="{:.1f}" x2="{:.2f}%" y2="{:.1f}"/>').format(x1, y1, x2, y2)


def _dots(places: Sequence[tuple[float, float]]) -> Iterator[Markup]:
    for x, y in places:
        yield Markup('<circle class="mark" cx="{:.2f}%" cy="{:.1f}" r="4"/>').format(x, y)
