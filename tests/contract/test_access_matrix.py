"""Who may call what, from the OpenAPI document itself: a call added tomorrow is tried without a word here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from benchmarks.access import Tried, declared_operations, matrix
from benchmarks.api_service import running_service
from serving.api.calls import CALLS
from serving.app import declared_app
from serving.door import access

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


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Tried]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("serving.live.state.trial_load", lambda *_, **__: None)
        with running_service(tmp_path_factory.mktemp("matrix")) as service:
            yield matrix(service)


def test_every_operation_was_tried_with_every_kind_of_key(tried):
    kinds = {"none", "wrong", "revoked", "read", "decide", "ingest", "admin"}

    assert {(each.operation.method, each.operation.path) for each in tried} == {(call.method, call.path) for call in CALLS}
    assert len(tried) == len(CALLS) * len(kinds)
    assert {each.presented for each in tried} == kinds


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
