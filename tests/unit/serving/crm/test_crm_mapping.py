from __future__ import annotations

import pytest

from serving.crm.mapping import SHIPPED, CrmMappingInvalid, UnknownCrmMapping, crm_mapping, read_crm_mapping

WELL = """
name = "own"
format = "csv"
record = "Account"
external_id = "Key__c"
most_rows = 10
most_bytes = 2000
fields = [{ name = "Churn__c", column = "churn_probability" }]
"""


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_mapping_is_whole_and_tells_of_its_moment(name):
    mapping = crm_mapping(name)

    assert mapping.name == name
    assert {"churn_probability", "stage", "value_expected_margin", "as_of"} <= {field.column for field in mapping.fields}


def test_a_mapping_of_ones_own_is_read_from_its_file(tmp_path):
    (tmp_path / "own.toml").write_text(WELL)

    assert crm_mapping(str(tmp_path / "own.toml")).external_id == "Key__c"


@pytest.mark.parametrize("name", ["nobody", "own.toml", "../salesforce", "/etc/passwd"])
def test_what_is_neither_shipped_nor_a_file_is_not_found(name):
    with pytest.raises(UnknownCrmMapping, match="salesforce, hubspot"):
        crm_mapping(name)


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('column = "churn_probability"', 'column = "churn"', "the columns are customer_id"),
        ('format = "csv"', 'format = "xls"', "format"),
        ('"Churn__c"', '"Key__c"', "a field twice"),
        ('"Churn__c"', '"=cmd()"', "fields.0.name"),
        ("most_bytes = 2000", "most_bytes = 151000000", "most_bytes"),
        ("most_rows = 10", "most_rows = 10\nshape = 1", "shape"),
        ('name = "own"', "name = own", "not TOML"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(before, after, fault):
    with pytest.raises(CrmMappingInvalid, match="nothing was written") as refused:
        read_crm_mapping(WELL.replace(before, after))

    assert fault in str(refused.value)
