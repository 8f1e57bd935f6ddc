"""Why not the others: gate and rule of an offer that is not made, as a sentence an agent understands.

What the company file says in its own rules is shown with its facts by what they are called; what we say of caps, rests and order
is translated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from features.times import parse_time
from serving.page.frame.facts import Facts
from serving.page.frame.names import said
from serving.page.frame.wording import N_, Wording

GATES: Mapping[str, str] = {
    "eligibility": N_("This customer cannot have it"),
    "applicability": N_("It does not fit now"),
    "suitability": N_("It would not be good for this customer"),
    "contact_policy": N_("The customer is not to be contacted for it now"),
    "expansion_guard": N_("It is not the time to sell more"),
    "arbitration": N_("Other things come first"),
}
"""Each gate in words."""

STATES: Mapping[str, str] = {
    "suggested": N_("suggested"),
    "shown": N_("made, no answer yet"),
    "skipped": N_("skipped"),
    "accepted": N_("accepted"),
    "declined": N_("declined"),
    "fulfilled": N_("fulfilled"),
    "reversed": N_("taken back by the customer"),
}
"""Each state of an offer in words."""

_UNKNOWN = N_("not known")
_NEEDS = N_("Needed: %(rule)s. Found: %(found)s.")
_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"consent to (?P<channel>\S+)\nnot given", N_("The customer has not agreed to be contacted by %(channel)s.")),
    (r"consent to (?P<channel>\S+)\n.*", N_("It is not known whether the customer agrees to be contacted by %(channel)s.")),
    (
        r"at most (?P<most>\d+) shown on all channels together in (?P<days>\d+) .*\n(?P<count>\d+) shown",
        N_("Offers shown on all channels, in days: %(count)s in %(days)s. The most allowed: %(most)s."),
    ),
    (
        r"at most (?P<most>\d+) shown on (?P<channel>\S+) in (?P<days>\d+) .*\n(?P<count>\d+) shown",
        N_("Offers shown by %(channel)s, in days: %(count)s in %(days)s. The most allowed: %(most)s."),
    ),
    (
        r"\d+ (?P<state>\w+) in .* rests for .*\nrests until (?P<day>\S+)",
        N_("It rests until %(day)s because of what was recorded before: %(state)s."),
    ),
    (r"from (?P<day>[\d-]+) on\n.*", N_("It is not made before %(day)s.")),
    (r"until (?P<day>[\d-]+)\n.*", N_("It was made until %(day)s.")),
    (r"in stage (?P<stages>.+)\n(?P<stands>.*)", N_("It is for the stages: %(stages)s. The customer stands at: %(stands)s.")),
    (r"hold when (?P<rule>.+)\n(?P<found>.*)", N_("Nothing more is sold while this is so: %(rule)s. Found: %(found)s.")),
    (r"drawn by lot, which drew nothing\n.*", N_("The lot fell on offering nothing, so that it is learned what offers change.")),
    (r"worth more than nothing.*\n.*", N_("It is expected to cost more than it brings.")),
    (
        r"among the \d offers shown\n.*number (?P<number>\d+) .*",
        N_("Others bring more. Its place among those that fit: %(number)s."),
    ),
    (r"the priority can be known\nnot known: (?P<unknown>.*)", N_("What it would bring cannot be said. Not known: %(unknown)s.")),
)
_READ = [(re.compile(pattern, re.DOTALL), text) for pattern, text in _SENTENCES]


@dataclass(frozen=True)
class WhyNot:
    """An offer that is not made, on one channel or (None) on any: the gate in words, and a sentence."""

    offer: str
    channel: str | None
    gate: str
    because: str


def why_not(withheld: Mapping[str, Any], names: Mapping[str, str], facts: Facts) -> WhyNot:
    """Return why an offer is withheld, in the reader's words. `names`: what offers are called, by id."""
    say, offer, gate, channel = facts.say, withheld["offer_id"], withheld["gate"], withheld["channel"]
    because = _sentence(f"{withheld['rule']}\n{withheld['found']}", facts)
    return WhyNot(names.get(offer, offer), channel and said(channel, say), say.text(GATES[gate]), because)


def _sentence(text: str, facts: Facts) -> str:
    for pattern, sentence in _READ:
        if match := pattern.fullmatch(text):
            return facts.say.text(sentence, **{name: _worded(name, value, facts) for name, value in match.groupdict().items()})
    rule, _, found = text.partition("\n")
    return facts.say.text(_NEEDS, rule=facts.rule(rule), found=facts.found(found))


def _worded(name: str, value: str, facts: Facts) -> str:
    say = facts.say
    if name == "state":
        return say.text(STATES.get(value, value))
    if name == "channel":
        return said(value, say)
    if name in ("stages", "stands"):  # `growth or decline`; `growth_curve growth, funnel reach`, where the sets say nothing new
        return ", ".join(_stage(stage, say) for stage in re.split(" or |, ", value))
    if name == "unknown":
        return ", ".join(facts.name(fact) for fact in value.split(", "))
    if name in ("rule", "found"):
        return facts.rule(value) if name == "rule" else facts.found(value)
    return say.day(parse_time(value)) if name == "day" else value


def _stage(text: str, say: Wording) -> str:
    return say.texts.gettext(_UNKNOWN) if text.endswith("not known") else said(text.rpartition(" ")[2], say)
