"""People at the page in a real browser: a service on a port, one Chromium, and a watch over what a page must never do."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from sqlalchemy import Engine

from benchmarks.api_service import answering
from benchmarks.front_desk import publish_front_desk
from benchmarks.whole_states import UNTIL
from features.home import Home
from features.times import HOUR, Timestamp
from serving.app import create_app
from serving.database import reading
from serving.database.tables import outcomes, recoveries
from serving.people.accounts import create_person, list_people
from serving.people.sessions import open_session
from serving.settings import ServiceSettings

PASSWORD = "correct horse battery"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
_PATIENCE_MS = 60_000  # the machine may be busy; what does not come at all fails in the end
_names = itertools.count(1)

# What a page of ours must never do: whatever of it happens in a tab is called out by the browser itself.
_WATCH = "addEventListener('securitypolicyviolation', (it) => console.error(`POLICY ${it.violatedDirective} ${it.blockedURI}`));"


@dataclass
class Watch:
    """What a browser did that no page of ours may do: ask elsewhere, run what is not ours, fail in its script."""

    ours: str
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("request", self._asked)
        context.on("console", lambda said: self.faults.append(said.text) if "POLICY" in said.text else None)
        context.on("weberror", lambda fault: self.faults.append(str(fault.error)))
        context.on("dialog", self._opened)
        context.add_init_script(_WATCH)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(self.ours):
            self.faults.append(f"asked for {request.url}")

    def _opened(self, dialog: Any) -> None:
        self.faults.append(f"a dialog: {dialog.message}")
        dialog.dismiss()


@dataclass
class Desk:
    """A running service whose clock stands still until it is moved; and what it has kept."""

    url: str
    engine: Engine
    home: Home
    times: list[Timestamp]
    cookie_name: str

    @property
    def now(self) -> Timestamp:
        return self.times[0]

    def wait(self, time: Timestamp) -> None:
        self.times[0] += time

    def person(self, role: str = "agent", *, language: str | None = "en") -> str:
        """Make an account, and return its name."""
        name = f"{role}{next(_names)}"
        create_person(self.engine, name=name, role=role, password=PASSWORD, created_at=self.now, language=language)
        return name

    def words(self, customer_id: str) -> list[tuple[str, str | None]]:
        """Return what was recorded of a customer's offers, and why."""
        return [(row.told, row.outcome_reason) for row in self._rows(outcomes, customer_id)]

    def given(self, customer_id: str) -> list[int]:
        return [row.amount for row in self._rows(recoveries, customer_id)]

    def _rows(self, table: Any, customer_id: str) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(table.select().where(table.c.customer_id == customer_id)).all())


@dataclass(frozen=True)
class Office:
    """Browsers at the desk; each is somebody's own, and all are watched."""

    chromium: Browser
    desk: Desk
    watch: Watch

    @contextmanager
    def browser(self, **how: Any) -> Iterator[BrowserContext]:
        """Open a browser that remembers nothing; `how` as playwright says."""
        context = self.chromium.new_context(base_url=self.desk.url, locale="en", **how)
        context.set_default_timeout(_PATIENCE_MS)
        self.watch.over(context)
        try:
            yield context
        finally:
            context.close()

    @contextmanager
    def tab(self, role: str = "agent", *, language: str = "en", name: str | None = None, **how: Any) -> Iterator[Page]:
        """Open a tab where somebody has signed in, somebody new unless they are named."""
        named = name or self.desk.person(role, language=language)
        who = next(one for one in list_people(self.desk.engine) if one.name == named)
        with self.browser(**how) as context:
            secret = open_session(self.desk.engine, who, now=self.desk.now, request_id="r1").secret
            context.add_cookies([{"name": self.desk.cookie_name, "value": secret, "url": self.desk.url}])
            yield context.new_page()


@contextmanager
def opened_desk(home: Home) -> Iterator[Desk]:
    """Answer over an installation, an hour after its data end."""
    times = [UNTIL + HOUR]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("serving.live.state.trial_load", lambda *_, **__: None)  # takes seconds, is tested with the models
        app = create_app(ServiceSettings(home), clock=lambda: times[0])
        with answering(app) as url:
            service = app.state.service
            yield Desk(url, service.engine, home, times, service.origins.cookie_name)


@pytest.fixture(scope="package")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One shop for all; each test takes customers of its own."""
    with opened_desk(publish_front_desk(tmp_path_factory.mktemp("desk")).home) as opened:
        yield opened


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser a file, that knows no other machine; while it is open, no other test of the process can use `asyncio.run`."""
    at_home = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    expect.set_options(timeout=_PATIENCE_MS / 2)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", at_home])
        yield browser
        browser.close()


@pytest.fixture
def office_over(chromium: Browser) -> Iterator[Callable[[Desk], Office]]:
    """Return what opens browsers over a desk; nothing that a page must never do may have happened in any of them."""
    watches: list[Watch] = []

    def over(desk: Desk) -> Office:
        watches.append(Watch(desk.url))
        return Office(chromium, desk, watches[-1])

    yield over
    assert [fault for watch in watches for fault in watch.faults] == []


@pytest.fixture
def office(office_over: Callable[[Desk], Office], desk: Desk) -> Office:
    return office_over(desk)


@pytest.fixture
def agent(office: Office) -> Iterator[Page]:
    """The tab of an agent who has signed in."""
    with office.tab() as tab:
        yield tab


@pytest.fixture(scope="session")
def open_desk() -> Callable[[Home], Any]:
    return opened_desk


@pytest.fixture(scope="package")
def barriers() -> Callable[..., list[str]]:
    """Return what finds barriers on a page by WCAG 2.2, levels A and AA: each with the place where it stands."""
    axe = Axe()

    def found(tab: Page, *, rules: list[str] | None = None) -> list[str]:
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": WCAG}
        result = axe.run(tab, options={"runOnly": only, "resultTypes": ["violations"]})
        return [
            f"{each['id']}: {node['target']} {node['failureSummary']}"
            for each in result.response["violations"]
            for node in each["nodes"]
        ]

    return found
