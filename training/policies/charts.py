"""How are the tables of a comparison drawn: values with their intervals, offers beside one another, who wins and who loses."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from training.pages.look import COLOURS, MARK, SOFT, WIDTH

_ROW = 18


def values(table: pd.DataFrame) -> Any:
    """Draw what a decision is worth by every estimator, a colour a policy."""
    return _intervals(table[table["policy"] != "new less live"], "estimator", "worth a decision", colour="policy")


def kinds(table: pd.DataFrame) -> Any:
    """Draw the share of each kind of offer in the log and under both policies."""
    return (
        alt.Chart(table)
        .mark_bar()
        .encode(
            x=alt.X("share:Q", title="share of decisions", axis=alt.Axis(format="%")),
            y=alt.Y("kind:N", title=None, sort=None),
            yOffset=alt.YOffset("policy:N", sort=["logged", "live", "new"]),
            color=alt.Color("policy:N", title=None, sort=["logged", "live", "new"], scale=alt.Scale(range=[SOFT, *COLOURS])),
        )
        .properties(width=WIDTH - 120)
    )


def groups(table: pd.DataFrame) -> Any:
    """Draw what changes for each group, and 0 where nothing does."""
    labelled = table.assign(who=table["kind"].str.replace("_", " ") + ": " + table["group"])
    return _with_zero(_intervals(labelled, "who", "new less live, a decision", colour="verdict"))


def split(table: pd.DataFrame) -> Any:
    """Draw what a decision is worth under each policy of the split."""
    return _intervals(table.dropna(subset=["value"]), "policy", "worth a decision", colour=None)


def _intervals(table: pd.DataFrame, row: str, title: str, *, colour: str | None) -> Any:
    shade = alt.value(MARK) if colour is None else alt.Color(f"{colour}:N", title=None)
    rows = alt.Y(f"{row}:N", title=None, sort=None, axis=alt.Axis(labelLimit=240))
    base = alt.Chart(table).encode(y=rows, color=shade)
    base = base.encode(yOffset=alt.YOffset(f"{colour}:N")) if colour == "policy" else base
    bars = base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=title, scale=alt.Scale(zero=False)), x2="high:Q")
    points = base.mark_point(filled=True).encode(x="value:Q")
    return alt.layer(bars, points).properties(width=WIDTH - 160, height=alt.Step(_ROW))


def _with_zero(chart: Any) -> Any:
    zero = alt.Chart(pd.DataFrame({"zero": [0.0]})).mark_rule(color=SOFT, strokeDash=[4, 3]).encode(x="zero:Q")
    return alt.layer(chart, zero)
