"""Does every name in a company file lead somewhere: what declares names, what refers to them, and which names stand twice."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from features.document.faults import Fault, nearest
from features.document.lines import KeyPath
from features.document.parts import Document, texts

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
    ("routing.agents.*.skills.*", "skill"),
)
_DEFAULT_LANGUAGE = "en"


def reference_faults(document: Document) -> Iterator[Fault]:
    """Give a fault for every name that stands twice where it must be one's own, and for every reference to nothing."""
    declared = {what: list(texts(document, where)) for what, where in _DECLARED.items()}
    for what, names in declared.items():
        if what not in _SHARED:
            yield from _repeated(what, names)
    known = {what: {name for _, name in names} for what, names in declared.items()}
    known["language"] = known["language"] or {_DEFAULT_LANGUAGE}
    for where, what in _REFERENCES:
        yield from _dangling(texts(document, where), what, known[what])


def _repeated(what: str, names: list[tuple[KeyPath, str]]) -> Iterator[Fault]:
    seen = set()
    for path, name in names:
        if name in seen:
            yield Fault(path, f"every {what} once", f"{name!r} a second time")
        seen.add(name)


def _dangling(references: Iterator[tuple[KeyPath, str]], what: str, known: Collection[str]) -> Iterator[Fault]:
    for path, name in references:
        if name not in known:
            yield Fault(path, f"a declared {what}", nearest(name, known))
