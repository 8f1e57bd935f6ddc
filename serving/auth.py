"""Who is asking: Bearer keys looked up in the operational database, and remembered for at most five seconds.

A revoked key stops within those seconds in every process. What is remembered is the hash of a key, never the key. A wrong key is
remembered too, so that guessing costs the database nothing; the memory is bounded, and a flood only empties it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine

from features.times import SECOND, Timestamp
from serving.database.key_uses import KeyUses
from serving.database.keys import Caller, KeyRejected, authenticate
from serving.door.access import Access
from serving.door.problems import ScopeMissing, Unauthenticated

MEMORY_SECONDS = 5.0

_MEMORY: Timestamp = int(MEMORY_SECONDS * SECOND)
_MOST_REMEMBERED = 4096
_SCHEME = "bearer "


@dataclass(frozen=True)
class _Known:
    caller: Caller | None
    until: Timestamp


class KeyRing:
    """The keys one process has seen lately. `clock` is the same as the service's: moments in UTC."""

    def __init__(self, engine: Engine, clock: Callable[[], Timestamp], uses: KeyUses) -> None:
        self._engine = engine
        self._clock = clock
        self._uses = uses
        self._known: dict[bytes, _Known] = {}

    async def admit(self, authorization: str | None, access: Access) -> Caller:
        """Return who asks, if the key they present may do this.

        Raises
        ------
        Unauthenticated
            If there is no valid key.
        ScopeMissing
            If the key lacks the scope of the route.
        """
        caller = await self._caller(_presented(authorization))
        if not access.allows(caller.scopes):
            raise ScopeMissing(f"This key does not carry the scope `{access.scope}`; ask an administrator for one that does.")
        return caller

    async def _caller(self, presented: str) -> Caller:
        mark, now = hashlib.sha256(presented.encode()).digest(), self._clock()
        known = self._known.get(mark)
        # Not only before its end but near it: a clock that was set back must not lengthen what a revoked key has left.
        if known is None or not now < known.until <= now + _MEMORY:
            known = await asyncio.to_thread(self._look_up, presented, now)
            self._remember(mark, known)
        if known.caller is None:
            raise Unauthenticated("The key is not valid, or no longer in force.")
        return known.caller

    def _look_up(self, presented: str, now: Timestamp) -> _Known:
        until = now + _MEMORY
        try:
            caller = authenticate(self._engine, presented, now)
        except KeyRejected:
            return _Known(None, until)
        self._uses.note(caller, now)
        return _Known(caller, min(until, caller.valid_until or until))

    def _remember(self, mark: bytes, known: _Known) -> None:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[mark] = known


def _presented(authorization: str | None) -> str:
    if authorization is None or authorization[: len(_SCHEME)].lower() != _SCHEME:
        raise Unauthenticated("This call needs a key: send `Authorization: Bearer <key>`.")
    return authorization[len(_SCHEME) :].strip()
