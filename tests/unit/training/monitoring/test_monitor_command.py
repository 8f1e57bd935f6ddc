"""That the command tells people and schedulers alike: text or JSON on stdout, exit code 9 where somebody must look."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from features.times import format_time
from lifecycle import monitor
from lifecycle.__main__ import EXIT_CODES
from lifecycle.monitor import SomebodyMustLook
from training.monitoring import monitor as watching
from training.monitoring.monitor import Seen


@pytest.fixture
def run(lived_shop: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("LIFECYCLE_HOME", str(lived_shop.home.root))

    def invoked(*arguments: str) -> Result:
        app = typer.Typer()
        monitor.register(app)
        return CliRunner().invoke(app, ["--as-of", format_time(lived_shop.months[-1]), *arguments])

    return invoked


@pytest.fixture
def nothing_moved_or_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look away from what is odd in the shop: nobody new since May, and lifetime counts that grow."""
    for look in ("_features", "_feeds"):
        monkeypatch.setattr(watching, look, lambda *_: Seen())


@pytest.mark.usefixtures("nothing_moved_or_stopped")
def test_where_no_alarm_is_found_the_command_ends_well(run: Any) -> None:
    done = run()

    assert (done.exit_code, "Nobody must look" in done.stdout) == (0, True)


def test_an_alarm_ends_with_the_documented_code_after_the_result_is_out(run: Any, lived_shop: Any) -> None:
    (lived_shop.home.predictions / live_predictions(lived_shop) / "predictions.npy").write_bytes(b"something else")

    done = run("--json")

    told = json.loads(done.stdout)
    assert told["findings"][0]["level"] == "alarm"
    assert isinstance(done.exception, SomebodyMustLook)
    assert re.search(rf"\b{done.exception.exit_code} done, and somebody must look", EXIT_CODES)


def test_the_page_shows_what_the_report_says(run: Any, lived_shop: Any) -> None:
    run()

    page = (lived_shop.home.reports / "monitor.html").read_text()
    kept = json.loads((lived_shop.home.reports / "monitor.json").read_bytes())
    assert page.count("<svg") >= 4
    assert all(finding["advice"].split("`")[0] in page for finding in kept["findings"])
    assert (lived_shop.home.reports / "monitor" / "columns.csv").exists()


def live_predictions(shop: Any) -> str:
    pointer: dict[str, str] = json.loads(shop.home.live.read_bytes())
    return pointer["predictions"]
