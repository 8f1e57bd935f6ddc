"""How is the service asked from here: by HTTP with a key, so that rights, audit and bounds are the service's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx2

from features.errors import Forbidden, InvalidInput, LifecycleError, Unavailable

Answer: TypeAlias = dict[str, Any]

_is_part = re.compile(r"[A-Za-z0-9_.:@-]{1,64}").fullmatch
_TIMEOUT_SECONDS = 20.0
_REFUSED, _UNKNOWN_KEY = 400, 401


class ServiceRefused(LifecycleError):
    """The service said no; the message is the title and the detail of its problem."""


class ServiceUnreachable(Unavailable):
    """No service answers at the address."""


class KeyNotTaken(Forbidden):
    """The service knows no such key, or it is no longer in force."""


class KeyTooStrong(Forbidden):
    """The key may do more than a language model should be able to."""


class NotAName(InvalidInput):
    """What should go into the address of a call is not of the form of an id."""


@dataclass(frozen=True)
class ServiceClient:
    """A service, asked with one key. `http` carries address and key."""

    http: httpx2.AsyncClient

    @classmethod
    def at(cls, url: str, key: str, *, transport: httpx2.AsyncBaseTransport | None = None) -> ServiceClient:
        """Return a client of the service at `url`."""
        headers = {"Authorization": f"Bearer {key}", "User-Agent": "lifecycle-mcp"}
        return cls(httpx2.AsyncClient(base_url=url, headers=headers, timeout=_TIMEOUT_SECONDS, transport=transport))

    async def get(self, path: str, *parts: str) -> Answer:
        """Return the answer to a question; each of `parts` fills a `{}` of the path."""
        return await self._asked("GET", path.format(*_checked(parts)))

    async def post(self, path: str, *parts: str, body: Mapping[str, Any]) -> Answer:
        """Return the answer to a call with a body; members that are None are left out."""
        known = {name: value for name, value in body.items() if value is not None}
        return await self._asked("POST", path.format(*_checked(parts)), json=known)

    async def refuse_strong_key(self) -> None:
        """Let pass only a key that is no admin's.

        Raises
        ------
        KeyTooStrong
            If it is.
        """
        scopes = (await self.get("/v1/key"))["scopes"]
        if "admin" in scopes:
            raise KeyTooStrong(
                "needed a key without the scope admin, found one with it; make one by "
                "`lifecycle keys create --name assistant --scope read --scope decide`"
            )

    async def _asked(self, method: str, path: str, **sent: Any) -> Answer:
        try:
            response = await self.http.request(method, path, **sent)
            answer: Answer = response.json()
        except (httpx2.HTTPError, ValueError) as error:
            raise ServiceUnreachable(
                f"needed the service at {self.http.base_url}, found {type(error).__name__}; start `lifecycle serve` or give --url"
            ) from None
        if response.status_code == _UNKNOWN_KEY:
            raise KeyNotTaken(
                f"needed a key in LIFECYCLE_API_KEY that {self.http.base_url} takes, found one that is not valid or no longer in "
                "force; make one by `lifecycle keys create --name assistant --scope read --scope decide`"
            )
        if response.status_code >= _REFUSED:
            raise ServiceRefused(f"{answer.get('title', 'Refused')}: {answer.get('detail', '')}{_pointed(answer)}")
        return answer


def _checked(parts: tuple[str, ...]) -> tuple[str, ...]:
    if not all(_is_part(part) and part.strip(".") for part in parts):
        raise NotAName("needed an id of letters, digits and `_.:@-`, found another form")
    return parts


def _pointed(answer: Answer) -> str:
    faults = [f"{fault['pointer']} {fault['detail']}".strip() for fault in answer.get("errors", [])]
    return f" ({'; '.join(faults)})" if faults else ""
