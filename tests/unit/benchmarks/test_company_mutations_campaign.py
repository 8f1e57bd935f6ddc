"""A tenth of the faults in a company file, against a running service."""

from __future__ import annotations

from benchmarks.company_mutations import TEXT, Fault, faults, outcomes, results


def test_a_tenth_of_the_faults_is_named_and_changes_nothing():
    assert [(result.name, result.figure) for result in results(0.1)] == [
        ("line and fix named", "20 of 20"),
        ("pointer, company files and ledger untouched", "20 of 20"),
        ("service goes on with the file before", "20 of 20"),
    ]


def test_the_faults_lie_in_every_part_of_the_file():
    parts = {fault.part for fault in faults(200)}

    assert {"offers", "contact_policy", "expansion_guard", "recovery", "routing", "channels", "levers"} <= parts
    assert len({fault.text for fault in faults(200)}) == 200
    assert TEXT not in {fault.text for fault in faults(200)}


def test_a_file_without_a_fault_is_not_counted_as_refused(monkeypatch):
    monkeypatch.setattr("benchmarks.company_mutations.faults", lambda _: [Fault("general", 1, "nothing", TEXT)])

    (found,) = outcomes(1)

    assert not found.named
