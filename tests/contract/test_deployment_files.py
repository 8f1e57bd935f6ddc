"""The files an operator installs say what is there: commands with their options, metrics by their names, units systemd knows."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import typer
import yaml
from prometheus_client import generate_latest

from lifecycle.__main__ import app
from serving.vitals.metrics import Metrics

OPS = Path(__file__).parents[2] / "ops"
UNITS = sorted((OPS / "systemd").iterdir())
HARDENED = ("NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=\n", "PrivateTmp=yes", "UMask=0077")


def compose():
    return yaml.safe_load((OPS / "compose.yaml").read_text())


def commands() -> list[list[str]]:
    """Return every `lifecycle ...` that a file starts, in words."""
    found = re.findall(r"bin/lifecycle (.*?)(?:\"?\$\(.*)?'?$", "\n".join(unit.read_text() for unit in UNITS), re.MULTILINE)
    words = [shlex.split(line.replace('"/var', "/var")) for line in found]
    dockerfile = re.findall(r'CMD \["lifecycle", (.*)\]$', (OPS / "Dockerfile").read_text(), re.MULTILINE)
    words += [[word.strip(' "') for word in line.split(",")] for line in dockerfile]
    return words + [
        service["command"][1:] for service in compose()["services"].values() if service.get("command", [""])[0] == "lifecycle"
    ]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_a_file_starts_exists_with_its_options(words):
    group = typer.main.get_command(app)
    options = {name for parameter in group.commands[words[0]].params for name in (*parameter.opts, *parameter.secondary_opts)}

    assert {word for word in words[1:] if word.startswith("--")} <= options


def test_the_service_of_each_timer_is_there():
    names = {unit.name for unit in UNITS}

    assert {name.replace(".timer", ".service") for name in names if name.endswith(".timer")} <= names


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_a_unit_may_do_little(unit):
    assert [line for line in HARDENED if line not in unit.read_text()] == []


@pytest.mark.needs("systemd")
def test_systemd_knows_every_key(tmp_path):
    for unit in UNITS:
        text = unit.read_text().replace("/opt/lifecycle/bin/lifecycle", "/bin/true")
        (tmp_path / unit.name).write_text(text)

    done = subprocess.run(["systemd-analyze", "verify", *tmp_path.iterdir()], capture_output=True, text=True, check=False)

    assert [line for line in done.stderr.splitlines() if "Unknown" in line or "Failed to parse" in line] == []


def test_the_signing_key_is_given_to_who_publishes_alone():
    holders = {name for name, service in compose()["services"].items() if "signing:/run/signing" in service["volumes"]}
    units = {unit.stem for unit in UNITS if "LIFECYCLE_SIGNING_KEY" in unit.read_text()}

    assert holders == {"publish"}
    assert units == {"lifecycle-score", "lifecycle-retrain"}


def test_the_service_sees_no_signing_key_whenever_it_is_made():
    assert "\nInaccessiblePaths=-/etc/lifecycle\n" in (OPS / "systemd" / "lifecycle.service").read_text()


def test_whoever_runs_in_the_image_owns_each_folder_that_a_volume_is_mounted_on():
    services = [service for service in compose()["services"].values() if service["image"] == "lifecycle"]
    mounted = {volume.split(":")[1] for service in services for volume in service["volumes"]}
    dockerfile = (OPS / "Dockerfile").read_text()
    (made,) = re.findall(r"^RUN install --directory --owner=10001 --group=10001 --mode=700 (.*)$", dockerfile, re.MULTILINE)

    assert set(made.split()) == mounted
    assert {service["user"] for service in services} == {"10001:10001"}


def test_every_container_is_read_only_and_without_privileges():
    for service in compose()["services"].values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert service["user"].split(":")[0].isdigit()


def test_only_the_web_port_leaves_and_only_to_this_machine():
    ports = {name: service["ports"] for name, service in compose()["services"].items() if "ports" in service}

    assert ports == {"web": ["127.0.0.1:8000:8000"]}


def test_the_image_is_installed_by_hash_and_runs_as_a_number():
    text = (OPS / "Dockerfile").read_text()

    assert all("--require-hashes" in line or "--no-deps" in line for line in text.splitlines() if "pip install" in line)
    assert re.search(r"^USER \d+:\d+$", text, re.MULTILINE)
    assert "/readyz" in text


def test_alert_rules_name_metrics_that_exist():
    rules = [rule for group in yaml.safe_load((OPS / "prometheus-rules.yml").read_text())["groups"] for rule in group["rules"]]
    declared = set(re.findall(r"^# TYPE (\S+)", generate_latest(Metrics()._registry).decode(), re.MULTILINE))

    named = {name.removesuffix("_bucket") for rule in rules for name in re.findall(r"\blifecycle_[a-z_]+", rule["expr"])}

    assert named <= declared
    assert all({"summary", "remedy"} <= set(rule["annotations"]) for rule in rules)
