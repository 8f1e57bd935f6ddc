"""May this customer be contacted, and how: consent for each channel, as it was told last."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from serving.history.versions import Version, known_cells
from serving.live.state import Found, LiveState
from serving.page.about.reader import Reader
from serving.page.frame.names import said
from serving.page.frame.wording import N_, Wording

Allowed: TypeAlias = Literal["yes", "no", "unknown", "free"]

_WORDS: dict[Allowed, str] = {
    "yes": N_("agreed"),
    "no": N_("not agreed; do not use"),
    "unknown": N_("not known; ask before using it"),
    "free": N_("needs no consent"),
}


@dataclass(frozen=True)
class ChannelShown:
    """One channel and whether the customer may be contacted on it."""

    name: str
    allowed: Allowed
    text: str


@dataclass(frozen=True)
class ConsentShown:
    """Each channel; `warning` says it before any offer where the customer may not be contacted at all."""

    channels: tuple[ChannelShown, ...]
    warning: str


def consent_shown(state: LiveState, found: Found, customers: Iterable[Version], reader: Reader) -> ConsentShown:
    """Return on which channels a customer may be contacted: by what was told last, else by what was known at the prediction."""
    told = next((agreed for row in customers if (agreed := _told(row, reader)) is not None), None)
    say, channels = reader.say, []
    for channel in state.company.channels:
        allowed: Allowed = "free" if not channel.needs_consent else _allowed(state, found, channel.name, told)
        channels.append(ChannelShown(said(channel.name, say), allowed, say.text(_WORDS[allowed])))
    return ConsentShown(tuple(channels), _warning({one.allowed for one in channels}, say))


def _told(row: Version, reader: Reader) -> list[str] | None:
    agreed = {column.name: cell for column, cell in known_cells(row, reader.now).items()}.get("consent")
    return agreed if isinstance(agreed, list) else None


def _allowed(state: LiveState, found: Found, channel: str, told: list[str] | None) -> Allowed:
    if told is not None:
        return "yes" if channel in told else "no"
    place = state.offering.columns.get(f"consent_to_{channel}")
    flag = math.nan if place is None else found.values[place]
    return "unknown" if math.isnan(flag) else "yes" if flag else "no"


def _warning(allowed: set[Allowed], say: Wording) -> str:
    if "yes" in allowed or not allowed & {"no", "unknown"}:
        return ""
    if "unknown" in allowed:
        return say.text(N_("Do not contact: it is not known whether this customer agreed to any channel. Ask first."))
    return say.text(N_("Do not contact: this customer agreed to no channel. Help only when they come to us."))
