"""What may be supposed: known names, once each; a misspelt one is answered with its neighbours and never repeated."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.records import full_record
from features.company import default_company_text, read_company
from serving.door.problems import RequestInvalid
from serving.what_if.supposed import Declared

DECLARED = Declared(read_company(default_company_text("default")).catalogue)
NAMES = DECLARED.catalogue.names
FULL = full_record(DECLARED.catalogue)


def refusal(given, unknown=()):
    with pytest.raises(RequestInvalid) as refused:
        DECLARED.supposed(given, list(unknown))
    return refused.value


def test_a_misspelt_name_is_answered_with_the_nearest_known_ones_and_not_repeated():
    refused = refusal({"tenure_dayz": 3.0})

    assert "`tenure_days`" in refused.errors[0].detail
    assert "dayz" not in f"{refused} {refused.errors}"


def test_a_name_that_is_near_to_none_is_refused_all_the_same():
    assert refusal({"<script>": 3.0}).errors[0].detail.endswith("none is near.")


def test_every_fault_is_counted_and_few_are_looked_up():
    refused = refusal({f"strange_{number}": 1.0 for number in range(300)}, ["stranger"])

    assert "301 place(s)" in str(refused)
    assert len(refused.errors) == 5


def test_a_feature_cannot_be_known_and_unknown():
    assert refusal({"surveys_nps_last": 3.0}, ["surveys_nps_last"]).errors[0].pointer == "/unknown"
    assert "more than once" in refusal({}, ["surveys_nps_last", "surveys_nps_last"]).errors[0].detail


def test_a_full_record_needs_nothing_that_is_known():
    supposed = DECLARED.supposed(FULL, [])

    assert supposed.is_full
    np.testing.assert_array_equal(supposed.row(None)[0], np.array([FULL[name] for name in NAMES], np.float32))


def test_unknown_features_count_towards_a_full_record():
    rest = {name: number for name, number in FULL.items() if name != "surveys_nps_last"}

    assert not DECLARED.supposed(rest, []).is_full
    assert DECLARED.supposed(rest, ["surveys_nps_last"]).is_full


@given(st.permutations(sorted(FULL)[:12]))
def test_the_order_of_what_is_supposed_does_not_matter(names):
    known = np.zeros((1, len(NAMES)), np.float32)

    row = DECLARED.supposed({name: FULL[name] for name in names}, []).row(known)

    np.testing.assert_array_equal(row, DECLARED.supposed({name: FULL[name] for name in sorted(names)}, []).row(known))


@given(st.text(max_size=80))
def test_no_name_that_is_sent_is_repeated(name):
    if any(name in known for known in NAMES):  # names of the catalogue may be told
        return
    told = refusal({name: 1.0})

    assert len(name) < 6 or name not in f"{told} {[(error.pointer, error.detail) for error in told.errors]}"
