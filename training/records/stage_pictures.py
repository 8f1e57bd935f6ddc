"""What does a person want to see of moves between stages: a heat map of how often, and a Sankey diagram of how many."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from models.rows import FloatArray
from training.records.report import Finding

_HEAT_INCHES, _SANKEY_INCHES = (6.4, 5.4), (8.0, 5.4)
_READABLE_ON_DARK = 0.6
_GAP, _BAR, _LEAST_NAMED = 0.03, 0.03, 0.02


def draw_stage_pictures(folder: Path, *, moves: Sequence[Finding], order: Sequence[str], horizon_days: int) -> list[Path]:
    """Write `moves.csv` of all horizons, and of one horizon `heat_map` and `sankey`, each as PNG and SVG; return the files.

    Parameters
    ----------
    moves
        A line a horizon and pair of stages: `horizon_days`, `from`, `to`, how many `rows` stood in `from`, which `share` went.
    order
        The stages in the order of life.
    """
    table = pd.DataFrame(list(moves))
    table.to_csv(folder / "moves.csv", index=False)
    counts = move_counts(table[table["horizon_days"] == horizon_days], order)
    figures = {"heat_map": _heat_map(counts, order, days=horizon_days), "sankey": _sankey(counts, order, days=horizon_days)}
    files = [folder / "moves.csv"]
    for name, figure in figures.items():
        for ending in ("png", "svg"):
            figure.savefig(folder / f"{name}.{ending}", metadata={"Software": None} if ending == "png" else {"Date": None})
            files.append(folder / f"{name}.{ending}")
    return files


def move_counts(table: pd.DataFrame, order: Sequence[str]) -> FloatArray:
    """Return how many rows went from each stage to each, in the order of life; 0 where nobody stood.

    >>> lines = [{"from": "new", "to": "gone", "rows": 4, "share": 0.25}, {"from": "new", "to": "new", "rows": 4, "share": 0.75}]
    >>> move_counts(pd.DataFrame(lines), ["new", "gone"]).tolist()
    [[3.0, 1.0], [0.0, 0.0]]
    """
    counts = np.zeros((len(order), len(order)))
    for line in table.to_dict("records"):
        counts[list(order).index(line["from"]), list(order).index(line["to"])] = line["rows"] * line["share"]
    return counts


def _figure(size: tuple[float, float]) -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.add_subplot()


def _heat_map(counts: FloatArray, order: Sequence[str], *, days: int) -> Any:
    figure, axes = _figure(_HEAT_INCHES)
    stood = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, stood, out=np.full_like(counts, np.nan), where=stood > 0)
    picture = axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    for (before, after), share in np.ndenumerate(shares):
        if np.isfinite(share):
            colour = "white" if share > _READABLE_ON_DARK else "black"
            axes.text(after, before, f"{share:.0%}", ha="center", va="center", color=colour)
    axes.set_xticks(range(len(order)), order, rotation=25, ha="right")
    axes.set_yticks(range(len(order)), [f"{name} ({count:,.0f})" for name, count in zip(order, stood[:, 0], strict=True)])
    axes.set(title=f"Where customers of each stage stand {days} days later", xlabel="stage then", ylabel="stage now (rows)")
    figure.colorbar(picture, ax=axes, shrink=0.8, format=lambda share, _: f"{share:.0%}")
    return figure


def _sankey(counts: FloatArray, order: Sequence[str], *, days: int) -> Any:
    figure, axes = _figure(_SANKEY_INCHES)
    share = counts / max(counts.sum(), 1.0)
    left, right = _tops(share.sum(axis=1)), _tops(share.sum(axis=0))
    leaving, coming = left.copy(), right.copy()
    for before in range(len(order)):
        for after in range(len(order)):
            flow = share[before, after]
            _band(axes, leaving[before], coming[after], flow, colour=f"C{before}")
            leaving[before] -= flow
            coming[after] -= flow
    _bars(axes, -_BAR, left, share.sum(axis=1), order)
    _bars(axes, 1.0, right, share.sum(axis=0), order)
    axes.set(xlim=(-0.42, 1.42), title=f"Where customers go within {days} days: now on the left, then on the right")
    axes.axis("off")
    return figure


def _tops(sizes: FloatArray) -> FloatArray:
    """Return the upper edge of each bar, the first stage on top, a gap below each bar that is not empty."""
    heights = sizes + np.where(sizes > 0, _GAP, 0.0)
    return np.asarray(1.0 - np.concatenate([[0.0], np.cumsum(heights)[:-1]]))


def _band(axes: Any, begin: float, end: float, flow: float, *, colour: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path as Outline

    if flow <= 0:
        return
    corners = [
        (0, begin),
        (0.5, begin),
        (0.5, end),
        (1, end),
        (1, end - flow),
        (0.5, end - flow),
        (0.5, begin - flow),
        (0, begin - flow),
    ]
    codes = [Outline.MOVETO, *[Outline.CURVE4] * 3, Outline.LINETO, *[Outline.CURVE4] * 3]
    axes.add_patch(PathPatch(Outline(corners, codes), facecolor=colour, alpha=0.45, linewidth=0))


def _bars(axes: Any, at: float, tops: FloatArray, sizes: FloatArray, order: Sequence[str]) -> None:
    from matplotlib.patches import Rectangle

    for place, (name, top, size) in enumerate(zip(order, tops, sizes, strict=True)):
        if size > 0:
            axes.add_patch(Rectangle((at, top - size), _BAR, size, color=f"C{place}", linewidth=0))
            side, ha = (at - 0.02, "right") if at < 0 else (at + _BAR + 0.02, "left")
            axes.text(side, top - size / 2, f"{name} {size:.0%}" if size >= _LEAST_NAMED else name, ha=ha, va="center")
    axes.set_ylim(min(axes.get_ylim()[0], float((tops - sizes).min()) - _GAP), 1.0 + _GAP)
