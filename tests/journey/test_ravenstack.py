"""Synthetic data without a signal: imported with what is odd about them, and a model of them is not let through."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = pytest.mark.needs("shared_data")

REFUSED = 6


def test_data_without_a_signal_are_imported_with_a_warning_and_their_model_is_refused(user, shared_data: Path) -> None:
    imported = user.gets("import", "ravenstack", "--from", str(shared_data / "ravenstack"))
    found = {finding["name"]: finding["count"] / finding["of"] for finding in imported["findings"]}
    assert found["usage_outside_subscription"] == pytest.approx(0.777, abs=0.001)
    assert found["tickets_before_sign_up"] == pytest.approx(0.538, abs=0.001)

    trained = user.gets("train", "churn")
    assert trained["pooled"]["recipe"]["auc"]["low"] < 0.5 < trained["pooled"]["recipe"]["auc"]["high"]

    refused = user.runs("promote", "churn")
    assert (refused.returncode, "better_than_prior refused" in refused.stderr) == (REFUSED, True), refused.stderr
    assert user.gets("models")["live"]["live"]["bundle"] is None
