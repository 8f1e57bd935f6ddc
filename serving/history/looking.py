"""How is one person's past looked at: off the event loop, never of somebody erased, noted in the audit however it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from features.errors import LifecycleError
from serving.database.keys import Scope
from serving.door.route import Call

_Kept = TypeVar("_Kept")


async def looked_at(call: Call, customer_id: str, read: Callable[[], _Kept], *, route: str, scope: Scope = "read") -> _Kept:
    """Return what `read` finds about a customer; a refusal leaves its entry too."""
    service = call.service
    try:
        found = await service.histories.off_loop(read)
    except LifecycleError as refusal:
        service.reads.note(call.exchange, [customer_id], route=route, status=refusal.status, scope=scope)
        raise
    service.reads.note(call.exchange, [customer_id], route=route, scope=scope)
    return found
