"""Do the parts of a company file fit together: what no key can say alone, checked over the whole document.

Works on the raw document, so that a file with other faults is checked too; values of another kind than declared are passed
over here, since the schema has named them already.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any, TypeAlias

from features.company.faults import Fault, nearest, shown
from features.company.lines import KeyPath
from features.company.references import each, reference_faults
from features.company.service_limits import KPIS
from features.log.sources import SOURCES

Check: TypeAlias = Callable[[Mapping[str, Any]], Iterator[Fault]]

# (what is the smaller, what is the greater, may they be equal): siblings in the same table
_ORDERED: tuple[tuple[str, str, str, bool], ...] = (
    ("churn", "medium_from", "high_from", False),
    ("health", "red_below", "green_from", True),
    ("offers.*", "starts_on", "ends_on", True),
    ("kpi_limits.*", "minimum", "maximum", True),
    ("recovery", "agent_cap", "safety_cap", True),
    ("recovery", "safety_cap", "budget", True),
    ("recovery.complaints.*", "base", "limit", True),
    ("contact_policy.pauses.*", "days", "pause_days", True),
)
_ASK_IN_ORDER = ("stage_sets.*.stages", "value_categories", "routing.queues")
_SUM_TOLERANCE = 1e-9


def document_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Give every fault in how the parts of the document fit together."""
    for check in _CHECKS:
        yield from check(document)


def _horizons(document: Mapping[str, Any]) -> Iterator[Fault]:
    horizons: Any = document.get("horizons_days")
    if not _numbers(horizons):
        return
    for position, (shorter, longer) in enumerate(pairwise(horizons)):
        if shorter >= longer:
            yield Fault(("horizons_days", position + 1), f"horizons in rising order, so more than {shorter}", shown(longer))
    main = document.get("horizon_days")
    if _is_number(main) and main not in horizons:
        yield Fault(("horizon_days",), f"one of horizons_days ({', '.join(map(str, horizons))})", shown(main))


def _churn_activity(document: Mapping[str, Any]) -> Iterator[Fault]:
    for path, churn in each(document, "churn"):
        if isinstance(churn, Mapping) and churn.get("definition") == "activity" and not churn.get("activity"):
            yield Fault((*path, "activity"), "at least one source whose events count as activity", "none")
    for path, source in each(document, "churn.activity.*"):
        yield from _activity_kinds(path, source)


def _activity_kinds(path: KeyPath, source: Any) -> Iterator[Fault]:
    if not isinstance(source, Mapping) or source.get("source") not in SOURCES:
        return
    columns = {column.name: column for column in SOURCES[source["source"]].columns}
    choices = columns["kind"].choices if "kind" in columns else ()
    needed = f"a kind of {source['source']} ({', '.join(choices)})" if choices else f"no kinds, since {source['source']} has none"
    for place, kind in each(source, "kinds.*"):
        if isinstance(kind, str) and kind not in choices:
            yield Fault((*path, *place), needed, nearest(kind, choices))


def _stage_orders(document: Mapping[str, Any]) -> Iterator[Fault]:
    for path, stage_set in each(document, "stage_sets.*"):
        names = {name for _, name in each(stage_set, "stages.*.name") if isinstance(name, str)}
        order = [name for _, name in each(stage_set, "order.*") if isinstance(name, str)]
        for name in sorted(names - set(order)):
            yield Fault((*path, "order"), "every stage of the set", f"no {name!r}")
        for name in sorted({name for name in order if name not in names or order.count(name) > 1}):
            found = "a second time" if name in names else "which is no stage of the set"
            yield Fault((*path, "order"), "every stage of the set once", f"{name!r} {found}")


def _stage_mapping(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Every stage says what it is in every other set."""
    sets = {
        stage_set["name"]: {name for _, name in each(stage_set, "stages.*.name")}
        for _, stage_set in each(document, "stage_sets.*")
        if isinstance(stage_set, Mapping) and isinstance(stage_set.get("name"), str)
    }
    for path, stage_set in each(document, "stage_sets.*"):
        own = stage_set.get("name") if isinstance(stage_set, Mapping) else None
        others = {name: stages for name, stages in sets.items() if name != own}
        for place, mapping in each(stage_set, "stages.*.maps_to"):
            yield from _one_mapping((*path, *place), mapping, others)


def _one_mapping(path: KeyPath, mapping: Any, others: Mapping[str, set[Any]]) -> Iterator[Fault]:
    if not isinstance(mapping, Mapping):
        return
    for name in sorted(set(others) - set(mapping)):
        yield Fault(path, f"what this stage is in the set {name!r}", "nothing")
    for name, stage in mapping.items():
        if name not in others:
            yield Fault((*path, name), "another stage set", nearest(name, others))
        elif isinstance(stage, str) and stage not in others[name]:
            yield Fault(
                (*path, name), f"a stage of the set {name!r}", nearest(stage, {s for s in others[name] if isinstance(s, str)})
            )


def _last_takes_all(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Rules asked in order end with TRUE, and only the last is TRUE: so everybody has an answer and each rule can be reached."""
    for pattern in _ASK_IN_ORDER:
        for path, items in each(document, pattern):
            rules = list(each(items, "*.rule"))
            for place, rule in rules[:-1]:
                if _says_always(rule):
                    yield Fault((*path, *place), "a rule that leaves somebody to those after it", "TRUE before the last")
            if rules and not _says_always(rules[-1][1]):
                yield Fault((*path, *rules[-1][0]), "TRUE as the last rule, so that it takes everybody left", shown(rules[-1][1]))


def _says_always(rule: Any) -> bool:
    return str(rule).strip().upper() == "TRUE"


def _queue_filters(document: Mapping[str, Any]) -> Iterator[Fault]:
    queues = list(each(document, "routing.queues.*"))
    for path, queue in queues[-1:]:
        for key in ("stages", "value_categories", "languages"):
            if isinstance(queue, Mapping) and queue.get(key):
                yield Fault((*path, key), "no filter on the last queue, so that it takes everybody left", shown(queue[key]))


def _skills_held(document: Mapping[str, Any]) -> Iterator[Fault]:
    held = {skill for _, skill in each(document, "routing.agents.*.skills.*") if isinstance(skill, str)}
    for path, skill in each(document, "routing.queues.*.skill"):
        if held and isinstance(skill, str) and skill not in held:
            yield Fault(path, "a skill that some agent has", repr(skill))


def _weights(document: Mapping[str, Any]) -> Iterator[Fault]:
    for table, pattern in (("rfmt.weights", "rfmt.weights.*"), ("health.components", "health.components.*.weight")):
        weights = [weight for _, weight in each(document, pattern)]
        total = math.fsum(weights) if _numbers(weights) else 1.0
        if abs(total - 1.0) > _SUM_TOLERANCE:
            yield Fault(tuple(table.split(".")), "weights that add up to 1", f"{total:.10g}")


def _random_shares(document: Mapping[str, Any]) -> Iterator[Fault]:
    shares = [document.get("control_share", 0.02), document.get("exploration_share", 0.05)]
    if _numbers(shares) and sum(shares) > 0.5:
        yield Fault(("exploration_share",), "control and exploration shares of at most 0.5 together", f"{sum(shares):.10g}")


def _health_ends(document: Mapping[str, Any]) -> Iterator[Fault]:
    for path, component in each(document, "health.components.*"):
        if isinstance(component, Mapping) and _is_number(component.get("best")) and component["best"] == component.get("worst"):
            yield Fault((*path, "best"), "a value other than `worst`", shown(component["best"]))


def _siblings(document: Mapping[str, Any]) -> Iterator[Fault]:
    for where, smaller, greater, equal in _ORDERED:
        for path, table in each(document, where):
            if not isinstance(table, Mapping):
                continue
            low: Any = table.get(smaller)
            high: Any = table.get(greater)
            if _comparable(low, high) and not (low < high or (equal and low == high)):
                yield Fault((*path, greater), f"{'at least' if equal else 'more than'} {smaller} ({shown(low)})", shown(high))


def _comparable(low: Any, high: Any) -> bool:
    return _numbers([low, high]) or type(low) is type(high) is dt.date


def _escalation(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Each role may grant more than the one before, the first more than an agent, and no one more than the safety cap."""
    recovery = document.get("recovery")
    if not isinstance(recovery, Mapping):
        return
    before = recovery.get("agent_cap")
    for path, cap in each(recovery, "escalation.*.cap"):
        if _numbers([before, cap]) and cap <= before:
            yield Fault(("recovery", *path), f"more than who comes before may grant ({shown(before)})", shown(cap))
        before = cap
    for where in ("escalation.*.cap", "complaints.*.limit"):
        for path, cap in each(recovery, where):
            if _numbers([cap, recovery.get("safety_cap")]) and cap > recovery["safety_cap"]:
                yield Fault(("recovery", *path), f"at most safety_cap ({shown(recovery['safety_cap'])})", shown(cap))
    for path, cap in each(document, "routing.agents.*.recovery_cap"):
        if _numbers([cap, recovery.get("safety_cap")]) and cap > recovery["safety_cap"]:
            yield Fault(path, f"at most recovery.safety_cap ({shown(recovery['safety_cap'])})", shown(cap))


def _offer_values(document: Mapping[str, Any]) -> Iterator[Fault]:
    for path, offer in each(document, "offers.*"):
        if not isinstance(offer, Mapping) or not isinstance(offer.get("kind"), str):
            continue
        if offer["kind"] == "retention" and offer.get("value") is not None:
            yield Fault(
                (*path, "value"), "no value for a retention offer, which is worth the margin at risk", shown(offer["value"])
            )
        if offer["kind"] != "retention" and offer.get("value") is None:
            yield Fault((*path, "value"), "the margin an acceptance brings", "nothing")
        if offer.get("id") == "nothing":
            yield Fault((*path, "id"), "another id, since `nothing` is the choice to offer nothing", "'nothing'")


def _offer_texts(document: Mapping[str, Any]) -> Iterator[Fault]:
    languages = [name for _, name in each(document, "languages.*") if isinstance(name, str)] or ["en"]
    for pattern in ("offers.*.benefit", "offers.*.script"):
        for path, texts in each(document, pattern):
            for language in languages:
                if isinstance(texts, Mapping) and language not in texts:
                    yield Fault(path, f"a text in every language of the file, {language!r} among them", "none")


def _lever_sums(document: Mapping[str, Any]) -> Iterator[Fault]:
    for path, offer in each(document, "offers.*"):
        if not isinstance(offer, Mapping):
            continue
        levers = [offer.get("lever_percent", 0.0)]
        for table, key in (("kinds", "kind"), ("groups", "group")):
            levers += [lever for place, lever in each(document, f"levers.{table}.*") if place[-1] == offer.get(key)]
        if _numbers(levers) and sum(levers) <= -100:
            yield Fault(path, "levers that leave more than -100 percent together", f"{sum(levers):.10g}")


def _kpi_limits(document: Mapping[str, Any]) -> Iterator[Fault]:
    seen = set()
    for path, limit in each(document, "kpi_limits.*"):
        if not isinstance(limit, Mapping) or not isinstance(limit.get("kpi"), str):
            continue
        yield from _one_kpi_limit(path, limit)
        if (pair := (str(limit.get("stage")), limit["kpi"])) in seen:
            yield Fault(path, "one limit a stage and KPI", f"{pair[1]!r} of {pair[0]!r} a second time")
        seen.add(pair)


def _one_kpi_limit(path: KeyPath, limit: Mapping[str, Any]) -> Iterator[Fault]:
    kpi = limit["kpi"]
    if kpi not in KPIS:
        yield Fault((*path, "kpi"), f"a KPI ({', '.join(KPIS)})", nearest(kpi, KPIS))
        return
    lowest, highest, _ = KPIS[kpi]
    ends = {key: limit[key] for key in ("minimum", "maximum") if limit.get(key) is not None}
    if not ends:
        yield Fault(path, "a minimum, a maximum or both", "neither")
    for key, end in ends.items():
        if _is_number(end) and not lowest <= end <= highest:
            yield Fault((*path, key), f"{kpi} between {lowest:g} and {highest:g}", shown(end))


def _one_sla_a_stage(document: Mapping[str, Any]) -> Iterator[Fault]:
    seen = set()
    for path, stage in each(document, "slas.*.stage"):
        if isinstance(stage, str) and stage in seen:
            yield Fault(path, "one SLA a stage", f"{stage!r} a second time")
        seen.add(str(stage))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and (isinstance(value, int) or math.isfinite(value))


def _numbers(values: Any) -> bool:
    return isinstance(values, (list, tuple)) and all(map(_is_number, values))


_CHECKS: tuple[Check, ...] = (
    reference_faults,
    _horizons,
    _churn_activity,
    _stage_orders,
    _stage_mapping,
    _last_takes_all,
    _queue_filters,
    _skills_held,
    _weights,
    _random_shares,
    _health_ends,
    _siblings,
    _escalation,
    _offer_values,
    _offer_texts,
    _lever_sums,
    _kpi_limits,
    _one_sla_a_stage,
)
