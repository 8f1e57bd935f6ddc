"""Who keeps the shop busy: tellers of orders, watchers who ask for predictions, agents who ask what to offer."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from features.times import Timestamp, format_time, parse_time
from serving.service import moment_now

_PATIENCE_SECONDS = 30
_AWAKE_SECONDS = 120.0
_GLANCE_SECONDS = 0.1
_LAST = 100
_OF_AN_ANSWER = ("bundle", "snapshot", "company")


@dataclass(frozen=True)
class Told:
    """An order that was acknowledged: whose, its id, when it was sent and when it was answered."""

    customer_id: str
    purchase_id: str
    sent: Timestamp
    acknowledged: Timestamp


@dataclass(frozen=True)
class Heard:
    """One answer: about whom, when it was asked for and came, as of when it is, its versions, and the chance to leave."""

    watcher: int
    customer_id: str
    asked: Timestamp
    answered: Timestamp
    as_of: Timestamp
    versions: tuple[str, ...]
    churn: float | None


@dataclass(frozen=True)
class Counter:
    """The service as callers know it: its port and their key."""

    port: int
    secret: str

    @contextmanager
    def connected(self) -> Iterator[http.client.HTTPConnection]:
        """Give a connection of one's own, which stays with one process."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_SECONDS)
        try:
            yield connection
        finally:
            connection.close()

    def ask(self, connection: http.client.HTTPConnection, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """Ask over a connection; a body makes it a POST."""
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body)
        connection.request("GET" if body is None else "POST", path, body=content, headers=headers)
        with connection.getresponse() as answer:
            return answer.status, json.loads(answer.read())


@dataclass
class Crowd:
    """Everybody at once, and what they saw; `customers` are those who order. Once it is `quiet` they watch only, until `end`."""

    counter: Counter
    customers: Sequence[str]
    others: Sequence[str]
    quiet: threading.Event = field(default_factory=threading.Event)
    end: threading.Event = field(default_factory=threading.Event)
    told: list[Told] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)
    decided: list[tuple[str, ...]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def at_counter(self, what: Callable[..., None], *further: int) -> None:
        """Do something over a connection of one's own."""
        with self.counter.connected() as connection:
            what(connection, *further)

    def tell(self, connection: http.client.HTTPConnection) -> None:
        """Tell of orders, one after another."""
        for customer_id in cycle(self.customers):
            if self.quiet.wait(0.15):
                return
            sent = moment_now()
            purchase_id = f"busy-{sent}"
            row = {"customer_id": customer_id, "purchase_id": purchase_id, "kind": "order", "revenue": 30.0, "margin": 10.0}
            body = {"source": "purchases", "rows": [{**row, "occurred_at": format_time(sent)}]}
            status, answer = self.counter.ask(connection, "/v1/events", body)
            if self._is_well(status, answer):
                self.told.append(Told(customer_id, purchase_id, sent, moment_now()))

    def watch(self, connection: http.client.HTTPConnection, watcher: int) -> None:
        """Ask for the predictions of everybody who orders, again and again."""
        for customer_id in cycle(self.customers):
            if self.end.wait(0.03):
                return
            asked = moment_now()
            status, answer = self.counter.ask(connection, f"/v1/customers/{customer_id}")
            if self._is_well(status, answer):
                churn = answer.get("churn", {}).get("probability")
                moments = asked, moment_now(), parse_time(answer["as_of"])
                self.heard.append(Heard(watcher, customer_id, *moments, _versions(answer), churn))

    def decide(self, connection: http.client.HTTPConnection) -> None:
        """Ask what to offer: those who order, and others."""
        for customer_id in cycle([*self.others, *self.customers]):
            if self.quiet.wait(0.1):
                return
            status, answer = self.counter.ask(connection, f"/v1/customers/{customer_id}/decisions", {"agent_id": "ana"})
            if self._is_well(status, answer):
                self.decided.append(_versions(answer))

    def wait_for(self, bundle: str) -> None:
        """Return once somebody was answered from this bundle; a service that is busy may try its models for long."""
        deadline = time.monotonic() + _AWAKE_SECONDS
        while time.monotonic() < deadline and not any(one.versions[0] == bundle for one in self.heard[-_LAST:]):
            time.sleep(_GLANCE_SECONDS)

    def wait_until_known(self) -> None:
        """Tell of no more, and return once the newest answer of every watcher knows of every order; the verdict says if not."""
        self.quiet.set()
        deadline = time.monotonic() + _AWAKE_SECONDS
        while time.monotonic() < deadline and not self._is_known():
            time.sleep(_GLANCE_SECONDS)

    def _is_known(self) -> bool:
        newest = {told.customer_id: told.sent for told in self.told.copy()}
        last = {(one.watcher, one.customer_id): one.as_of for one in self.heard.copy()}
        return all(as_of >= newest.get(customer_id, 0) for (_, customer_id), as_of in last.items())

    def _is_well(self, status: int, answer: Any) -> bool:
        if status != http.client.OK:
            self.errors.append(f"status {status}: {answer.get('type')}")
        return status == http.client.OK


def wait_until_awake(counter: Counter, customer_id: str) -> None:
    """Tell of one order, and return once an answer knows of it: then the background work has begun.

    Raises
    ------
    TimeoutError
        If none does.
    """
    crowd, deadline = Crowd(counter, [customer_id], []), time.monotonic() + _AWAKE_SECONDS
    teller = threading.Thread(target=crowd.at_counter, args=(crowd.tell,))
    teller.start()
    while not crowd.told:
        time.sleep(_GLANCE_SECONDS)
    crowd.quiet.set()
    teller.join()
    with counter.connected() as connection:
        while parse_time(counter.ask(connection, f"/v1/customers/{customer_id}")[1]["as_of"]) < crowd.told[0].sent:
            if time.monotonic() > deadline:
                raise TimeoutError(f"needed an answer that knows of the order within {_AWAKE_SECONDS:g} s, found none")
            time.sleep(_GLANCE_SECONDS)


@contextmanager
def busy(crowd: Crowd, *, watchers: int = 8) -> Iterator[None]:
    """Keep the shop busy while the block runs."""
    threads = [threading.Thread(target=crowd.at_counter, args=(what,)) for what in (crowd.tell, crowd.decide)]
    threads += [threading.Thread(target=crowd.at_counter, args=(crowd.watch, watcher)) for watcher in range(watchers)]
    for thread in threads:
        thread.start()
        time.sleep(0.01)  # connections that come at once may all go to one process
    try:
        yield
    finally:
        crowd.quiet.set()
        crowd.end.set()
        for thread in threads:
            thread.join()


def _versions(answer: Any) -> tuple[str, ...]:
    return tuple(answer["versions"][name] for name in _OF_AN_ANSWER)
