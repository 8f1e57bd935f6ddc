"""People who have signed in to a tiny shop where a model answers every question."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from benchmarks.whole_states import UNTIL, WholeShop
from features.home import Home
from features.times import HOUR
from serving.app import create_app
from serving.people.accounts import create_person
from serving.people.sessions import open_session
from serving.settings import ServiceSettings

ORIGIN = "http://testserver"

SignIn = Callable[..., TestClient]
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def page_shop(published_shop: WholeShop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service over a copy of the shop, an hour after its data end; nobody has signed in. One for the tests of a file."""
    root = tmp_path_factory.mktemp("page") / "home"
    shutil.copytree(published_shop.home.root, root)
    app = create_app(ServiceSettings(Home(root)), clock=lambda: UNTIL + HOUR)
    with TestClient(app, follow_redirects=False) as client:
        client.app.state.service.live.in_service().state.workings.wait(60)
        yield client


@pytest.fixture(scope="module")
def sign_in(page_shop: TestClient) -> SignIn:
    """Return what signs somebody new in, in a role, and gives the browser they do it with."""

    def signed_in(role: str = "agent", *, language: str | None = None) -> TestClient:
        return signed_in_to(page_shop, role, language=language)

    return signed_in


@pytest.fixture(scope="session")
def sign_in_to() -> SignIn:
    """Return what signs somebody new in to the service that a client asks, in a role, and gives the browser they do it with."""
    return signed_in_to


@pytest.fixture
def agent(sign_in: SignIn) -> TestClient:
    """An agent who has signed in; what is sent comes from a page of ours."""
    return sign_in("agent")


def signed_in_to(client: TestClient, role: str, *, language: str | None = None) -> TestClient:
    """Sign a new person in to the service that a client asks; the password is never needed."""
    service = client.app.state.service
    person = create_person(
        service.engine,
        name=f"{role}{next(_numbers)}",
        role=role,
        password="correct horse battery",
        created_at=service.clock(),
        language=language,
    )
    browser = TestClient(client.app, follow_redirects=False, headers={"Origin": ORIGIN})
    browser.portal = client.portal  # the service lives in the loop of the client that started it
    browser.cookies.set(
        service.origins.cookie_name, open_session(service.engine, person, now=service.clock(), request_id="r1").secret
    )
    return browser
