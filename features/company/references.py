"""Does every name in a company file lead somewhere: what declares names, what refers to them, and which names stand twice.

Works on the raw document, so that a file with other faults is checked too. A pattern leads through it: `*` is any item of a
list or any value of a table, `@` the keys of a table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from features.company.faults import Fault, nearest
from features.company.lines import KeyPath

_DECLARED: Mapping[str, str] = {
    "stage set": "stage_sets.*.name",
    "stage": "stage_sets.*.stages.*.name",
    "channel": "channels.*.name",
    "offer": "offers.*.id",
    "offer group": "offers.*.group",
    "value category": "value_categories.*.name",
    "milestone": "milestones.*.name",
    "health component": "health.components.*.name",
    "context": "contexts.*",
    "language": "languages.*",
    "skill": "routing.skills.*",
    "queue": "routing.queues.*.name",
    "agent": "routing.agents.*.id",
    "complaint type": "recovery.complaints.*.type",
    "role": "recovery.escalation.*.role",
    "deep feature": "deep_features.*",
}
_SHARED = ("offer group",)
_REFERENCES: tuple[tuple[str, str], ...] = (
    ("default_stage_set", "stage set"),
    ("stage_sets.*.stages.*.maps_to.*", "stage"),
    ("stage_sets.*.order.*", "stage"),
    ("kpi_limits.*.stage", "stage"),
    ("slas.*.stage", "stage"),
    ("offers.*.stages.*", "stage"),
    ("offers.*.channels.*", "channel"),
    ("offers.*.context_weights.@", "context"),
    ("offers.*.benefit.@", "language"),
    ("offers.*.script.@", "language"),
    ("levers.groups.@", "offer group"),
    ("contact_policy.caps.*.channel", "channel"),
    ("routing.queues.*.skill", "skill"),
    ("routing.queues.*.stages.*", "stage"),
    ("routing.queues.*.value_categories.*", "value category"),
    ("routing.queues.*.languages.*", "language"),
    ("routing.agents.*.skills.*", "skill"),
    ("routing.agents.*.languages.*", "language"),
)
_DEFAULT_LANGUAGE = "en"


def each(document: Any, pattern: str) -> Iterator[tuple[KeyPath, Any]]:
    """Give path and value of everything the pattern leads to; what has another shape is passed over.

    >>> list(each({"offers": [{"id": "a"}, {"id": "b"}, 3]}, "offers.*.id"))
    [(('offers', 0, 'id'), 'a'), (('offers', 1, 'id'), 'b')]
    """
    found: Iterator[tuple[KeyPath, Any]] = iter([((), document)])
    for part in pattern.split("."):
        found = _below(found, part)
    return found


def reference_faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    """Give a fault for every name that stands twice where it must be one's own, and for every reference to nothing."""
    declared = {
        what: [(path, name) for path, name in each(document, where) if isinstance(name, str)] for what, where in _DECLARED.items()
    }
    for what, names in declared.items():
        if what not in _SHARED:
            yield from _repeated(what, names)
    known = {what: {name for _, name in names} for what, names in declared.items()}
    known["language"] = known["language"] or {_DEFAULT_LANGUAGE}
    for where, what in _REFERENCES:
        yield from _dangling(document, where, what, known[what])


def _below(found: Iterator[tuple[KeyPath, Any]], part: str) -> Iterator[tuple[KeyPath, Any]]:
    for path, value in found:
        if part == "@" and isinstance(value, Mapping):
            yield from (((*path, key), key) for key in value)
        elif part == "*" and isinstance(value, Mapping):
            yield from (((*path, key), item) for key, item in value.items())
        elif part == "*" and isinstance(value, (list, tuple)):
            yield from (((*path, position), item) for position, item in enumerate(value))
        elif isinstance(value, Mapping) and part in value:
            yield (*path, part), value[part]


def _repeated(what: str, names: list[tuple[KeyPath, str]]) -> Iterator[Fault]:
    counts = Counter(name for _, name in names)
    seen = set()
    for path, name in names:
        if counts[name] > 1 and name in seen:
            yield Fault(path, f"every {what} once", f"{name!r} a second time")
        seen.add(name)


def _dangling(document: Mapping[str, Any], where: str, what: str, known: Collection[str]) -> Iterator[Fault]:
    for path, name in each(document, where):
        if isinstance(name, str) and name not in known:
            yield Fault(path, f"a declared {what}", nearest(name, known))
