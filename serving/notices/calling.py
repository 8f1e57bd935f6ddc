"""How is a message sent: one POST to the address that was judged, within ten seconds, and whatever is answered is not believed.

No redirect is followed, no proxy of the environment is used, and of the answer only its status and `Retry-After` count.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import httpx2

from serving.notices.addresses import AddressRefused, Destination, destination, resolved

CONNECT_SECONDS, WHOLE_SECONDS = 3.0, 10.0
_MOST_ANSWER = 16_384
_MEDIA_TYPE = "application/cloudevents+json"


@dataclass(frozen=True)
class Answered:
    """What a receiver answered: its status, or None with the fault that kept it from answering."""

    status: int | None
    fault: str | None = None
    retry_after: str | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has the message."""
        return self.status is not None and 200 <= self.status < 300


class Caller:
    """Calls receivers. `private` allows addresses of this machine and private networks; `trust` says whose certificates count."""

    def __init__(self, *, private: bool, trust: ssl.SSLContext | None = None) -> None:
        self._private = private
        self._trust = trust or ssl.create_default_context()

    async def call(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Answered:
        """Send one message; whatever goes wrong is what is returned."""
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                return await self._call(destination(url, private=self._private), body, headers=headers)
        except TimeoutError:
            return Answered(None, f"no answer within {WHOLE_SECONDS:g} seconds")
        except AddressRefused as refusal:
            return Answered(None, str(refusal))
        except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError, OSError) as fault:
            return Answered(None, type(fault).__name__)

    async def _call(self, place: Destination, body: bytes, *, headers: Mapping[str, str]) -> Answered:
        address = await asyncio.to_thread(resolved, place, private=self._private)
        sent = {**headers, "host": place.authority, "content-type": _MEDIA_TYPE, "user-agent": "lifecycle", "accept": "*/*"}
        timeout = httpx2.Timeout(WHOLE_SECONDS, connect=CONNECT_SECONDS)
        # The certificate is held against the host's name, though the connection is made to its address.
        name = {"sni_hostname": place.host}
        async with (
            httpx2.AsyncClient(verify=self._trust, trust_env=False, timeout=timeout, follow_redirects=False) as client,
            client.stream("POST", place.at(address), content=body, headers=sent, extensions=name) as response,
        ):
            await _read_a_little(response)
            return Answered(response.status_code, None, response.headers.get("retry-after"))


async def _read_a_little(response: httpx2.Response) -> None:
    """Let the receiver finish a short answer; a long one is cut off."""
    read = 0
    async for chunk in response.aiter_raw():
        read += len(chunk)
        if read > _MOST_ANSWER:
            return
