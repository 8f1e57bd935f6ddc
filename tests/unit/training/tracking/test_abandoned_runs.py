"""That a run left RUNNING by a process that is gone is ended, and that of any other is left alone."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from training.tracking import abandoned
from training.tracking.abandoned import Process
from training.tracking.recording import Tracking

HERE = Process.this()


@pytest.fixture
def ended() -> Process:
    """A process of this host that has ended, as it was known while it ran."""
    sleeping = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    known = Process.of(sleeping.pid)
    sleeping.kill()
    sleeping.communicate()
    return known


def test_a_process_is_gone_once_it_has_ended(ended: Process) -> None:
    assert ended.is_gone()
    assert not HERE.is_gone()


def test_a_number_that_was_given_again_is_another_process() -> None:
    assert replace(HERE, started="1").is_gone()
    assert replace(HERE, boot="before the power failed").is_gone()


def test_nothing_is_known_of_a_process_elsewhere_or_where_the_system_does_not_tell() -> None:
    assert not replace(HERE, host="another", boot="another").is_gone()
    assert not replace(HERE, boot="", started="").is_gone()


def test_only_what_a_process_of_this_host_left_behind_is_ended(ended: Process, store: Tracking, quiet_client: Any) -> None:
    store.open("churn")
    client = quiet_client(store.uri)
    experiment = client.get_experiment_by_name("lifecycle-churn").experiment_id

    def running(process: object, **tags: str) -> str:
        given = {"lifecycle.process": msgspec.json.encode(process).decode(), **tags}
        return client.create_run(experiment, tags=given).info.run_id

    left = running(ended)
    below = client.create_run(experiment, tags={abandoned.PARENT: left}).info.run_id
    elsewhere, alive, unknown = running(replace(ended, host="another")), running(HERE), running("of another version")
    foreign = client.create_run(experiment).info.run_id

    with store.run("churn", at=0):
        pass

    found = {run_id: client.get_run(run_id).info.status for run_id in (left, below, elsewhere, alive, unknown, foreign)}
    assert [found.pop(left), found.pop(below)] == ["KILLED", "KILLED"]
    assert set(found.values()) == {"RUNNING"}


def test_a_run_is_of_its_process_while_it_runs_and_of_nobody_afterwards(store: Tracking, quiet_client: Any) -> None:
    client = quiet_client(store.uri)
    with store.run("churn", at=0) as opened:
        during = client.get_run(opened.run_id)

    assert during.info.status == "RUNNING"
    assert msgspec.json.decode(during.data.tags["lifecycle.process"], type=Process) == HERE
    assert "lifecycle.process" not in client.get_run(opened.run_id).data.tags
