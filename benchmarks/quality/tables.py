"""How is a comparison shown: Markdown tables, ready for docs/results.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.quality.compared import OURS, Standing, is_better, is_worse
from training.measures.resamples import Estimate

_BETTER, _WORSE = " (+)", " (-)"
LEGEND = "(+) ours is better, (-) ours is worse: the 95 % interval of the paired difference, customers drawn, leaves out 0."


def pooled_table(standing: Standing, shown: Sequence[str], *, judged: Mapping[str, int]) -> str:
    """Return a row a contender: its figures over all cut-offs, and ours less its, with intervals, in what is judged."""
    pooled = standing.pooled
    header = ["all cut-offs", *shown, *(f"ours less its {name}" for name in judged)]
    rows = []
    for name, figures in pooled.figures.items():
        less = ["" if name == OURS else _difference(pooled.differences[name][each], sign) for each, sign in judged.items()]
        rows.append([f"**{name}**" if name == OURS else name, *(_figure(figures.get(each)) for each in shown), *less])
    return markdown(header, rows)


def cut_off_table(standing: Standing, *, judged: Mapping[str, int]) -> str:
    """Return a row a contender and a column a cut-off, with the mark of the paired difference behind each figure."""
    header = [" / ".join(judged), *(f"{day} ({compared.rows:,})" for day, compared in standing.by_day.items())]
    rows = [
        [f"**{name}**" if name == OURS else name, *(_at(standing, day, name, judged=judged) for day in standing.by_day)]
        for name in standing.pooled.figures
    ]
    return markdown(header, rows)


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table.

    >>> print(markdown(["a", "b"], [["1", "2"]]))
    | a | b |
    | --- | --- |
    | 1 | 2 |
    """
    return "\n".join("| " + " | ".join(line) + " |" for line in [header, ["---"] * len(header), *rows])


def _at(standing: Standing, day: str, name: str, *, judged: Mapping[str, int]) -> str:
    compared = standing.by_day[day]
    marks = [_mark(compared.differences[name][each], sign) if name != OURS else "" for each, sign in judged.items()]
    return " / ".join(_figure(compared.figures[name].get(each)) + mark for each, mark in zip(judged, marks, strict=True))


def _difference(estimate: Estimate, sign: int) -> str:
    digits = _digits(estimate.value)
    interval = f"[{estimate.low:+.{digits}f}, {estimate.high:+.{digits}f}]"
    return f"{estimate.value:+.{digits}f} {interval}{_mark(estimate, sign)}"


def _mark(estimate: Estimate, sign: int) -> str:
    if is_better(estimate, sign):
        return _BETTER
    return _WORSE if is_worse(estimate, sign) else ""


def _figure(estimate: Estimate | None) -> str:
    return "-" if estimate is None else f"{estimate.value:.{_digits(estimate.value)}f}"


def _digits(value: float) -> int:
    """Return the decimals that matter: a chance needs four, an amount of money one."""
    return 4 if abs(value) < 10 else 1
