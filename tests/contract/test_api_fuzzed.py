"""A short run of the campaign of `benchmarks.api_fuzz`: whatever is sent, the service answers as its document says."""

from __future__ import annotations

import pytest

from benchmarks.api_fuzz import fuzzed
from benchmarks.api_service import running_service


def test_whatever_is_sent_the_service_answers_as_its_document_says(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("serving.live.state.trial_load", lambda *_, **__: None)

    with running_service(tmp_path) as service:
        done = fuzzed(service, tmp_path, examples=2)

    assert done.exit_code == 0, done.text[-6000:]
    assert " generated" in done.cases
