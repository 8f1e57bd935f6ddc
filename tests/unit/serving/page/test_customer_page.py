"""What does an agent see of one customer."""

from __future__ import annotations


def test_an_agent_opens_the_page_of_a_customer(agent):
    answer = agent.get("/page/customers/c1")

    assert answer.status_code == 200
    assert "<h1>c1</h1>" in answer.text
