"""Where do customers go from each stage within a month: a table whose cells are the darker the more of them go there."""

from __future__ import annotations

from dataclasses import dataclass

from features.reports.stages import Moves, StageMoves
from features.times import parse_time
from serving.page.frame.names import said
from serving.page.frame.wording import Wording

SHADES = 7
"""From no shade for nobody to the darkest for everybody, so that a share of a seventh is told from none at a glance."""


@dataclass(frozen=True)
class HeatCell:
    """The share that went to one stage. `shade` 0 to `SHADES`; `is_stay`: the stage they were in."""

    share: str
    shade: int
    is_stay: bool


@dataclass(frozen=True)
class HeatRow:
    """Where those of one stage stood a month later; no cells where too few stood in it to tell."""

    stage: str
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True)
class HeatMap:
    """The whole table: a column a stage, a row a stage, over the months from `since` to `until`."""

    stages: tuple[str, ...]
    rows: tuple[HeatRow, ...]
    since: str
    until: str


def heat_map(moves: Moves, say: Wording) -> HeatMap:
    """Return the moves as a manager reads them."""
    stages = [one.stage for one in moves.stages]
    rows = tuple(_row(one, stages, say) for one in moves.stages)
    since, until = say.day(parse_time(moves.since)), say.day(parse_time(moves.until) - 1)
    return HeatMap(tuple(said(stage, say) for stage in stages), rows, since, until)


def shade_of(share: float) -> int:
    """Return how dark a share is: none for 0, at least a little for anything more.

    >>> [shade_of(share) for share in (0.0, 0.004, 0.2, 0.5, 1.0)]
    [0, 1, 2, 4, 7]
    """
    return min(SHADES, int(share * SHADES) + 1) if share > 0 else 0


def _row(moves: StageMoves, stages: list[str], say: Wording) -> HeatRow:
    shares = [moves.shares.get(stage, 0.0) for stage in stages] if moves.shares else []
    cells = (
        HeatCell(say.percent(share) if share else "–", shade_of(share), stage == moves.stage)
        for stage, share in zip(stages, shares, strict=False)
    )
    return HeatRow(said(moves.stage, say), tuple(cells))
