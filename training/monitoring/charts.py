"""How are the tables of the page drawn: measures by month, columns beyond their limits, feeds by week, errors of estimates."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from training.pages.look import COLOURS, MARK, SOFT, WIDTH

_ROW, _FACET_HEIGHT = 16, 90
_WARN = COLOURS[1]


def by_month(table: pd.DataFrame) -> Any:
    """Draw a measure month by month with its interval, and what was promised as a dash."""
    base = alt.Chart(table).encode(x=alt.X("month:O", title=None, axis=alt.Axis(labelAngle=-45)))
    scale = alt.Scale(zero=False)
    bars = base.mark_rule(color=MARK, strokeWidth=2).encode(y=alt.Y("low:Q", title="AUC", scale=scale), y2="high:Q")
    points = base.mark_point(color=MARK).encode(y=alt.Y("value:Q", scale=scale))
    promised = base.mark_tick(color=_WARN, thickness=2, width=18).encode(y=alt.Y("promised:Q", scale=scale))
    return _by_model(alt.layer(bars, promised, points).properties(width=WIDTH, height=_FACET_HEIGHT * 2))


def beyond_limits(table: pd.DataFrame) -> Any:
    """Draw how many times its limit each column moved; the rule at 1 is where drift begins."""
    drifted = alt.condition("datum.times_limit >= 1", alt.value(_WARN), alt.value(MARK))
    bars = (
        alt.Chart()
        .mark_bar()
        .encode(
            x=alt.X("times_limit:Q", title="times its limit"),
            y=alt.Y("column:N", sort="-x", title=None, axis=alt.Axis(labelLimit=260)),
            color=drifted,
        )
    )
    limit = alt.Chart().mark_rule(color=SOFT, strokeDash=[4, 3]).encode(x=alt.datum(1.0))
    layered = alt.layer(bars, limit).properties(width=WIDTH - 160, height=alt.Step(_ROW))
    return layered.facet(row=_row("model"), data=table).resolve_scale(y="independent")


def changed(table: pd.DataFrame) -> Any:
    """Draw the share decided otherwise beside its limit."""
    labelled = table.assign(what=table["model"] + ": " + table["decision"])
    base = alt.Chart(labelled).encode(y=alt.Y("what:N", title=None))
    beyond = alt.condition("datum.changed > datum.limit", alt.value(_WARN), alt.value(MARK))
    bars = base.mark_bar().encode(x=alt.X("changed:Q", title="share decided otherwise", axis=alt.Axis(format="%")), color=beyond)
    limits = base.mark_tick(color=SOFT, thickness=2).encode(x="limit:Q")
    return alt.layer(bars, limits).properties(width=WIDTH, height=alt.Step(_ROW * 1.5))


def rows_a_week(table: pd.DataFrame) -> Any:
    """Draw the rows of each source week by week, each on its own scale."""
    line = (
        alt.Chart(table)
        .mark_line()
        .encode(x=alt.X("week:T", title=None), y=alt.Y("rows:Q", title=None, axis=alt.Axis(tickCount=3)))
        .properties(width=WIDTH, height=_FACET_HEIGHT * 0.7)
    )
    return line.facet(row=_row("source")).resolve_scale(y="independent")


def estimate_errors(table: pd.DataFrame) -> Any:
    """Draw realised less expected at past moments, a colour a measure."""
    base = alt.Chart(table).encode(x=alt.X("as_of:O", title=None, axis=alt.Axis(labelAngle=-45)))
    points = base.mark_point().encode(
        y=alt.Y("error:Q", title="realised less expected"), color=alt.Color("measure:N", title=None), shape="measure:N"
    )
    zero = alt.Chart().mark_rule(color=SOFT).encode(y=alt.datum(0.0))
    return _by_model(alt.layer(points, zero, data=table).properties(width=WIDTH, height=_FACET_HEIGHT * 2))


def _by_model(chart: Any) -> Any:
    return chart.facet(row=_row("model")).resolve_scale(y="independent")


def _row(name: str) -> Any:
    header = alt.Header(labelAngle=0, labelAlign="left", labelOrient="top", labelAnchor="start")
    return alt.Row(f"{name}:N", title=None, header=header)
