"""What does every question about customers begin with: the state in service, taken once, and what holds for all."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from starlette.responses import Response

from serving.answers import Standing, standing
from serving.door.problems import NothingLive
from serving.door.route import Call
from serving.live.state import LiveState

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Asked:
    """One question: the only live state it is answered from, and what holds for every answer from it now."""

    state: LiveState
    standing: Standing


def ask(call: Call) -> Asked:
    """Take the state in service for this question.

    Raises
    ------
    NothingLive
        If nothing verified is in service.
    """
    service = call.service
    held, now = service.live.in_service(), service.clock()
    if held.state is None:
        raise NothingLive("No verified predictions are live, so there is nothing true to answer; /readyz says why.")
    stale_hours = service.settings.stale_hours
    return Asked(held.state, standing(held.state, now=now, stale_hours=stale_hours, is_newest=held.trouble is None))


def reply(answer: msgspec.Struct, state: LiveState) -> Response:
    """Return the answer as JSON, with the versions it comes from in `X-Lifecycle-*` headers."""
    headers = {
        "x-lifecycle-bundle": state.versions.bundle,
        "x-lifecycle-snapshot": state.versions.snapshot,
        "x-lifecycle-company": state.versions.company,
    }
    return Response(_encode(answer), headers=headers, media_type="application/json")
