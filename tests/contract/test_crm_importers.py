"""Every rendering of the API is valid, is the one committed, and keeps what the importers of CRMs can take."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from serving.api.calls import GROUPS
from serving.describing.__main__ import documents
from serving.describing.schema_walk import operations

COMMITTED = Path(__file__).resolve().parents[2] / "docs" / "openapi"
VERSIONS = ("3.1", "3.0", "2.0")
IN_FLOW = ("3.0", "2.0")  # what Salesforce and Power Platform read
OF_ANY_NAME = {("WhatIfRequest", "features")}  # for programs; importers send `names` and `values` beside it
RESERVED_IN_APEX = {"get", "set", "new", "delete", "insert", "update", "upsert", "merge", "select", "class", "list", "map"}


@pytest.fixture(scope="module")
def rendered() -> dict[str, dict[str, Any]]:
    return {version: json.loads(documents()[f"openapi-{version}.json"]) for version in VERSIONS}


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object of a document."""
    if isinstance(node, dict):
        yield node
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(each)


def schemas_of(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document.get("definitions") or document["components"]["schemas"]
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_a_rendering_is_valid(rendered, version):
    validate(rendered[version])


@pytest.mark.parametrize("version", VERSIONS)
def test_the_committed_document_is_what_the_service_gives(version):
    name = f"openapi-{version}.json"

    assert (COMMITTED / name).read_text("utf-8") == documents()[name], (
        "run `python -m serving.describing` and commit docs/openapi"
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_an_operation_is_named_as_apex_allows(rendered, version):
    names = [operation["operationId"] for operation in operations(rendered[version])]

    assert [name for name in names if not re.fullmatch(r"[a-z][A-Za-z0-9]{0,39}", name)] == []
    assert RESERVED_IN_APEX.isdisjoint(names)
    assert len({name.lower() for name in names}) == len(names), "Apex does not tell upper from lower case"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_operation_and_parameter_is_explained_within_bounds(rendered, version):
    for operation in operations(rendered[version]):
        assert operation["summary"], operation["operationId"]
        assert 0 < len(operation["description"]) <= 1333, operation["operationId"]
        for parameter in operation.get("parameters", []):
            assert parameter["description"], (operation["operationId"], parameter["name"])


@pytest.mark.parametrize("version", VERSIONS)
def test_every_field_is_explained(rendered, version):
    fields = [(name, field, said) for name, schema in schemas_of(rendered[version]).items() for field, said in _fields(schema)]

    assert [(name, field) for name, field, said in fields if not (said.get("description") or "$ref" in said)] == []
    assert all(len(said.get("description", "")) <= 1333 for _, _, said in fields)


def _fields(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return list(schema.get("properties", {}).items())


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_may_be_of_several_kinds_or_null(rendered, version):
    forbidden = {"anyOf", "oneOf", "allOf", "not", "discriminator", "nullable", "x-nullable", "patternProperties"}

    assert [found for node in nodes(rendered[version]) if (found := forbidden & set(node))] == []
    assert [node for node in nodes(rendered[version]) if isinstance(node.get("type"), list)] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_every_operation_stands_under_the_heading_of_its_group(rendered, version):
    headings = {call.operation_id: [heading] for heading, calls in GROUPS.items() for call in calls}

    found = {operation["operationId"]: operation["tags"] for operation in operations(rendered[version])}
    assert found == {name: headings[name] for name in found}
    assert all(len(calls) <= 15 for calls in GROUPS.values())


@pytest.mark.parametrize("version", VERSIONS)
def test_no_list_holds_lists(rendered, version):
    lists = [node["items"] for node in nodes(rendered[version]) if node.get("type") == "array"]

    assert lists
    assert [item for item in lists if item.get("type") == "array"] == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_question_by_get_or_delete_carries_no_body(rendered, version):
    for path, calls in rendered[version]["paths"].items():
        for method in {"get", "delete"} & set(calls):
            assert "requestBody" not in calls[method], path
            assert all(each["in"] != "body" for each in calls[method].get("parameters", [])), path


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_sent_is_flat(rendered, version):
    schemas = schemas_of(rendered[version])
    for name in [name for name in schemas if name.endswith("Request")]:
        for field, said in _fields(schemas[name]):
            if (name, field) in OF_ANY_NAME:
                continue
            assert said.get("items", said).get("type") in {"string", "number", "integer", "boolean"}, (name, field)


@pytest.mark.parametrize("version", IN_FLOW)
def test_a_document_is_small_enough_for_an_importer(rendered, version):
    assert len(json.dumps(rendered[version])) < 1_000_000, "Power Platform takes 1 MB, Salesforce 10 million characters"
    assert sum(len(_fields(schema)) for schema in schemas_of(rendered[version]).values()) < 3_000
    assert all(len(_fields(schema)) <= 512 for schema in schemas_of(rendered[version]).values())


@pytest.mark.parametrize("version", IN_FLOW)
def test_names_of_fields_are_identifiers(rendered, version):
    fields = [field for schema in schemas_of(rendered[version]).values() for field, _ in _fields(schema)]

    assert [field for field in fields if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*", field)] == []


def test_power_platform_finds_host_labels_and_a_sentence_for_everything(rendered):
    document = rendered["2.0"]

    assert (document["host"], document["basePath"], document["schemes"]) == ("lifecycle.example.com", "/", ["https"])
    for operation in operations(document):
        assert len(operation["summary"]) <= 80, operation["operationId"]
        assert operation["summary"] != operation["description"]
        assert operation["description"].endswith((".", ")")), operation["operationId"]
        assert all(each["x-ms-summary"] for each in operation["parameters"])
    labels = [said for schema in schemas_of(document).values() for _, said in _fields(schema) if "$ref" not in said]
    assert all(said["x-ms-summary"] for said in labels)


def test_power_platform_finds_the_key_as_a_header(rendered):
    key = rendered["2.0"]["securityDefinitions"]["apiKey"]

    assert (key["type"], key["in"], key["name"]) == ("apiKey", "header", "Authorization")


def test_every_call_a_crm_makes_is_in_every_rendering(rendered):
    called = [{path for path in document["paths"] if path.startswith("/v1/")} for document in rendered.values()]

    assert called[0] == called[1] == called[2] != set()
