"""Can a stored model be served? The columns and question of now, its own answers repeated, fast, learned from mature labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.times import DAY, Timestamp, format_time
from training.gates.result import GateResult

MOST_MS_ALONE = 20.0
MOST_MS_A_ROW = 0.5
"""CPU time of one thread: for a customer asked about alone, and for one among many. Ten times what the recipes here take."""


@dataclass(frozen=True)
class Speed:
    """CPU milliseconds a customer, one thread: asked about alone, and among many."""

    alone_ms: float
    among_many_ms: float


def same_schema(fitted_on: Sequence[str], served: Sequence[str]) -> GateResult:
    """Refuse a model fitted on other columns than those computed now; absolute.

    Both are the signature of the feature catalogue, followed by the names in order.
    """
    odd = [name for name in fitted_on[1:] if name not in served] + [name for name in served[1:] if name not in fitted_on]
    same = tuple(fitted_on) == tuple(served)
    differing = ", ".join(odd[:5]) or "their order or their meaning"
    return GateResult(
        "same_schema",
        "passed" if same else "refused",
        f"{len(fitted_on) - 1} columns fitted on, {len(served) - 1} computed now",
        "the same names, order and meaning",
        "fitted on the columns computed now" if same else f"the columns differ ({differing}); train again with these features",
        absolute=True,
    )


def same_question(asked: Mapping[str, object], answered: Mapping[str, object]) -> GateResult:
    """Refuse a model that answers another question than the company file asks, such as other horizons; absolute."""
    differing = ", ".join(sorted(name for name in {*asked, *answered} if asked.get(name) != answered.get(name)))
    return GateResult(
        "same_question",
        "refused" if differing else "passed",
        f"{answered.get('definition')} at {answered.get('horizons_days')} days",
        f"{asked.get('definition')} at {asked.get('horizons_days')} days",
        f"the company file differs in {differing}; train again" if differing else "answers what the company file asks",
        absolute=True,
    )


def golden_rows(failure: str | None) -> GateResult:
    """Refuse a model that does not repeat its own answers when loaded in a process of its own; absolute."""
    return GateResult(
        "golden_rows",
        "passed" if failure is None else "refused",
        "answers repeated" if failure is None else "answers not repeated",
        "the stored answers to the stored rows",
        "loads and repeats its golden answers" if failure is None else failure,
        absolute=True,
    )


def mature_labels(newest: Timestamp, *, gap_days: int, observed_until: Mapping[str, Timestamp]) -> GateResult:
    """Refuse a model that learned from rows whose horizon was not over in every source their labels read; absolute.

    Who has not left yet would have been taken for who stays.
    """
    needed = newest + gap_days * DAY
    short = {source: until for source, until in observed_until.items() if until < needed}
    found = ", ".join(f"{source} until {format_time(until)[:10]}" for source, until in sorted(observed_until.items()))
    mature = bool(observed_until) and not short
    reason = f"learned from labels before they closed: {', '.join(sorted(short)) or 'no source'} was not observed that far"
    return GateResult(
        "mature_labels",
        "passed" if mature else "refused",
        f"newest row {format_time(newest)[:10]}, labels close {gap_days} days later; observed: {found or 'nothing'}",
        f"observed until {format_time(needed)[:10]}",
        "every label learned from had closed" if mature else reason,
        absolute=True,
    )


def latency(speed: Speed) -> GateResult:
    """Refuse a model so slow that a page, or a night of scoring, would wait for it."""
    quick = speed.alone_ms <= MOST_MS_ALONE and speed.among_many_ms <= MOST_MS_A_ROW
    return GateResult(
        "latency",
        "passed" if quick else "refused",
        f"{speed.alone_ms:.3g} ms a customer alone, {speed.among_many_ms:.3g} ms among many (CPU, one thread)",
        f"{MOST_MS_ALONE:g} ms alone, {MOST_MS_A_ROW:g} ms among many",
        "fast enough to serve" if quick else "too slow to serve: grow fewer or smaller trees",
    )
