"""How do all charts look: one set of colours and letters, readable on white paper in a light page and in a dark one."""

from __future__ import annotations

from typing import Any

INK, SOFT, LINE, MARK = "#1d2327", "#5b666e", "#d8dcdf", "#2f6f9f"
COLOURS = [MARK, "#c4622d", "#2b6b3f", "#8a5a00", "#7b4f9d", "#a3261b", "#5b666e"]
"""Told apart by people who do not see red and green apart, too; the first is what the chart is about."""

WIDTH, HEIGHT = 560, 260

LOOK: dict[str, Any] = {
    "background": "#ffffff",
    "font": "DejaVu Sans, sans-serif",
    "axis": {
        "labelColor": SOFT,
        "titleColor": SOFT,
        "gridColor": LINE,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelLimit": 220,
    },
    "legend": {"labelColor": INK, "titleColor": SOFT, "orient": "bottom", "columns": 4, "labelLimit": 220},
    "header": {"labelColor": INK, "titleColor": SOFT},
    "title": {"color": INK, "fontSize": 12, "fontWeight": "normal", "anchor": "start"},
    "view": {"continuousWidth": WIDTH, "continuousHeight": HEIGHT, "discreteWidth": WIDTH, "stroke": None},
    "range": {"category": COLOURS},
    "line": {"strokeWidth": 2, "color": MARK},
    "bar": {"color": MARK},
    "point": {"filled": True, "size": 50, "color": MARK},
    "rule": {"color": SOFT},
}
