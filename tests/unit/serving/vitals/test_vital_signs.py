"""What one process shows of itself must not speak for those that never show anything."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from serving.vitals.vital_signs import VitalSigns


def test_a_process_that_never_asks_the_database_raises_no_alarm() -> None:
    registry = CollectorRegistry()

    signs = VitalSigns(registry)

    assert registry.get_sample_value("lifecycle_database_up") == 1.0
    signs.show_database(is_well=False, audit_unwritten=0)
    assert registry.get_sample_value("lifecycle_database_up") == 0.0
