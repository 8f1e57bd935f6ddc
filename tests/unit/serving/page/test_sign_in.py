"""Signing in and out, as a browser does it: what opens a session, what ends it, and what another site can make of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from benchmarks.live_states import Publisher
from features.home import Home
from features.times import HOUR
from serving.database import reading
from serving.database.tables import audit_entries
from serving.page.frame.forms import TOKEN
from serving.page.work.trail import LONGEST_TRAIL
from serving.people.accounts import create_person, disable, person_named
from serving.people.recognition import MOST_FAILURES
from serving.people.sessions import IDLE, LONGEST, Session, open_session, session_of

HERE, ELSEWHERE = "http://testserver", "https://evil.example"
COOKIE = "lifecycle_session"
RIGHT = "correct horse battery"
ORIGINS = [ELSEWHERE, "null", None]
PREDICT = "/v1/customers/c1"
DECIDE = "/v1/predictions"


class Browser:
    """A browser without memory: each request says which cookie it has; redirects are looked at and not followed."""

    def __init__(self, asker) -> None:
        self.service, self.clock, self._client = asker.service, asker.clock, asker.client

    def get(self, path: str, session: Session | None = None, **headers: str):
        return self._sent("GET", path, session, headers)

    def post(self, path: str, session: Session | None = None, *, origin: str | None = HERE, form=None, body=None):
        headers = {} if origin is None else {"Origin": origin}
        return self._sent("POST", path, session, headers, **({"data": form} if body is None else {"json": body}))

    def sign_in(self, name: str = "ana", password: str = RIGHT, session: Session | None = None, **form: str):
        return self.post("/page/sign-in", session, form={"name": name, "password": password, **form})

    def session(self, name: str) -> Session:
        """Return a session just opened by a new person."""
        person = create_person(self.service.engine, name=name, role="agent", password=RIGHT, created_at=self.clock())
        return open_session(self.service.engine, person, now=self.clock(), request_id="r1")

    def _sent(self, method: str, path: str, session: Session | None, headers: dict[str, str], **sent):
        self._client.cookies.clear()
        cookie = {} if session is None else {"Cookie": f"{COOKIE}={session.secret}"}
        return self._client.request(method, path, headers=headers | cookie, follow_redirects=False, **sent)


@pytest.fixture(scope="module")
def browser(run_service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder = tmp_path_factory.mktemp("page")
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    publisher.publish({"c1": 0.3})
    for asker in run_service(publisher):
        browser = Browser(asker)
        create_person(asker.service.engine, name="ana", role="agent", password=RIGHT, created_at=asker.clock())
        yield browser


def opened_by(answer) -> str:
    """Return the cookie an answer sets."""
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name == COOKIE
    return rest.partition(";")[0]


def test_the_audit_says_which_account_signed_in_and_out_by_which_requests(browser):
    session = browser.session("zoe")
    signed_in = browser.sign_in("zoe")
    signed_out = browser.post("/page/sign-out", session, form={TOKEN: session.form_token})

    with reading(browser.service.engine) as connection:
        mine = audit_entries.c.caller_id == session.person.caller_id
        entries = connection.execute(select(audit_entries).where(mine).order_by(audit_entries.c.sequence)).all()[1:]
    assert [(entry.route, entry.status, entry.request_id) for entry in entries] == [
        ("signed in", signed_in.status_code, signed_in.headers["x-request-id"]),
        ("signed out", signed_out.status_code, signed_out.headers["x-request-id"]),
    ]


def test_name_and_password_open_a_session_that_only_this_site_sends_and_no_script_reads(browser):
    answer = browser.sign_in(next="/page/customers/c1")

    assert (answer.status_code, answer.headers["location"]) == (303, "/page/customers/c1")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=Lax" in answer.headers["set-cookie"]
    assert "Max-Age=43200;" in answer.headers["set-cookie"]
    assert session_of(browser.service.engine, opened_by(answer), now=browser.clock()).person.name == "ana"


def test_who_read_far_into_the_list_comes_back_there_after_signing_in(browser):
    deep = f"/page/?at={'x' * LONGEST_TRAIL}"

    asked = browser.get(browser.get(deep).headers["location"])

    assert asked.status_code == 200
    assert f'value="{deep}"' in asked.text


@pytest.mark.parametrize(("name", "password"), [("ana", "wrong horse battery"), ("nobody", RIGHT), ("ana", ""), ("", "")])
def test_whoever_is_not_recognised_is_told_the_same(browser, name, password):
    answer = browser.sign_in(name, password)

    assert answer.status_code == 401
    assert "Name and password do not go together" in answer.text
    assert "set-cookie" not in answer.headers


def test_a_session_that_was_planted_before_is_not_the_one_after_signing_in(browser):
    planted = browser.session("mallory")

    answer = browser.sign_in(session=planted)

    assert opened_by(answer) != planted.secret
    assert session_of(browser.service.engine, planted.secret, now=browser.clock()).person.name == "mallory"


def test_after_ten_wrong_passwords_the_right_one_does_not_sign_in(browser):
    browser.session("locked")
    for _ in range(MOST_FAILURES):
        browser.sign_in("locked", "wrong horse battery")

    assert browser.sign_in("locked").status_code == 401


def test_a_name_is_recognised_with_blanks_around_it_and_kept_where_the_password_was_wrong(browser):
    assert browser.sign_in(" ana ").headers["location"] == "/page/"
    assert 'value="ana-maria"' in browser.sign_in("ana-maria", next="/page/about").text
    assert 'value="/page/about"' in browser.sign_in("ana-maria", next="/page/about").text


def test_the_form_to_sign_in_leads_back_to_where_somebody_was_going(browser):
    assert 'value="/page/about"' in browser.get("/page/sign-in?next=/page/about").text
    assert 'value="/page/"' in browser.get("/page/sign-in").text


@pytest.mark.parametrize(("query", "most"), [("next=/page/{}", LONGEST_TRAIL + 1000 - len("/page/")), ("said={}", 20)])
def test_an_address_longer_than_any_of_ours_is_refused(browser, query, most):
    answers = [browser.get(f"/page/sign-in?{query.format('a' * length)}").status_code for length in (most, most + 1)]

    assert (answers[0], answers[1] // 100) == (200, 4)


def test_what_is_no_form_of_at_most_fifty_fields_is_refused(browser):
    fields = {"name": "ana", "password": RIGHT, **{f"field{each}": "x" for each in range(48)}}

    assert browser.post("/page/sign-in", form=fields).status_code == 303
    for answer in (
        browser.post("/page/sign-in", form={**fields, "one": "more"}),
        browser.post("/page/sign-in", body={"name": "ana", "password": RIGHT}),
    ):
        assert (answer.status_code, "set-cookie" in answer.headers) == (415, False)


@pytest.mark.parametrize("origin", [ELSEWHERE, "null", None, "http://testserver.evil.example"])
def test_a_sign_in_from_elsewhere_is_refused(browser, origin):
    answer = browser.post("/page/sign-in", origin=origin, form={"name": "ana", "password": RIGHT})

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "after", ["https://evil.example/", "//evil.example/page/", "/page/\\evil.example", "/page/a\nb", "/v1/key"]
)
def test_signing_in_leads_nowhere_else(browser, after):
    assert browser.sign_in(next=after).headers["location"] == "/page/"


def test_signing_out_ends_the_session_for_good(browser):
    session = browser.session("leaver")

    answer = browser.post("/page/sign-out", session, form={"form_token": session.form_token})

    assert (answer.status_code, answer.headers["location"]) == (303, "/page/sign-in?said=out")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert browser.get("/page/", session).headers["location"] == "/page/sign-in?next=/page/"


def test_signing_out_without_a_session_opens_none(browser):
    answer = browser.post("/page/sign-out", form={"next": "/page/"})

    assert answer.headers["location"].startswith("/page/sign-in?")


def test_a_form_with_the_token_of_another_session_changes_nothing(browser):
    session, other = browser.session("one"), browser.session("other")

    answer = browser.post("/page/sign-out", session, form={TOKEN: other.form_token})

    assert answer.status_code == 403
    assert browser.get("/page/", session).status_code == 200


@pytest.mark.parametrize("later", [IDLE + 1, LONGEST + HOUR])
def test_a_session_that_is_over_opens_neither_page_nor_call(browser, later):
    session, began = browser.session(f"late{later}"), browser.clock.now
    browser.clock.now += later

    page, call = browser.get("/page/", session), browser.get(PREDICT, session)
    browser.clock.now = began

    assert page.headers["location"].startswith("/page/sign-in?")
    assert call.status_code == 401


def test_who_was_disabled_gets_neither_page_nor_call(browser):
    session = browser.session("gone")
    disable(browser.service.engine, "gone", now=browser.clock())

    assert browser.get("/page/", session).status_code == 303
    assert browser.get(PREDICT, session).status_code == 401


def test_a_session_asks_and_acts_by_the_api_from_here(browser):
    session = browser.session("caller")

    assert browser.get(PREDICT, session).status_code == 200
    assert browser.post(DECIDE, session, body={"customer_ids": ["c1"]}).status_code == 200


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_session_changes_nothing_by_the_api_from_elsewhere(browser, origin):
    session = browser.session(f"victim{ORIGINS.index(origin)}")

    answer = browser.post(DECIDE, session, origin=origin, body={"customer_ids": ["c1"]})

    assert (answer.status_code, answer.json()["type"]) == (403, "urn:lifecycle:problem:sent-from-elsewhere")


def test_reading_needs_no_origin_and_no_other_site_may_read_the_answer(browser):
    answer = browser.get(PREDICT, browser.session("reader"), Origin=ELSEWHERE)

    assert answer.status_code == 200
    assert not {name for name in answer.headers if name.startswith("access-control")}


def test_a_key_stands_before_a_session(browser):
    session = browser.session("both")

    assert browser.get(PREDICT, session, Authorization="Bearer lck_0_0").status_code == 401


def test_the_address_of_the_service_leads_to_the_page(browser):
    answer = browser.get("/")

    assert (answer.status_code, answer.headers["location"]) == (303, "/page/")


def test_who_has_not_signed_in_keeps_a_language_in_the_browser_for_a_year(browser):
    answer = browser.post("/page/language", form={"language": "pl", "next": "/page/sign-in"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/page/sign-in")
    cookie = "lifecycle_language=pl; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000"
    assert answer.headers["set-cookie"] == cookie


def test_who_has_signed_in_finds_their_language_on_every_machine(browser):
    session = browser.session("reader-of-polish")

    browser.post("/page/language", session, form={"language": "pl", TOKEN: session.form_token})

    assert person_named(browser.service.engine, "reader-of-polish").language == "pl"


@pytest.mark.parametrize("language", ["xx", "", "pl; Domain=evil.example"])
def test_a_language_that_is_none_changes_nothing(browser, language):
    answer = browser.post("/page/language", form={"language": language, "next": ELSEWHERE})

    assert (answer.status_code, answer.headers["location"]) == (303, "/page/")
    assert "set-cookie" not in answer.headers
