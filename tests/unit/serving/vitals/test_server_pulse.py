from __future__ import annotations

import pytest

from serving.database import DatabaseDamaged, DatabaseUnavailable
from serving.vitals.pulse import SILENCE_SECONDS, DatabasePulse


@pytest.fixture
def now():
    return [100.0]


@pytest.fixture
def pulse(asker, now):
    return DatabasePulse(asker.service.engine, clock=lambda: now[0])


def test_a_database_that_answers_is_no_trouble(pulse, now):
    now[0] += SILENCE_SECONDS
    pulse.ask()

    assert pulse.trouble is None


def test_a_database_that_hangs_is_noticed_without_asking_it(pulse, now):
    now[0] += 2 * SILENCE_SECONDS

    assert "20 s" in pulse.trouble


def test_a_database_that_refuses_is_noticed(pulse, now, monkeypatch):
    def refuses(_):
        raise DatabaseUnavailable("gone")

    monkeypatch.setattr("serving.vitals.pulse.reading", refuses)
    now[0] += SILENCE_SECONDS
    pulse.ask()

    assert pulse.trouble


def test_a_damaged_database_is_said_at_once_and_a_restored_one_too(pulse, monkeypatch):
    def damaged(_):
        raise DatabaseDamaged("malformed")

    with monkeypatch.context() as patch:
        patch.setattr("serving.vitals.pulse.reading", damaged)
        pulse.ask()

    assert "damaged" in pulse.trouble
    pulse.ask()
    assert pulse.trouble is None


def test_a_service_whose_database_is_silent_is_alive_and_not_ready(asker, monkeypatch):
    monkeypatch.setattr(asker.service.pulse, "_heard", -1e9)

    assert asker.get("/livez").status_code == 200
    assert asker.get("/readyz").status_code == 503
    assert "database" in asker.get("/readyz").json()["reason"]
