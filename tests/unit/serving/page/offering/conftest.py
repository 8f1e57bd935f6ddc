"""An office where agents open customers for whom several offers pass, none drawn by lot, on a clock that is told."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import AS_OF, Publisher
from features.home import Home
from features.times import HOUR, Timestamp
from serving.app import create_app
from serving.database import reading
from serving.database.tables import decisions, outcomes, recoveries
from serving.people.accounts import create_person, list_people
from serving.people.sessions import open_session
from serving.service import Service
from serving.settings import ServiceSettings

CUSTOMERS = [f"c{number}" for number in range(1, 61)]
_names = itertools.count(1)


@dataclass
class Form:
    """A form as it stands on a page: where it goes, what it holds, and what its buttons add."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def offers(self, outcome: str) -> bool:
        return ("outcome", outcome) in self.buttons or self.fields.get("outcome") == outcome


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form" and said.get("method") == "post":
            self.found.append(Form(said["action"]))
        elif tag == "form":
            self.found.append(Form("get"))
        elif self.found and tag == "input" and said.get("type") == "hidden":
            self.found[-1].fields[said["name"]] = said["value"]
        elif self.found and tag == "button" and "name" in said:
            self.found[-1].buttons.append((said["name"], said["value"]))


@dataclass(frozen=True)
class Page:
    """What a browser shows. `text` is without what sets words from outside apart."""

    status: int
    text: str
    mark: str

    def forms(self, ending: str) -> list[Form]:
        parser = _Forms()
        parser.feed(self.text)
        return [form for form in parser.found if form.action.partition("#")[0].endswith(ending)]

    def form(self, outcome: str, place: int = 0) -> Form:
        return [form for form in self.forms("/outcomes") if form.offers(outcome)][place]


@dataclass(frozen=True)
class Person:
    """Somebody who has signed in, at a browser of their own."""

    name: str
    browser: TestClient

    def open(self, customer_id: str, query: str = "") -> Page:
        return self._page(self.browser.get(f"/page/customers/{customer_id}{query}"))

    def press(self, form: Form, **more: str) -> Page:
        """Send a form, and follow where it leads."""
        sent = self.send(form, **more)
        if sent.status_code != 303:
            return self._page(sent)
        return self._page(self.browser.get(sent.headers["location"]))

    def send(self, form: Form, **more: str):
        return self.browser.post(form.action, data={**form.fields, **more})

    def tell(self, customer_id: str, outcome: str, *, place: int = 0, **more: str) -> Page:
        return self.press(self.open(customer_id).form(outcome, place), outcome=outcome, **more)

    def _page(self, answer) -> Page:
        return Page(
            answer.status_code, re.sub("</?bdi>", "", answer.text), answer.text.partition('data-mark="')[2].partition('"')[0]
        )


@dataclass
class Office:
    """A service whose clock stands still until it is moved."""

    client: TestClient
    times: list[Timestamp]

    @property
    def service(self) -> Service:
        return self.client.app.state.service

    @property
    def now(self) -> Timestamp:
        return self.times[0]

    def wait(self, time: Timestamp) -> None:
        self.times[0] += time

    def person(self, role: str = "agent", *, name: str | None = None, language: str = "en") -> Person:
        """Sign a person in, somebody new unless they are named."""
        engine, named = self.service.engine, name or f"{role}{next(_names)}"
        made = create_person(engine, name=named, role=role, password="correct horse battery", created_at=1, language=language)
        browser = TestClient(self.client.app, follow_redirects=False, headers={"Origin": "http://testserver"})
        browser.portal = self.client.portal  # the service lives in the loop of the client that started it
        browser.cookies.set(self.service.origins.cookie_name, open_session(engine, made, now=self.now, request_id="r1").secret)
        return Person(named, browser)

    def again(self, person: Person) -> Person:
        """Sign somebody in again, whose session is over by now."""
        engine, name = self.service.engine, self.service.origins.cookie_name
        found = next(one for one in list_people(engine) if one.name == person.name)
        person.browser.cookies.set(name, open_session(engine, found, now=self.now, request_id="r1").secret)
        return person

    def words(self, customer_id: str) -> list[tuple[str, str | None, str | None]]:
        """Return what was told of a customer: the word, by whom, and why."""
        rows = self._rows(outcomes, customer_id)
        return [(row.told, row.agent_id, row.outcome_reason) for row in rows]

    def decided(self, customer_id: str) -> int:
        return len(self._rows(decisions, customer_id))

    def given(self, customer_id: str) -> list[int]:
        return [row.amount for row in self._rows(recoveries, customer_id)]

    def _rows(self, table, customer_id: str) -> list:
        with reading(self.service.engine) as connection:
            found = table.select().where(table.c.customer_id == customer_id).order_by(table.c.sequence)
            return connection.execute(found).all()


def open_office(
    folder: Path, *, text: str | None = None, scores: dict[str, float] | None = None, **features: float
) -> Iterator[Office]:
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    text = text or company_with(10, exploration_share=0.0, control_share=0.0)
    chances = dict.fromkeys(CUSTOMERS, 0.2)
    publisher.point_to(publisher.store(chances, company_text=text, beside={**decidable(**features), **(scores or {})}))
    times = [AS_OF + HOUR]
    app = create_app(ServiceSettings(publisher.home), clock=lambda: times[0])
    with TestClient(app) as client:
        yield Office(client, times)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One service for the tests of a file; each takes a customer of its own."""
    yield from open_office(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="session")
def opened_office():
    """Return what opens an office over features of its own."""
    return open_office


@pytest.fixture(scope="module")
def _unasked() -> Iterator[str]:
    return iter(CUSTOMERS)


@pytest.fixture
def customer(_unasked: Iterator[str]) -> str:
    """A customer nobody asked about yet."""
    return next(_unasked)


@pytest.fixture(scope="module")
def ana(office: Office) -> Person:
    return office.person(name="ana")


@pytest.fixture(scope="module")
def bob(office: Office) -> Person:
    return office.person(name="bob")
