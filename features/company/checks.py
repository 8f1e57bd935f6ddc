"""Do the parts of a company file fit together: names, order of rules, stage sets, offers and routing.

Works on the raw document, so that a file with other faults is checked too. Figures have a file of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from typing import TypeAlias

from features.company.figures import figure_faults
from features.company.references import reference_faults
from features.company.service_limits import KPIS
from features.contracts.sources import SOURCES
from features.document.faults import Fault, nearest, shown
from features.document.lines import KeyPath
from features.document.parts import Document, each, tables, texts

Check: TypeAlias = Callable[[Document], Iterator[Fault]]

_ASKED_IN_ORDER = ("stage_sets.*.stages", "value_categories", "routing.queues")
_QUEUE_FILTERS = ("stages", "value_categories", "languages")
_ONCE = {"kpi_limits": ("stage", "kpi"), "slas": ("stage",)}


def document_faults(document: Document) -> Iterator[Fault]:
    """Give every fault in how the parts of the document fit together."""
    for check in _CHECKS:
        yield from check(document)


def _churn_activity(document: Document) -> Iterator[Fault]:
    for path, churn in tables(document, "churn"):
        if churn.get("definition") == "activity" and not churn.get("activity"):
            yield Fault((*path, "activity"), "at least one source whose events count as activity", "none")
    for path, source in tables(document, "churn.activity.*"):
        for _, name in texts(source, "source"):
            yield from (_activity_kinds(path, source, name=name) if name in SOURCES else ())


def _activity_kinds(path: KeyPath, source: Document, *, name: str) -> Iterator[Fault]:
    choices = next((column.choices for column in SOURCES[name].columns if column.name == "kind"), ())
    needed = f"a kind of {name} ({', '.join(choices)})" if choices else f"no kinds, since {name} has none"
    for place, kind in texts(source, "kinds.*"):
        if kind not in choices:
            yield Fault((*path, *place), needed, nearest(kind, choices))


def _stage_orders(document: Document) -> Iterator[Fault]:
    for path, stage_set in tables(document, "stage_sets.*"):
        names = {name for _, name in texts(stage_set, "stages.*.name")}
        order = [name for _, name in texts(stage_set, "order.*")]
        for name in sorted(names - set(order)):
            yield Fault((*path, "order"), "every stage of the set", f"no {name!r}")
        for place, name in texts(stage_set, "order.*"):
            if name not in names:
                yield Fault((*path, *place), "a stage of the set", nearest(name, names))
            elif order.index(name) != place[-1]:
                yield Fault((*path, *place), "every stage of the set once", f"{name!r} a second time")


def _stage_mapping(document: Document) -> Iterator[Fault]:
    """Every stage says what it is in every other set, and names a stage there."""
    sets = {
        name: {stage for _, stage in texts(stage_set, "stages.*.name")}
        for _, stage_set in tables(document, "stage_sets.*")
        for _, name in texts(stage_set, "name")
    }
    for path, stage_set in tables(document, "stage_sets.*"):
        others = {name: stages for name, stages in sets.items() if name != stage_set.get("name")}
        for place, mapping in tables(stage_set, "stages.*.maps_to"):
            yield from _one_mapping((*path, *place), mapping, others)


def _one_mapping(path: KeyPath, mapping: Document, others: Mapping[str, Set[str]]) -> Iterator[Fault]:
    for name in sorted(set(others) - set(mapping)):
        yield Fault(path, f"what this stage is in the set {name!r}", "nothing")
    for place, name in texts(mapping, "@"):
        if name not in others:
            yield Fault((*path, *place), "another stage set", nearest(name, others))
    for place, stage in texts(mapping, "*"):
        stages = others.get(str(place[0]), {stage})
        if stage not in stages:
            yield Fault((*path, *place), f"a stage of the set {place[0]!r}", nearest(stage, stages))


def _last_takes_all(document: Document) -> Iterator[Fault]:
    """Rules asked in order end with TRUE, and only the last is TRUE: everybody has an answer, and every rule can be reached."""
    for pattern in _ASKED_IN_ORDER:
        for path, items in each(document, pattern):
            rules = list(texts(items, "*.rule"))
            for place, rule in rules[:-1]:
                if _is_true(rule):
                    yield Fault((*path, *place), "a rule that leaves somebody to those after it", "TRUE before the last")
            for place, rule in rules[-1:]:
                if not _is_true(rule):
                    yield Fault((*path, *place), "TRUE as the last rule, which takes everybody left", shown(rule))


def _is_true(rule: str) -> bool:
    return rule.strip().upper() == "TRUE"


def _queues(document: Document) -> Iterator[Fault]:
    queues = list(tables(document, "routing.queues.*"))
    for path, queue in queues[-1:]:
        for key in filter(queue.get, _QUEUE_FILTERS):
            yield Fault((*path, key), "no filter on the last queue, which takes everybody left", shown(queue[key]))
    held = {skill for _, skill in texts(document, "routing.agents.*.skills.*")}
    for path, skill in texts(document, "routing.queues.*.skill"):
        if held and skill not in held:
            yield Fault(path, "a skill that some agent has", repr(skill))


def _offers(document: Document) -> Iterator[Fault]:
    for path, offer in tables(document, "offers.*"):
        kind, value = offer.get("kind"), offer.get("value")
        if kind == "retention" and value is not None:
            yield Fault((*path, "value"), "no value for a retention offer, which is worth the margin at risk", shown(value))
        if isinstance(kind, str) and kind != "retention" and value is None:
            yield Fault((*path, "value"), "the margin an acceptance brings", "none")
        if offer.get("id") == "nothing":
            yield Fault((*path, "id"), "another id, since `nothing` is the choice to offer nothing", "'nothing'")


def _offer_texts(document: Document) -> Iterator[Fault]:
    languages = [name for _, name in texts(document, "languages.*")] or ["en"]
    for pattern in ("offers.*.benefit", "offers.*.script"):
        for path, written in tables(document, pattern):
            for language in languages:
                if language not in written:
                    yield Fault(path, f"a text in every language of the file, so in {language!r} too", "none")


def _kpis(document: Document) -> Iterator[Fault]:
    for path, kpi in texts(document, "kpi_limits.*.kpi"):
        if kpi not in KPIS:
            yield Fault(path, f"a KPI ({', '.join(KPIS)})", nearest(kpi, KPIS))


def _limits_once(document: Document) -> Iterator[Fault]:
    for key, columns in _ONCE.items():
        seen = set()
        for path, limit in tables(document, f"{key}.*"):
            what = tuple(shown(limit.get(column)) for column in columns)
            if what in seen:
                yield Fault(path, f"one entry a {' and '.join(columns)}", f"{' and '.join(what)} a second time")
            seen.add(what)


_CHECKS: tuple[Check, ...] = (
    reference_faults,
    figure_faults,
    _churn_activity,
    _stage_orders,
    _stage_mapping,
    _last_takes_all,
    _queues,
    _offers,
    _offer_texts,
    _kpis,
    _limits_once,
)
