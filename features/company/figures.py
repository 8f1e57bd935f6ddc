"""Do the figures of a company file fit together: rising horizons, weights that add up, limits the right way round.

Works on the raw document; figures of another kind than declared are passed over, since the schema names them already.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from features.company.service_limits import KPIS
from features.document.faults import Fault, shown
from features.document.parts import Document, are_numbers, each, tables, texts

# (table, the smaller, the greater, may they be equal)
_ORDERED: tuple[tuple[str, str, str, bool], ...] = (
    ("churn", "medium_from", "high_from", False),
    ("health", "red_below", "green_from", True),
    ("offers.*", "starts_on", "ends_on", True),
    ("kpi_limits.*", "minimum", "maximum", True),
    ("recovery", "agent_cap", "safety_cap", True),
    ("recovery", "safety_cap", "budget", True),
    ("recovery.complaints.*", "base", "limit", True),
)
_SUMS_TO_ONE = (("rfmt", "weights", "rfmt.weights.*"), ("health", "components", "health.components.*.weight"))
_SAFETY_CAPPED = ("recovery.escalation.*.cap", "recovery.complaints.*.limit", "routing.agents.*.recovery_cap")
_MOST_BY_LOT = 0.5


def figure_faults(document: Document) -> Iterator[Fault]:
    """Give every fault in how the figures of the document fit together."""
    yield from _horizons(document)
    yield from _ordered(document)
    yield from _sums(document)
    yield from _shares_by_lot(document)
    yield from _health_ends(document)
    yield from _escalation(document)
    yield from _safety_cap(document)
    yield from _levers(document)
    yield from _kpi_ranges(document)


def _horizons(document: Document) -> Iterator[Fault]:
    horizons = [days for _, days in each(document, "horizons_days.*")]
    for position, (shorter, longer) in enumerate(pairwise(horizons), start=1):
        if are_numbers(shorter, longer) and shorter >= longer:
            yield Fault(("horizons_days", position), f"horizons that rise, so more than {shown(shorter)}", shown(longer))
    main = document.get("horizon_days")
    if horizons and are_numbers(main) and main not in horizons:
        yield Fault(("horizon_days",), f"one of horizons_days ({', '.join(map(shown, horizons))})", shown(main))


def _ordered(document: Document) -> Iterator[Fault]:
    for where, smaller, greater, may_be_equal in _ORDERED:
        for path, table in tables(document, where):
            low: Any = table.get(smaller)
            high: Any = table.get(greater)
            if _comparable(low, high) and not (low < high or (may_be_equal and low == high)):
                yield Fault(
                    (*path, greater), f"{'at least' if may_be_equal else 'more than'} {smaller} ({shown(low)})", shown(high)
                )


def _comparable(low: Any, high: Any) -> bool:
    return are_numbers(low, high) or type(low) is type(high) is dt.date


def _sums(document: Document) -> Iterator[Fault]:
    for table, key, pattern in _SUMS_TO_ONE:
        weights = [weight for _, weight in each(document, pattern)]
        if weights and are_numbers(*weights) and not math.isclose(math.fsum(weights), 1.0, abs_tol=1e-9):
            yield Fault((table, key), "weights that add up to 1", f"{math.fsum(weights):.10g}")


def _shares_by_lot(document: Document) -> Iterator[Fault]:
    control: Any = document.get("control_share")
    exploration: Any = document.get("exploration_share")
    if are_numbers(control, exploration) and control + exploration > _MOST_BY_LOT:
        total = f"{control + exploration:.10g}"
        yield Fault(("exploration_share",), f"at most {_MOST_BY_LOT} together with control_share", total)


def _health_ends(document: Document) -> Iterator[Fault]:
    for path, component in tables(document, "health.components.*"):
        worst, best = component.get("worst"), component.get("best")
        if are_numbers(worst, best) and worst == best:
            yield Fault((*path, "best"), "another figure than `worst`", shown(best))


def _escalation(document: Document) -> Iterator[Fault]:
    """Check that the first role may grant more than an agent, and each next one more than the one before."""
    caps = [*each(document, "recovery.agent_cap"), *each(document, "recovery.escalation.*.cap")]
    for (_, before), (path, cap) in pairwise(caps):
        if are_numbers(before, cap) and cap <= before:
            yield Fault(path, f"more than whoever comes before may grant ({shown(before)})", shown(cap))


def _safety_cap(document: Document) -> Iterator[Fault]:
    for _, safety_cap in each(document, "recovery.safety_cap"):
        for pattern in _SAFETY_CAPPED:
            for path, cap in each(document, pattern):
                if are_numbers(cap, safety_cap) and cap > safety_cap:
                    yield Fault(path, f"at most recovery.safety_cap ({shown(safety_cap)})", shown(cap))


def _levers(document: Document) -> Iterator[Fault]:
    """Check that the percentages of an offer, its kind and its group add up to a factor above 0."""
    for path, offer in tables(document, "offers.*"):
        shared = [f"levers.kinds.{kind}" for _, kind in texts(offer, "kind")]
        shared += [f"levers.groups.{group}" for _, group in texts(offer, "group")]
        levers = [offer.get("lever_percent", 0.0), *(lever for pattern in shared for _, lever in each(document, pattern))]
        if are_numbers(*levers) and sum(levers) <= -100:
            yield Fault(path, "levers of its own, its kind and its group above -100 percent together", f"{sum(levers):.10g}")


def _kpi_ranges(document: Document) -> Iterator[Fault]:
    for path, limit in tables(document, "kpi_limits.*"):
        ends = {key: limit[key] for key in ("minimum", "maximum") if limit.get(key) is not None}
        if not ends:
            yield Fault(path, "a minimum, a maximum or both", "neither")
        kpi = limit.get("kpi")
        lowest, highest, _ = KPIS.get(kpi if isinstance(kpi, str) else "", (-math.inf, math.inf, ""))
        for key, end in ends.items():
            if are_numbers(end) and not lowest <= end <= highest:
                yield Fault((*path, key), f"{kpi} between {lowest:g} and {highest:g}", shown(end))
