"""The operator's guide names every setting with its default, only commands that exist, and only metrics that are counted."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import typer
from prometheus_client import generate_latest

from lifecycle.__main__ import app
from lifecycle.settings import Settings
from serving.pruning.retention import Retention
from serving.vitals.metrics import Metrics

GUIDE = (Path(__file__).parents[2] / "docs" / "operator-guide.md").read_text()
SPOKEN = {
    "signing_key": "`signing.key` in the user's configuration folder",
    "home": "`var`",
    "webhook_private_addresses": "false",
    "public_url": "none",
    "embed_origins": "none",
}


def rows(columns: int) -> dict[str, list[str]]:
    found = re.findall(r"^\| (.*) \|$", GUIDE, re.MULTILINE)
    split = [[cell.strip() for cell in row.split(" | ")] for row in found]
    return {row[columns - 3].strip("`"): row for row in split if len(row) == columns}


def test_every_setting_stands_in_the_guide_with_its_default():
    told = {name: row for name, row in rows(4).items() if re.match(r"`(LIFECYCLE|MLFLOW)_[A-Z_]+`$", row[0])}
    settings = {name: field for name, field in Settings.model_fields.items() if name != "retention"}

    assert set(told) == set(settings)
    for name, field in settings.items():
        default = "none" if field.default is None else SPOKEN.get(name, str(field.default))
        assert told[name][2].split(":")[0] == default, name


def test_every_retention_stands_in_the_guide_with_its_default():
    told = rows(3)

    assert {each.name: told[each.name][1] for each in fields(Retention)} == {
        each.name: str(each.default) for each in fields(Retention)
    }


def test_every_command_of_the_guide_exists():
    known = typer.main.get_command(app).commands
    named = set(re.findall(r"lifecycle ([a-z]+(?:-[a-z]+)*)\b(?! is| of)", re.sub(r"docker compose.*", "", " ".join(code()))))

    assert named <= set(known)


def code() -> list[str]:
    return re.findall(r"`([^`\n]+)`", GUIDE) + re.findall(r"```(?:sh)?\n(.*?)```", GUIDE, re.DOTALL)


def test_every_metric_of_the_guide_is_counted():
    declared = set(re.findall(r"^# TYPE (\S+)", generate_latest(Metrics()._registry).decode(), re.MULTILINE))

    assert set(re.findall(r"`(lifecycle_[a-z_]+)", GUIDE)) <= declared
