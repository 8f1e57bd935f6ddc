"""How are the tables of a back-test drawn: the model in front, the others beside it in colours that stay the same throughout."""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from training.backtest.told.names import NAMES
from training.pages.look import COLOURS, INK, SOFT

_MODEL, *_OTHERS = NAMES.values()
_SHADES = [*COLOURS[:6], "#0f8b8d", "#b5487f", SOFT]
_HALF = 250
_SIGNS_DRAWN = 9


def over_months(table: pd.DataFrame) -> Any:
    """Draw lines over the months, a panel a measure."""
    month = alt.X("month:T", title=None, axis=alt.Axis(format="%b %Y", labelAngle=-40))
    lines = _lines(table, x=month, y=alt.Y("value:Q", title=None)).properties(width=_HALF)
    return lines.facet(facet=alt.Facet("measure:N", title=None), columns=2).resolve_scale(y="independent")


def bars(table: pd.DataFrame) -> Any:
    """Draw a bar a method with its interval, a panel a measure."""
    base = alt.Chart(table).encode(y=alt.Y("method:N", sort=_known(table), title=None))
    shown = base.mark_bar().encode(x=alt.X("value:Q", title=None), color=_colour(table, legend=False))
    return _panels(shown + base.mark_rule(color=INK).encode(x="low:Q", x2="high:Q"), "measure")


def stages(table: pd.DataFrame) -> Any:
    """Draw a point a method in each stage with its interval, a panel a measure."""
    base = alt.Chart(table).encode(
        y=alt.Y("stage:N", title=None, sort=None),
        yOffset=alt.YOffset("method:N", sort=_known(table)),
        color=_colour(table),
    )
    points = base.mark_point().encode(x=alt.X("value:Q", title=None))
    return _panels(points + base.mark_rule().encode(x="low:Q", x2="high:Q"), "measure", step=11)


def ahead(table: pd.DataFrame) -> Any:
    """Draw for each method the share of leavers warned so many days ahead or more."""
    x = alt.X("days_ahead:Q", title="days before leaving, or more")
    return _lines(table, x=x, y=alt.Y("share_of_leavers:Q", title="share of those who left", axis=alt.Axis(format="%")))


def warned(table: pd.DataFrame) -> Any:
    """Draw of each method how many of those who left were warned, dropped again or never listed."""
    everywhere = table[table["stage"] == "all"]
    order = {"warned": 0, "dropped": 1, "never_listed": 2}
    long = everywhere.melt(id_vars=["method"], value_vars=list(order), var_name="fate", value_name="share")
    long = long.assign(fate=long["fate"].str.replace("_", " "))
    return alt.Chart(long).mark_bar().encode(
        y=alt.Y("method:N", sort=_known(table), title=None),
        x=alt.X("share:Q", title="share of those who left", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        color=alt.Color("fate:N", title=None, sort=None, scale=alt.Scale(range=[COLOURS[0], COLOURS[3], "#c9ced2"])),
        order=alt.Order("rank:Q"),
    ).transform_calculate(rank="datum.fate == 'warned' ? 0 : datum.fate == 'dropped' ? 1 : 2")  # fmt: skip


def money_by_month(table: pd.DataFrame) -> Any:
    """Draw net by month as bars, and below it all months so far."""
    month = alt.X("yearmonth(month):O", title=None, axis=alt.Axis(format="%b %Y", labelAngle=-40))
    beside, net = alt.XOffset("method:N", sort=_known(table)), alt.Y("net:Q", title="net of the month")
    each = alt.Chart(table, height=190).mark_bar().encode(x=month, xOffset=beside, y=net, color=_colour(table))
    so_far = _lines(table, x=month, y=alt.Y("net_so_far:Q", title="net so far")).properties(height=190)
    return alt.vconcat(each, so_far)


def sensitivity(table: pd.DataFrame) -> Any:
    """Draw net by the share of the leavers called that stays; calls pay above the line at nought."""
    x = alt.X("save_share:Q", title="share of the leavers called that stays", axis=alt.Axis(format="%"))
    nought = alt.Chart(pd.DataFrame({"net": [0]})).mark_rule(strokeDash=[4, 3]).encode(y="net:Q")
    return _lines(table, x=x, y=alt.Y("net:Q", title="net, all months")) + nought


def signs(table: pd.DataFrame) -> Any:
    """Draw how common the first signs were by months before leaving, those who left beside those who stayed."""
    first = table["sign"].unique()[:_SIGNS_DRAWN]
    lines = alt.Chart(table[table["sign"].isin(first)], width=165, height=90).mark_line(point=alt.OverlayMarkDef(size=18)).encode(
        x=alt.X("months_before:O", sort="descending", title=None, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("share:Q", title=None, axis=alt.Axis(format="%", tickCount=4)),
        color=_leavers_colour(),
    )  # fmt: skip
    panel = alt.Facet("sign:N", title="months before leaving", sort=first.tolist())
    return lines.facet(facet=panel, columns=3).resolve_scale(y="independent")


def causes(table: pd.DataFrame) -> Any:
    """Draw the share of leavers and of stayers with signs of each cause."""
    base = alt.Chart(table, height=alt.Step(18)).encode(
        y=alt.Y("signs_of:N", sort=None, title="signs of"), yOffset=alt.YOffset("customers:N", sort=["left", "stayed"])
    )
    shown = base.mark_bar().encode(x=alt.X("value:Q", title=None, axis=alt.Axis(format="%")), color=_leavers_colour())
    return shown + base.mark_rule(color=INK).encode(x="low:Q", x2="high:Q")


def offers(table: pd.DataFrame) -> Any:
    """Draw to how many of those who left each kind of offer was shown, and how many said yes."""
    long = table.melt(id_vars=["offer"], value_vars=["shown_to", "accepted_by"], var_name="what", value_name="customers")
    long = long.assign(what=long["what"].map({"shown_to": "shown", "accepted_by": "accepted one"}))
    return alt.Chart(long, height=alt.Step(14)).mark_bar().encode(
        y=alt.Y("offer:N", sort=None, title=None),
        yOffset=alt.YOffset("what:N", sort=["shown", "accepted one"]),
        x=alt.X("customers:Q", title="of those who left"),
        color=alt.Color("what:N", title=None, sort=["shown", "accepted one"]),
    )  # fmt: skip


def _lines(table: pd.DataFrame, *, x: Any, y: Any) -> Any:
    dashed = alt.condition(alt.datum.method == NAMES["at_random"], alt.value([4, 3]), alt.value([1, 0]))
    thick = alt.condition(alt.datum.method == _MODEL, alt.value(3), alt.value(1.5))
    lines = alt.Chart(table).mark_line(point=alt.OverlayMarkDef(size=22))
    return lines.encode(x=x, y=y, color=_colour(table), strokeDash=dashed, strokeWidth=thick)


def _panels(chart: Any, by: str, *, step: int = 20) -> Any:
    sized = chart.properties(width=_HALF, height=alt.Step(step))
    return sized.facet(column=alt.Column(f"{by}:N", title=None)).resolve_scale(x="independent")


def _known(table: pd.DataFrame) -> list[str]:
    """Return the methods of a table in the order in which all pictures show them."""
    there = set(table["method"])
    return [name for name in NAMES.values() if name in there]


def _colour(table: pd.DataFrame, *, legend: bool = True) -> Any:
    """Give each method the colour it has in every picture."""
    there = _known(table)
    shades = [shade for name, shade in zip(NAMES.values(), _SHADES, strict=True) if name in there]
    shown = alt.Legend(title=None) if legend else None
    return alt.Color("method:N", sort=there, scale=alt.Scale(domain=there, range=shades), legend=shown)


def _leavers_colour() -> Any:
    scale = alt.Scale(domain=["left", "stayed"], range=[COLOURS[1], SOFT])
    return alt.Color("customers:N", scale=scale, legend=alt.Legend(title=None))
