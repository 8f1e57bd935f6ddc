"""Who may call what, from the OpenAPI document itself: a call added tomorrow is tried without a word here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.access import Tried, declared_operations, declared_pages, matrix
from benchmarks.api_service import running_service
from serving.api.calls import CALLS
from serving.app import declared_app
from serving.door import access
from serving.page.calls import PAGES

DECLARED = (access.READ, access.DECIDE, access.SUPPOSE, access.INGEST, access.ADMIN)
OPEN_TO_ANYBODY = {
    "getLiveness",
    "getReadiness",
    "getOpenapi",
    "getOpenapi30",
    "getSwagger20",
    "getDocsPage",
    "getDocsFile",
}


EVERYONE, MANAGERS = {"agent", "analyst", "admin"}, {"analyst", "admin"}
WHO_OPENS = {
    "GET /": EVERYONE,
    "GET /page": EVERYONE,
    "GET /page/": EVERYONE,
    "GET /page/customers/{customer_id}": EVERYONE,
    "GET /page/customers/{customer_id}/mark": EVERYONE,
    "POST /page/customers/{customer_id}/outcomes": access.DECIDE.roles,
    "POST /page/customers/{customer_id}/undo": access.DECIDE.roles,
    "POST /page/customers/{customer_id}/recoveries": access.DECIDE.roles,
    "GET /page/customers/{customer_id}/outcomes": EVERYONE,
    "GET /page/customers/{customer_id}/undo": EVERYONE,
    "GET /page/customers/{customer_id}/recoveries": EVERYONE,
    "GET /page/manager": MANAGERS,
    "GET /page/sign-in": EVERYONE,
    "POST /page/sign-in": EVERYONE,
    "POST /page/sign-out": EVERYONE,
    "POST /page/language": EVERYONE,
    "GET /page/static/{file}": EVERYONE,
    "GET /page/{path:path}": EVERYONE,
}
"""Every page, and which roles open it; a page added tomorrow needs its line here."""

WITHOUT_SESSION = {
    "GET /",
    "GET /page",
    "GET /page/sign-in",
    "POST /page/sign-in",
    "POST /page/language",
    "GET /page/static/{file}",
    "GET /page/{path:path}",
}


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Tried]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("serving.live.state.trial_load", lambda *_, **__: None)
        with running_service(tmp_path_factory.mktemp("matrix")) as service:
            yield matrix(service)


def test_every_operation_and_page_was_tried_with_every_kind_of_key_and_of_person(tried):
    keys = {"none", "wrong", "revoked", "read", "decide", "ingest", "admin"}
    people = {f"person: {who}" for who in ("agent", "analyst", "admin", "signed out", "disabled")}
    declared = {(each.method, each.path) for each in (*CALLS, *PAGES)}

    assert {(each.operation.method, each.operation.path) for each in tried} == declared
    assert len(tried) == len(declared) * len(keys | people)
    assert {each.presented for each in tried} == keys | people


def test_each_page_is_opened_by_whom_this_list_names():
    declared = {f"{page.method} {page.path}": page for page in declared_pages()}

    assert {name: page.roles for name, page in declared.items()} == WHO_OPENS
    assert {name for name, page in declared.items() if page.scope is None} == WITHOUT_SESSION


def test_a_person_supposes_something_only_as_analyst_or_admin(tried):
    what_if = [each for each in tried if each.operation.path.endswith("/what-if") and each.presented.startswith("person: ")]

    assert {each.presented for each in what_if if each.let_through} == {"person: analyst", "person: admin"}


def test_nobody_gets_in_who_may_not(tried):
    assert [each for each in tried if each.leaks] == []


def test_nobody_is_shut_out_who_may_call(tried):
    assert [each for each in tried if each.allowed and not each.let_through] == []


def test_only_a_closed_list_of_calls_is_open_to_anybody():
    document = declared_app().openapi()

    names = {operation["operationId"] for calls in document["paths"].values() for operation in calls.values()}
    needing_a_key = {
        said["operationId"]
        for calls in document["paths"].values()
        for said in calls.values()
        if said["security"] == [{"apiKey": []}]
    }
    assert names - needing_a_key == OPEN_TO_ANYBODY


def test_the_document_declares_the_roles_of_people_as_the_gate_knows_them():
    known = {(declared.scope, declared.roles) for declared in DECLARED}

    found = [each for each in declared_operations(declared_app().openapi()) if each.scope is not None]
    assert found
    assert [each for each in found if (each.scope, each.roles) not in known] == []
    assert all("admin" in each.roles for each in found)
