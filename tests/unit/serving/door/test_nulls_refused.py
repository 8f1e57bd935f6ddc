"""The document says that what is not known is absent; a request with null in it is therefore none it describes."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("member", ["agent_id", "context", "language"])
def test_a_member_that_is_null_is_refused_by_its_name(asker, member):
    answer = asker.client.post("/v1/customers/c1/decisions", headers=asker.key("decide"), json={member: None})

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [f"/{member}"]


def test_a_member_that_is_absent_is_fine(asker):
    answer = asker.client.post("/v1/customers/c1/decisions", headers=asker.key("decide"), json={})

    assert "/agent_id" not in answer.text
    assert answer.status_code != 422
