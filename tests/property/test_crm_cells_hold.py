"""Whatever is predicted, a file for a CRM holds it as it is, and a spreadsheet that opens it runs nothing."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.answering.flat import FlatCustomer
from serving.crm.files import parts
from serving.crm.mapping import SHIPPED, crm_mapping

IDS = st.from_regex(r"[A-Za-z0-9_.:@-]{1,64}", fullmatch=True)
TEXTS = (
    st.none()
    | st.text(min_size=1, max_size=20)
    | st.sampled_from(["=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(1)", "\t=1", "\r=1"])
)
NUMBERS = st.none() | st.floats(-1e9, 1e9)
CHANCES = st.none() | st.floats(0, 1)
few = settings(max_examples=40)

ROWS = st.builds(
    FlatCustomer,
    customer_id=IDS,
    stage=TEXTS,
    churn_probability=CHANCES,
    churn_reason=TEXTS,
    value_expected_margin=NUMBERS,
    value_category=TEXTS,
)


def cells(rows):
    (content,) = parts(rows, crm_mapping("salesforce"))
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@few
@given(st.lists(ROWS, min_size=1, max_size=5))
def test_no_cell_can_act_in_a_spreadsheet(rows):
    for row in cells(rows):
        customer_id = row.pop("Lifecycle_Id__c")
        assert re.fullmatch(r"[A-Za-z0-9_.:@-]+", customer_id), "an id holds nothing a call, a link or a command is made of"
        for value in row.values():
            assert re.fullmatch(r"-?[0-9.]+", value) or value[0] not in "=+-@\t\r", value


@few
@given(st.lists(ROWS, min_size=1, max_size=5))
def test_ids_come_back_as_they_were_and_in_their_order(rows):
    assert [row["Lifecycle_Id__c"] for row in cells(rows)] == [row.customer_id for row in rows]


@few
@given(ROWS)
def test_a_number_is_off_by_half_a_place_at_most(row):
    (read,) = cells([row])

    told = read["Lifecycle_Expected_Margin__c"]
    if row.value_expected_margin is None:
        assert told == "#N/A"
    else:
        assert "e" not in told.lower()
        assert abs(float(told) - row.value_expected_margin) <= 0.005 + 1e-6


@few
@given(st.lists(ROWS, min_size=1, max_size=5), st.sampled_from([name for name in SHIPPED if name != "salesforce"]))
def test_every_line_of_a_body_file_is_json_without_numbers_that_are_none(rows, name):
    (content,) = parts(rows, crm_mapping(name))

    for line in content.splitlines():
        json.loads(line, parse_constant=pytest.fail)
