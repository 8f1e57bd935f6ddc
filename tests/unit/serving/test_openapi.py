from __future__ import annotations

import re

import pytest

from features.contracts.schemas import CUSTOMER_ID as CUSTOMER_ID_OF_THE_LOG
from serving.answering.customer_id import CUSTOMER_ID


@pytest.fixture(scope="module")
def document(asker):
    return asker.client.get("/openapi.json").json()


def operations(document):
    return [(path, method, operation) for path, calls in document["paths"].items() for method, operation in calls.items()]


def test_every_operation_has_a_name_an_importer_can_use(document):
    names = [operation["operationId"] for _, _, operation in operations(document)]

    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]{0,39}", name) for name in names)
    assert len(set(names)) == len(names)


def test_no_schema_offers_alternatives(document):
    assert not re.search(r'"(anyOf|oneOf|allOf)"', str(document).replace("'", '"'))


def test_every_operation_says_what_it_does(document):
    assert all(operation["summary"] and operation["description"] for _, _, operation in operations(document))


def test_calls_that_need_a_key_say_which_scope_and_how_they_refuse(document):
    for path, _, operation in operations(document):
        if operation["security"]:
            assert operation["x-lifecycle-scope"], path
            assert {"401", "403", "429", "503"} <= set(operation["responses"]), path


def test_refusals_are_described_as_problems(document):
    for path, _, operation in operations(document):
        for status, response in operation["responses"].items():
            if status >= "400" and path != "/readyz":
                assert list(response["content"]) == ["application/problem+json"], (path, status)


def test_every_answer_has_the_media_type_that_is_described(document, asker):
    key = asker.key("admin")
    for path, method, operation in operations(document):
        if "{" not in path and method == "get" and "404" not in operation["responses"]:
            described = list(operation["responses"]["200"]["content"])
            assert [asker.get(path, **key).headers["content-type"].partition(";")[0]] == described, path


def test_the_key_is_described_as_a_bearer_token(document):
    assert document["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"


def test_an_id_that_the_log_takes_can_be_asked_about():
    assert f"^{CUSTOMER_ID_OF_THE_LOG}$" == CUSTOMER_ID
