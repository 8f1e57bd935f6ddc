from __future__ import annotations

from sqlalchemy import update

from benchmarks.deciding_states import company_with
from serving.database import writing
from serving.database.tables import decisions


def test_a_hundred_decisions_follow_from_what_is_kept_after_models_and_company_have_changed(desk):
    desk.publish(text=company_with(10, exploration_share=0.3, control_share=0.2))
    made = []
    for number in range(34):
        made += [desk.decide(customer_id) for customer_id in ("c1", "c2", "c3")]
        for decision in made[-3:]:
            if decision["offers"] and number % 3:
                desk.tell(decision, ("shown", "declined")[number % 2])
        desk.now += 25 * 3_600_000_000

    desk.publish(text=company_with(13), tenure_days=3.0)

    assert len(made) == 102
    assert {desk.get(decision, "?replay=true")["replay"]["agrees"] for decision in made} == {True}
    assert len({decision["arm"] for decision in made}) > 1
    assert desk.decide()["versions"] != made[0]["versions"]


def test_a_document_that_somebody_changed_does_not_agree(desk):
    decision = desk.decide()
    with writing(desk.service.engine) as connection:
        stored = connection.scalar(decisions.select().with_only_columns(decisions.c.document))
        connection.execute(update(decisions).values(document=stored.replace(b'"priority":', b'"priority" :', 1)))

    assert desk.get(decision, "?replay=true")["replay"]["agrees"] is False


def test_a_company_file_that_is_gone_is_said(desk):
    decision = desk.decide()
    (desk.publisher.home.companies / f"{decision['versions']['company']}.toml").unlink()

    found = desk.get(decision, "?replay=true")["replay"]

    assert found["agrees"] is False
    assert found["reason"].startswith("UnknownCompany")


def test_without_asking_nothing_is_decided_anew(desk):
    assert "replay" not in desk.get(desk.decide())
