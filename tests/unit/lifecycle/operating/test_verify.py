from __future__ import annotations

import json
import shutil

import pytest
from typer.testing import CliRunner

from benchmarks.live_states import Publisher
from features.times import parse_time
from lifecycle.__main__ import app
from lifecycle.database import open_operational
from lifecycle.operating.checks import check_everything
from lifecycle.settings import Settings
from serving.database import writing
from serving.database.audit import AuditEntry, record_in
from serving.database.chain.chaining import chain_all

NOW = parse_time("2026-03-01T09:00:00Z")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Make an installation with something of everything that a tiny one has."""
    folder = tmp_path_factory.mktemp("made")
    settings = Settings(home=folder / "home")
    Publisher(settings.home, folder / "signing.key").publish({"c1": 0.3, "c2": 0.6})
    with open_operational(settings) as engine:
        with writing(engine) as connection:
            record_in(connection, [AuditEntry(NOW, "r1", None, "read", "customer", "s1", 200)])
        chain_all(settings.home, engine)
    return settings.home


@pytest.fixture
def home(made):
    copy = Settings().home
    shutil.copytree(made.root, copy.root, dirs_exist_ok=True)
    return copy


def verified():
    done = CliRunner().invoke(app, ["verify", "--json"])
    found = json.loads(done.stdout)
    return done.exit_code, {part["part"]: part["faults"] for part in found["checked"]}


@pytest.mark.usefixtures("home")
def test_an_installation_that_is_whole_passes():
    code, faults = verified()

    assert code == 0
    assert not any(faults.values())


def test_an_empty_installation_passes():
    assert verified()[0] == 0


@pytest.mark.parametrize(
    ("part", "pattern"),
    [
        ("models", "models/*/golden.json"),
        ("models", "models/*/manifest.json"),
        ("bundles", "bundles/*/manifest.json"),
        ("bundles", "bundles/*/signature"),
        ("predictions", "predictions/*/predictions.npy"),
        ("predictions", "predictions/*/ids.arrow"),
        ("companies", "companies/*.toml"),
        ("live pointer", "live.json"),
        ("audit", "audit-head.json"),
    ],
)
def test_one_flipped_bit_is_found_where_it_is(home, part, pattern):
    path = sorted(home.root.glob(pattern))[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    code, faults = verified()

    assert code == 8
    assert faults[part]


def test_whichever_write_once_file_is_changed_is_named(home):
    whole = [path for folder in ("models", "bundles", "predictions", "companies") for path in (home.root / folder).rglob("*")]
    for path in (one for one in whole if one.is_file()):
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))

        checked = check_everything(Settings())
        path.write_bytes(content)

        named = " ".join(fault for part in checked for fault in part.faults)
        assert (path.stem if path.suffix == ".toml" else path.parent.name) in named


def test_a_ledger_line_that_is_none_is_found(home):
    home.ledger.write_text("{}\n")

    assert verified()[1]["ledger"]
