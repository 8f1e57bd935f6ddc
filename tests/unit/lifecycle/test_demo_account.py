"""That who runs the demo can open the agent page: an account of its own, told once, and reports to look at."""

from pathlib import Path

import pytest

from features.home import Home
from lifecycle import demo
from lifecycle.demo_text import Account, Demo, demo_text
from serving.database import database_url, open_database
from serving.people.recognition import recognised

CARD = {"customer_id": "c1"}
NOTHING = {"action": "nothing", "arm": "control", "valid_until": "2026-01-02", "offers": [], "withheld": []}
URL = "http://127.0.0.1:8123"


@pytest.fixture
def built(tmp_path: Path) -> Demo:
    return Demo(Home(tmp_path), "c1", "lck_1", Account("demo", "a-password-of-its-own"), "EUR")


def test_the_account_that_a_demo_tells_signs_in_and_sees_every_page(tmp_path: Path) -> None:
    account = demo._account(Home(tmp_path))

    engine = open_database(database_url(Home(tmp_path)))
    person = recognised(engine, account.name, account.password, now=0, request_id="r1")
    engine.dispose()
    assert person is not None
    assert person.role == "admin"


def test_each_demo_has_another_password(tmp_path: Path) -> None:
    assert demo._account(Home(tmp_path / "a")).password != demo._account(Home(tmp_path / "b")).password


def test_a_demo_that_is_served_tells_where_the_page_is_and_who_signs_in(built: Demo) -> None:
    told = demo_text(built, (CARD, NOTHING), URL, is_served=True)

    assert f"{URL}/page/  sign in as demo with a-password-of-its-own" in told
    assert "lifecycle serve" not in told


def test_a_demo_that_has_ended_tells_how_to_serve_it_again(
    built: Demo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("serving.server.serve", lambda _, listener, **__: listener.close())
    monkeypatch.setattr(demo, "_ask_and_show", lambda *_: None)

    demo._serve(built, 0)

    assert f"LIFECYCLE_HOME={built.home.root} " in capsys.readouterr().err


def test_a_demo_that_is_not_served_tells_what_would_serve_it(built: Demo) -> None:
    told = demo_text(built, (CARD, NOTHING), URL, is_served=False)

    assert f"LIFECYCLE_HOME={built.home.root} " in told
    assert "lifecycle serve\n" in told
