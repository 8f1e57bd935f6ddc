from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openapi_spec_validator import validate

from serving.describing.schema_walk import changed_schemas
from serving.describing.version_20 import as_swagger_20
from serving.describing.version_30 import as_openapi_30, in_30


def document(schema, *, query=None, content=None):
    """Describe one call whose answer, and whose parameter if any, is of this schema."""
    parameters = [{"name": "often", "in": "query", "description": "How often.", "schema": query}] if query else []
    answer = {"description": "Done.", "content": content or {"application/json": {"schema": schema}}}
    call = {
        "operationId": "getThing",
        "summary": "S.",
        "description": "D.",
        "parameters": parameters,
        "responses": {"200": answer},
    }
    parts = {"schemas": {"Thing": {"type": "object"}}, "securitySchemes": {"apiKey": {"type": "http", "scheme": "bearer"}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/v1/things": {"get": call}},
        "components": parts,
    }


def answered(found):
    return found["paths"]["/v1/things"]["get"]["responses"]["200"]


@pytest.mark.parametrize(
    ("newer", "older"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "null"}], "title": "A"}, {"title": "A", "type": "string", "nullable": True}),
        (
            {"anyOf": [{"$ref": "#/components/schemas/Thing"}, {"type": "null"}]},
            {"allOf": [{"$ref": "#/components/schemas/Thing"}], "nullable": True},
        ),
        ({"exclusiveMaximum": 1, "type": "number"}, {"exclusiveMaximum": True, "maximum": 1, "type": "number"}),
        ({"type": "string", "contentMediaType": "application/octet-stream"}, {"type": "string", "format": "binary"}),
    ],
)
def test_what_only_3_1_can_say_is_said_in_older_words(newer, older):
    assert in_30(newer) == older


def test_a_member_called_like_a_word_of_schemas_stays_a_member():
    schema = {"type": "object", "properties": {"const": {"type": "string"}, "examples": {"const": "x"}}}

    found = answered(as_openapi_30(document(schema)))["content"]["application/json"]["schema"]

    assert found["properties"] == {"const": {"type": "string"}, "examples": {"enum": ["x"]}}


def test_the_document_given_is_left_as_it_was():
    newest = document({"const": "x"})

    as_swagger_20(newest, host="h")

    assert newest == document({"const": "x"})


def test_a_parameter_of_2_0_says_its_type_itself():
    found = as_swagger_20(document({"type": "object"}, query={"type": "integer", "minimum": 1, "title": "Often"}), host="h")

    (parameter,) = found["paths"]["/v1/things"]["get"]["parameters"]
    assert parameter == {
        "name": "often",
        "in": "query",
        "description": "How often.",
        "x-ms-summary": "Often",
        "type": "integer",
        "minimum": 1,
    }


def test_an_answer_that_is_no_json_is_a_file_in_2_0():
    found = as_swagger_20(document({}, content={"text/csv": {"schema": {"type": "string"}}}), host="h")

    assert answered(found)["schema"] == {"type": "file"}
    assert found["paths"]["/v1/things"]["get"]["produces"] == ["text/csv"]


def test_references_point_into_the_definitions_of_2_0():
    found = as_swagger_20(document({"type": "array", "items": {"$ref": "#/components/schemas/Thing"}}), host="h")

    assert answered(found)["schema"]["items"] == {"$ref": "#/definitions/Thing"}


plain = st.sampled_from(
    [
        {"type": "string"},
        {"const": "x"},
        {"type": "number", "exclusiveMinimum": 0},
        {"type": ["integer", "null"]},
        {"examples": [1]},
    ]
)
schemas = st.recursive(
    plain,
    lambda inner: (
        st.builds(lambda item: {"type": "array", "items": item}, inner)
        | st.builds(
            lambda members: {"type": "object", "properties": members}, st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
        )
    ),
    max_leaves=6,
)


@given(schemas)
def test_whatever_is_described_stays_valid_in_every_version(schema):
    newest = document(schema)

    validate(as_openapi_30(newest))
    validate(as_swagger_20(newest, host="h"))


@given(schemas)
def test_a_walk_that_changes_nothing_changes_nothing(schema):
    assert changed_schemas(document(schema), lambda found: found) == document(schema)
