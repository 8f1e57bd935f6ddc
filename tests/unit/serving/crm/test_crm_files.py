from __future__ import annotations

import csv
import io
import json

import pytest

from serving.answering.flat import FlatCustomer
from serving.crm.cells import IdNotFit
from serving.crm.files import PartsInTheWay, everybody, export, parts
from serving.crm.mapping import crm_mapping

KNOWN = FlatCustomer(
    customer_id="c1",
    as_of="2026-01-01T00:00:00Z",
    stage="growth",
    churn_probability=0.12349,
    churn_band="medium",
    value_expected_margin=-12.5,
    health_score=63.6,
)
UNKNOWN = FlatCustomer(customer_id="c2", as_of="2026-01-01T00:00:00Z")


def customers(number):
    return [FlatCustomer(customer_id=f"c{place:04}", as_of="2026-01-01T00:00:00Z", stage="growth") for place in range(number)]


def read_csv(content):
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def one_part(name, *rows):
    (content,) = parts(rows, crm_mapping(name))
    return content


def changed(name, **values):
    return crm_mapping(name).model_copy(update=values)


def test_salesforce_gets_percent_and_what_is_unknown_is_emptied():
    first, second = read_csv(one_part("salesforce", KNOWN, UNKNOWN))

    assert (first["Lifecycle_Id__c"], first["Lifecycle_Churn_Probability__c"], first["Lifecycle_Health__c"]) == (
        "c1",
        "12.3",
        "64",
    )
    assert first["Lifecycle_Expected_Margin__c"] == "-12.5"
    assert first["Lifecycle_As_Of__c"] == "2026-01-01T00:00:00Z"
    assert second["Lifecycle_Churn_Probability__c"] == second["Lifecycle_Stage__c"] == "#N/A"


def test_lines_of_a_csv_end_with_a_line_feed_alone():
    content = one_part("salesforce", KNOWN, UNKNOWN)

    assert content.count(b"\n") == 3
    assert b"\r" not in content
    assert content.endswith(b"\n")


def test_hubspot_gets_texts_by_its_unique_property():
    (body,) = map(json.loads, one_part("hubspot", KNOWN, UNKNOWN).splitlines())

    known, unknown = body["inputs"]
    assert (known["idProperty"], known["id"]) == ("lifecycle_id", "c1")
    assert known["properties"]["lifecycle_churn_probability"] == "0.1235"
    assert set(unknown["properties"].values()) == {"", "2026-01-01T00:00:00Z"}


def test_dataverse_gets_records_by_their_alternate_key():
    (body,) = map(json.loads, one_part("dynamics", KNOWN, UNKNOWN).splitlines())

    known, unknown = body["Targets"]
    assert known["@odata.type"] == "Microsoft.Dynamics.CRM.account"
    assert known["@odata.id"] == "accounts(new_lifecycleid='c1')"
    assert known["new_lifecyclechurnprobability"] == 0.1235
    assert unknown["new_lifecyclestage"] is None


def test_odoo_gets_a_table_by_external_id_and_its_own_moments():
    (body,) = map(json.loads, one_part("odoo", KNOWN).splitlines())

    row = dict(zip(body["fields"], body["data"][0], strict=True))
    assert row["id"] == "lifecycle.c1"
    assert row["x_lifecycle_as_of"] == "2026-01-01 00:00:00"


def test_espocrm_gets_one_record_a_request():
    known, unknown = map(json.loads, one_part("espocrm", KNOWN, UNKNOWN).splitlines())

    assert (known["id"], known["cLifecycleHealth"]) == ("c1", 64)
    assert unknown["cLifecycleStage"] is None


@pytest.mark.parametrize(("name", "lines"), [("hubspot", [100, 100, 50]), ("dynamics", [250]), ("odoo", [250])])
def test_a_request_holds_no_more_than_the_crm_takes(name, lines):
    bodies = list(map(json.loads, one_part(name, *customers(250)).splitlines()))

    listed = [body.get("inputs") or body.get("Targets") or body.get("data") for body in bodies]
    assert [len(each) for each in listed] == lines


@pytest.mark.parametrize("limits", [{"most_bytes": 1024}, {"most_rows": 7}])
def test_a_csv_is_cut_where_the_crm_takes_no_more_and_nobody_is_lost(limits):
    mapping = changed("salesforce", **limits)

    cut = list(parts(customers(50), mapping))

    assert len(cut) > 1
    assert all(len(each) <= mapping.most_bytes and len(read_csv(each)) <= mapping.most_rows for each in cut)
    assert [row["Lifecycle_Id__c"] for each in cut for row in read_csv(each)] == [row.customer_id for row in customers(50)]


def test_files_are_numbered_and_counted(tmp_path):
    done = export(customers(20), changed("salesforce", most_rows=8), folder=tmp_path / "out")

    assert [file.name for file in done.files] == ["salesforce-0001.csv", "salesforce-0002.csv", "salesforce-0003.csv"]
    assert done.customers == 20


def test_parts_of_an_earlier_export_are_not_mixed_with_new_ones(tmp_path):
    export(customers(3), crm_mapping("hubspot"), folder=tmp_path)

    with pytest.raises(PartsInTheWay, match=r"hubspot-0001\.ndjson"):
        export(customers(3), crm_mapping("hubspot"), folder=tmp_path)


def test_nobody_makes_no_file(tmp_path):
    assert export([], crm_mapping("odoo"), folder=tmp_path).files == ()


@pytest.mark.parametrize("customer_id", ["=1+1", "a b", "x');DROP", "c1\n", None])
def test_an_id_of_another_form_is_never_written(customer_id):
    with pytest.raises(IdNotFit):
        list(parts([FlatCustomer(customer_id=customer_id)], crm_mapping("salesforce")))


def test_everybody_of_the_live_state_is_told_as_the_service_answers(asker):
    rows = {row.customer_id: row for row in everybody(asker.service.live.in_service().state)}

    assert sorted(rows) == ["c1", "c2", "c3", "thin1"]
    assert rows["c1"].churn_probability == asker.get("/v1/customers/c1").json()["churn"]["probability"]
    assert rows["c2"].churn_probability is None
