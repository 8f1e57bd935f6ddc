"""What an agent sees of one customer: everything in words, what is missing with its reason, and nobody's words as code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from benchmarks.live_states import AS_OF, Publisher
from features.home import Home
from features.log.reading import LogDamaged
from features.times import DAY, HOUR, format_time
from serving.database import keys
from serving.database.tables import audit_entries, inbox
from serving.database.transactions import reading, writing

HOSTILE = "<script>alert(1)</script>\"'>&{{7*7}}{%x%}<img src=x onerror=alert(1)>"


def seen(client: TestClient, customer_id: str, query: str = "") -> str:
    answer = client.get(f"/page/customers/{customer_id}{query}")
    assert answer.status_code == 200, answer.text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def dangers_in(page: str) -> list[str]:
    """Return what a browser would run, load or style that is not a file of ours."""
    found: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            named = dict(attrs)
            found.extend(name for name in named if name.startswith("on") or name in {"style", "srcdoc"})
            if tag in {"script", "img", "iframe", "object"} and not (named.get("src") or "").startswith("/page/static/"):
                found.append(tag)

    Reader().feed(page)
    return found


def tell(client: TestClient, source: str, **row) -> None:
    """Leave a row in the inbox, as it is kept when it came by the API."""
    service = client.app.state.service
    times = {name: format_time(value) for name, value in row.items() if name.endswith("_at")}
    content = json.dumps({**row, **times}).encode()
    kept = {"received_at": service.clock(), "source": source, "customer_id": row["customer_id"], "row": content}
    with writing(service.engine) as connection:
        connection.execute(inbox.insert(), kept)


def riskiest(client: TestClient) -> str:
    """Return somebody of the shop who may leave."""
    state = client.app.state.service.live.in_service().state
    place, ids = state.places.churn.horizons.places[-1], state.predictions.ids.ids.to_pylist()
    return next(one for one in ids if state.find(one).values[place] == state.find(one).values[place])


def test_every_part_stands_on_the_page_in_words(agent):
    text = seen(agent, riskiest(agent))

    assert re.search(r"Of 100 customers like this, \d+ leave within 90 days\.", text)
    assert re.search(r"Speaks for (leaving|staying):", text)
    assert re.search(r"About £[\d.,]+ expected within 90 days", text)
    assert "What speaks for it" in text
    assert "Where customers like this stand in 90 days" in text
    assert "Points of 100" in text
    assert "Purchases in the last 30 weeks" in text
    assert "Ordered for £" in text


def test_who_looked_at_whom_is_noted(agent):
    service = agent.app.state.service

    agent.get("/page/customers/c1")
    service.reads.flush()

    with reading(service.engine) as connection:
        routes = (
            connection.execute(select(audit_entries.c.route).where(audit_entries.c.subject == service.reads.subject("c1")))
            .scalars()
            .all()
        )
    assert "/page/customers/{customer_id}" in routes


def test_a_ticket_told_a_moment_ago_is_on_the_page(agent):
    now = agent.app.state.service.clock()
    tell(agent, "tickets", customer_id="c2", ticket_id="t1", opened_at=now - 2 * DAY, known_at=now - 2 * DAY, topic="billing")
    tell(agent, "tickets", customer_id="c2", ticket_id="t2", opened_at=now - HOUR, known_at=now - HOUR, topic="delivery")

    text = seen(agent, "c2")

    assert "Ticket about billing A first answer was promised by" in text
    assert "1 thing that happened since is not in the prediction yet" in text
    assert text.index("Ticket about billing") < text.index("Ticket about delivery")


def test_hostile_words_are_shown_and_never_run(agent):
    now = agent.app.state.service.clock()
    tell(agent, "customers", customer_id="c4", first_seen_at=now - DAY, known_at=now - DAY, display_name=HOSTILE)
    tell(agent, "tickets", customer_id="c4", ticket_id="t", opened_at=now - DAY, known_at=now - DAY, topic=HOSTILE)

    page = agent.get("/page/customers/c4").text

    assert seen(agent, "c4").count("{{7*7}}{%x%}") >= 3
    assert dangers_in(page) == []


def test_do_not_contact_stands_above_everything_else(agent):
    now = agent.app.state.service.clock()
    tell(agent, "customers", customer_id="c5", first_seen_at=now - DAY, known_at=now - DAY, consent=[])

    text = seen(agent, "c5")

    assert text.index("Do not contact: this customer agreed to no channel.") < text.index("Open tickets")


def test_unknown_consent_is_not_taken_for_consent(agent):
    assert "Do not contact: it is not known whether" in seen(agent, "c6")


def test_one_agreed_channel_is_enough_to_be_contacted(agent):
    now = agent.app.state.service.clock()
    tell(agent, "customers", customer_id="c7", first_seen_at=now - DAY, known_at=now - DAY, consent=["email"])

    text = seen(agent, "c7")

    assert "Do not contact" not in text
    assert "email : agreed" in text
    assert "post : not agreed; do not use" in text


def test_older_touchpoints_are_a_link_away(agent):
    now = agent.app.state.service.clock()
    for number in range(25):
        at = now - (number + 1) * HOUR
        tell(
            agent,
            "milestones",
            customer_id="c8",
            milestone_id=f"m{number}",
            milestone=f"step {number}",
            reached_at=at,
            known_at=at,
        )

    link = re.search(r'href="/page/customers/c8(\?older=[^"#]+)#timeline"', agent.get("/page/customers/c8").text)
    assert link is not None
    older = seen(agent, "c8", link[1])

    assert "Reached: step 20" in older
    assert "Reached: step 19" not in older
    assert "Back to the newest" in older


@pytest.mark.parametrize("cursor", ["x", "%00", "gaNhYmM", "a" * 401])
def test_a_place_that_was_never_given_out_is_refused(agent, cursor):
    assert agent.get(f"/page/customers/c1?older={cursor}").status_code == 422


@pytest.mark.parametrize("language", ["pt-BR", "pl"])
def test_reasons_and_numbers_are_in_the_readers_language(sign_in, language):
    reader = sign_in("agent", language=language)
    page = reader.get(f"/page/customers/{riskiest(reader)}").text

    assert f'<html lang="{language}">' in page
    assert re.search({"pt-BR": "[Cc]ompra|sinal", "pl": "[Zz]akup|znak|sygnał"}[language], page)


def test_nobody_unknown_is_made_up(agent):
    answer = agent.get("/page/customers/nobody")

    assert answer.status_code == 404
    assert "Nobody with this id is known." in answer.text


def test_who_has_not_signed_in_is_asked_to(page_shop):
    answer = page_shop.get("/page/customers/c1")

    assert (answer.status_code, answer.headers["location"]) == (303, "/page/sign-in?next=/page/customers/c1")


def test_a_log_that_cannot_be_read_costs_the_past_and_nothing_else(agent, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise LogDamaged("needed a log, found another")

    monkeypatch.setattr(agent.app.state.service.histories, "read", refuse)

    text = seen(agent, "c1")

    assert "What happened cannot be read now." in text
    assert "Tickets cannot be read now." in text
    assert "About £" in text


@pytest.fixture
def churn_alone(publisher: Publisher, run_service, sign_in_to) -> Iterator[TestClient]:
    """An agent where only a churn model is live, of which `c1` is at risk, `c2` is not and `thin1` is hardly known."""
    publisher.publish({"c1": 0.3, "c2": float("nan"), "thin1": 0.5})
    for asker in run_service(publisher):
        yield sign_in_to(asker.client, "agent")


def test_what_no_model_answers_says_what_to_do(churn_alone):
    text = seen(churn_alone, "c1")

    assert "Of 100 customers like this, 30 leave within 90 days." in text
    assert text.count("No model answers this yet.") == 2
    assert "The predictions in service do not hold this." in text
    assert "The reasons cannot be computed now." in text
    assert "Nothing is recorded of this customer" in text


def test_who_left_already_has_no_chance_and_is_told_so(churn_alone):
    assert "No chance is given: this customer has left already" in seen(churn_alone, "c2")


def test_a_chance_that_rests_on_too_little_says_so(churn_alone):
    assert "Hardly anything is known of this customer yet" in seen(churn_alone, "thin1")


def test_a_stale_prediction_says_so_above_all(publisher, run_service, sign_in_to):
    publisher.publish({"c1": 0.3}, as_of=AS_OF - 10 * DAY)

    for asker in run_service(publisher):
        text = seen(sign_in_to(asker.client, "agent"), "c1")

    assert text.index("These predictions are older than they should be.") < text.index("Open tickets")
    assert "Predicted 1 week ago" in text


def test_who_was_erased_is_gone(churn_alone):
    service = churn_alone.app.state.service
    made = keys.create_key(service.engine, name="t", scopes=["admin"], created_at=service.clock())
    assert churn_alone.delete("/v1/customers/c1", headers={"Authorization": f"Bearer {made.secret}"}).status_code == 202
    service.live.listen()

    answer = churn_alone.get("/page/customers/c1")

    assert answer.status_code == 410
    assert "This customer asked to be forgotten, and was." in answer.text


def test_before_the_first_prediction_there_is_nothing_to_show(tmp_path, run_service, sign_in_to):
    for asker in run_service(Publisher(Home(tmp_path / "empty"), tmp_path / "k"), first_load_seconds=0.0):
        answer = sign_in_to(asker.client, "agent").get("/page/customers/c1")

    assert answer.status_code == 503
    assert "There are no predictions to show yet." in answer.text
