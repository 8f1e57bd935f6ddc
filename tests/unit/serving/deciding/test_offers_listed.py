from __future__ import annotations

from benchmarks.deciding_states import company_with
from features.times import DAY, parse_time


def listed(desk) -> dict[str, dict]:
    return {offer["offer_id"]: offer for offer in desk.client.get("/v1/offers", headers=desk.headers).json()["offers"]}


def test_every_offer_of_the_company_file_in_force_is_listed_with_its_rules(desk):
    offers = listed(desk)

    assert len(offers) == 10
    assert offers["add_on_pack"]["kind"] == "cross_sell"
    assert offers["add_on_pack"]["channels"] == ["in_app", "email", "sms"]
    assert offers["add_on_pack"]["applicability"] == "usage_breadth_90d >= 4"
    assert "value" not in offers["retention_discount"]
    assert all("evidence" not in offer for offer in offers.values())


def test_an_offer_is_in_force_from_its_first_day_to_its_last(desk):
    text = company_with(10).replace('id = "add_on_pack"', 'id = "add_on_pack"\nstarts_on = 2026-01-03\nends_on = 2026-01-04')
    desk.publish(text=text)

    found = []
    for day in range(5):
        desk.now = parse_time("2026-01-01") + day * DAY + DAY // 2
        found.append(listed(desk)["add_on_pack"]["in_force"])

    assert found == [False, False, True, True, False]
