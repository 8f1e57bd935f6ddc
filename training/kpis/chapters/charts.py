"""How are KPIs drawn: over months, beside each other with their intervals, stacked, and as a map of who goes where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from training.pages.look import COLOURS

_PANEL_WIDTH, _PANEL_HEIGHT = 250, 150
_ROW_HEIGHT, _CELL_HEIGHT, _CELL_WIDTH = 22, 30, 90
_LIMIT, _PALE = COLOURS[5], 0.35


@dataclass(frozen=True)
class Axis:
    """What is measured, in words, and how a number of it is written (a format of D3)."""

    title: str
    format: str = ".2~f"


SHARE_AXIS = ".0%"


def over_months(table: pd.DataFrame, axis: Axis, *, stages: Sequence[str]) -> Any:
    """Draw `value` by `month`, a line for each of `stages`; a `limit`, where the table has one, as a dashed line."""
    import altair as alt

    base = alt.Chart(table[table["stage"].isin(list(stages))]).encode(x=_turned(alt, "month"))
    colour = alt.Color("stage:N", title=None, sort=list(stages), scale=alt.Scale(domain=list(stages)))
    lines = base.mark_line(point=True).encode(y=_free(alt, axis, titled=True), color=colour)
    limits = base.transform_filter("isValid(datum.limit)").mark_line(strokeDash=[4, 4], strokeWidth=1)
    return alt.layer(lines, limits.encode(y="limit:Q", color=colour))


def panels_over_months(table: pd.DataFrame, *, axis: Axis, panels: Sequence[str]) -> Any:
    """Draw `value` by `month` with its interval, a small chart for each of `panels` (column `kpi`), scales of their own."""
    import altair as alt

    def panel(kpi: str, rows: pd.DataFrame) -> Any:
        base = alt.Chart(rows, title=_words(kpi)).encode(x=_turned(alt, "month"))
        band = base.mark_area(opacity=0.2).encode(y="low:Q", y2="high:Q")
        return alt.layer(band, base.mark_line(point=True).encode(y=_free(alt, axis)))

    return _side_by_side(alt, [panel(kpi, table[table["kpi"] == kpi]) for kpi in panels if (table["kpi"] == kpi).any()])


def panels_by_cohort(table: pd.DataFrame, *, axis: Axis, panels: Sequence[str]) -> Any:
    """Draw `value` by `cohort` with its interval, a small chart for each of `panels` (`measure`); pale if not `complete`."""
    import altair as alt

    pale = alt.condition("datum.complete", alt.value(1.0), alt.value(_PALE))

    def panel(measure: str, rows: pd.DataFrame) -> Any:
        base = alt.Chart(rows, title=_words(measure)).encode(x=_turned(alt, "cohort"), opacity=pale)
        interval = base.mark_rule(strokeWidth=2).encode(y="low:Q", y2="high:Q")
        return alt.layer(interval, base.mark_point(size=60).encode(y=_free(alt, axis)))

    return _side_by_side(alt, [panel(measure, table[table["measure"] == measure]) for measure in panels])


def beside(table: pd.DataFrame, axis: Axis, *, label: str, colour: str | None = None) -> Any:
    """Draw `value` with its interval, a row each of `label` in the table's order; a `limit`, where there is one, as a tick."""
    import altair as alt

    rows = alt.Y(f"{label}:N", title=None, sort=list(dict.fromkeys(table[label])))
    split: dict[str, Any] = {"yOffset": f"{colour}:N", "color": alt.Color(f"{colour}:N", title=None)} if colour else {}
    base = alt.Chart(table).encode(y=rows, **split)
    x = alt.X("value:Q", title=axis.title, scale=alt.Scale(zero=False), axis=alt.Axis(format=axis.format))
    layers = [base.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q"), base.mark_point(size=70, opacity=1).encode(x=x)]
    if "limit" in table.columns and table["limit"].notna().any():
        tick = alt.Chart(table.dropna(subset="limit")).mark_tick(thickness=3, size=18, color=_LIMIT, opacity=1)
        layers.append(tick.encode(y=rows, x="limit:Q"))
    lines = table[label].nunique() * (table[colour].nunique() if colour else 1)
    return alt.layer(*layers).properties(height=_ROW_HEIGHT * max(lines, 2))


def stacked(table: pd.DataFrame, axis: Axis, *, split: str, order: Sequence[str]) -> Any:
    """Draw `value` by `month`, one upon the other; a month that is not `complete` is paler."""
    import altair as alt

    colour = alt.Color(f"{split}:N", title=None, sort=list(order), scale=alt.Scale(domain=list(order)))
    pale = alt.condition("datum.complete", alt.value(1.0), alt.value(_PALE))
    y = alt.Y("value:Q", title=axis.title, stack="zero", axis=alt.Axis(format=axis.format))
    return alt.Chart(table).mark_bar().encode(x=_turned(alt, "month"), y=y, color=colour, opacity=pale)


def map_of(table: pd.DataFrame, axis: Axis, *, rows: Sequence[str], columns: Sequence[str]) -> Any:
    """Draw `value` from `row` to `column` as darkness, and written into each field."""
    import altair as alt

    base = alt.Chart(table).encode(
        x=alt.X("column:N", sort=list(columns), title=None, axis=alt.Axis(labelAngle=-30)),
        y=alt.Y("row:N", sort=list(rows), title=None),
    )
    shade = alt.Color("value:Q", title=axis.title, scale=alt.Scale(scheme="blues"), legend=None)
    dark = alt.condition(f"datum.value > {0.6 * table['value'].max()}", alt.value("#ffffff"), alt.value("#1d2327"))
    written = base.mark_text(fontSize=12).encode(text=alt.Text("value:Q", format=axis.format), color=dark)
    size = {"height": _CELL_HEIGHT * len(rows), "width": _CELL_WIDTH * len(columns)}
    return alt.layer(base.mark_rect().encode(color=shade), written).properties(**size)


def _turned(alt: Any, name: str) -> Any:
    return alt.X(f"{name}:O", title=None, axis=alt.Axis(labelAngle=-45))


def _free(alt: Any, axis: Axis, *, titled: bool = False) -> Any:
    """Return the upward axis of `value`, not tied to zero: small changes are what is looked for."""
    title = axis.title if titled else None
    return alt.Y("value:Q", title=title, scale=alt.Scale(zero=False), axis=alt.Axis(format=axis.format, tickCount=5))


def _side_by_side(alt: Any, panels: Sequence[Any]) -> Any:
    return alt.concat(*(panel.properties(width=_PANEL_WIDTH, height=_PANEL_HEIGHT) for panel in panels), columns=2)


def _words(name: str) -> str:
    return name.replace("_", " ")
