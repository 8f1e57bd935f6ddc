"""P10: how long does the service take for the page of a customer, and how heavy is it: a hundred thousand customers, a real log.

The log is that of `benchmarks.features` (ten million uses of 100,000 customers at the full share), the predictions are of every
model with twelve former ones kept. One person who has signed in opens random customers, one after another, each for the first
time, so that nothing is remembered of any. `--keep DIR` keeps what was made, and takes it from there the next time.
"""

from __future__ import annotations

import http.client
import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from benchmarks.features.prepare import fill_log
from benchmarks.goals import Result, arguments, report
from benchmarks.serving.lookups import cpu_seconds
from benchmarks.serving.services import Running, ours
from benchmarks.tiny_shop import orders
from benchmarks.whole_states import UNTIL, whole_models
from features.append_only import append_line
from features.company import Company, default_company_text, read_company, store_company
from features.home import Home
from features.log.intake import Receipt, append
from features.times import WEEK
from models.bundle import (
    Bundle,
    Live,
    create_signing_key,
    export_model,
    open_predictions,
    write_bundle,
    write_live,
    write_predictions,
)
from models.bundle.ledger import LedgerEntry
from serving.database import database_url, open_database
from serving.people.accounts import create_person
from serving.people.sessions import open_session
from training.publishing.publish import publish_predictions
from training.publishing.scene import newest_scene

GOAL_MS, GOAL_KB = 25.0, 150.0
_FORMER_WEEKS = range(4, 52, 4)
_PAGES, _WARM = 1_000, 200  # after so many most row groups of the log have been read once


@dataclass(frozen=True)
class Seen:
    """What opening the pages took: milliseconds each as the browser waits, the service's processor time, and bytes."""

    waits_ms: list[float]
    cpu_ms: float
    page_bytes: int
    file_bytes: int


def main() -> None:
    """Open the pages and print the two lines of P10."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--keep", type=Path, help="folder for the installation, kept for the next run")
    given = parser.parse_args()
    with _folder(given.keep) as folder:
        home, ids = _published(folder, given.share)
        with ours(home, workers=1) as service:
            seen = _opened(service, _cookie(home), ids, pages=max(round(_PAGES * given.share), 100))
    report(_results(seen, customers=len(ids), share=given.share), given.json)


def _results(seen: Seen, *, customers: int, share: float) -> list[Result]:
    p50, p95 = statistics.median(seen.waits_ms), float(np.percentile(seen.waits_ms, 95))
    weight = (seen.page_bytes + seen.file_bytes) / 1000
    data = f"{customers:,} customers, {share * 10_000_000:,.0f} uses, {len(seen.waits_ms)} pages, one caller, SQLite"
    time_figure = f"p50 {p50:.1f} ms, p95 {p95:.1f} ms, processor {seen.cpu_ms:.1f} ms a page"
    weight_figure = f"{weight:.0f} kB (page {seen.page_bytes / 1000:.0f}, styles, script and icon {seen.file_bytes / 1000:.0f})"
    return [
        Result("P10", "agent page, server time", time_figure, f"p50 < {GOAL_MS:g} ms", p50 < GOAL_MS, data),
        Result("P10", "agent page, weight uncompressed", weight_figure, f"< {GOAL_KB:g} kB", weight < GOAL_KB, data),
    ]


def _published(folder: Path, share: float) -> tuple[Home, list[str]]:
    """Make a log and predict everybody in it, unless that was done; return the installation and everybody's ids."""
    home = Home(folder / "home")
    if not home.live.exists():
        fill_log(home.root, share)
        company = read_company(default_company_text("default"))
        store_company(home, company)
        names = _models(Home(folder / "small"), home, company)
        bundle = Bundle(write_bundle(home, names, signer=create_signing_key(folder / "signing.key", home)), names)
        live = publish_predictions(home, bundle, scene=newest_scene(home, company))
        _keep_former(home, live)
        write_live(home, live)
    live = msgspec.json.decode(home.live.read_bytes(), type=Live)
    return home, open_predictions(home, str(live.predictions), verify=False).ids.ids.to_pylist()


def _models(small: Home, home: Home, company: Company) -> dict[str, str]:
    """Fit a model for each question on a small shop, and store them where they are to serve."""
    observed = {"purchases": UNTIL, "customers": UNTIL}
    append(small, orders(until=UNTIL), receipt=Receipt(received_at=UNTIL, known_at="given", observed_until=observed))
    store_company(small, company)
    models = whole_models(small, newest_scene(small, company))
    return {question: export_model(home, model, provenance={}) for question, model in models.items()}


def _keep_former(home: Home, live: Live) -> None:
    """Keep predictions of former months, as an installation does that predicts and prunes: here of the chance to leave alone."""
    now = open_predictions(home, str(live.predictions), verify=False)
    churn = {name: np.array(now.column(name)) for name in now.columns if re.fullmatch(r"churn_\d+", name)}
    for weeks in _FORMER_WEEKS:
        origin = replace(now.origin, as_of=now.origin.as_of - weeks * WEEK)
        former = write_predictions(home, origin=origin, ids=now.ids.ids, columns=churn)
        entry = LedgerEntry(origin.as_of, "score", replace(live, predictions=former), {})
        append_line(home.ledger, msgspec.json.encode(entry))


def _cookie(home: Home) -> str:
    engine = open_database(database_url(home))
    now = time.time_ns() // 1000
    person = create_person(engine, name=f"agent{now}", role="agent", password="a long enough one", created_at=now)  # noqa: S106
    secret = open_session(engine, person, now=now, request_id="r1").secret
    engine.dispose()
    return f"lifecycle_session={secret}"


def _opened(service: Running, cookie: str, ids: list[str], *, pages: int) -> Seen:
    drawn = random.Random(0).sample(ids, pages + _WARM)  # noqa: S311 (whom to look at)
    browser = http.client.HTTPConnection("127.0.0.1", service.port)
    for customer_id in drawn[:_WARM]:
        _page(browser, f"/page/customers/{customer_id}", cookie)
    web = _web_process(service)
    waits, weights, began = [], [], cpu_seconds(web)
    for customer_id in drawn[_WARM:]:
        asked = time.perf_counter()
        content = _page(browser, f"/page/customers/{customer_id}", cookie)
        waits.append(1000 * (time.perf_counter() - asked))
        weights.append(len(content))
    cpu_ms = 1000 * (cpu_seconds(web) - began) / pages
    files = set(re.findall(rb'(?:href|src)="(/page/static/[^"]+)"', content))
    return Seen(waits, cpu_ms, max(weights), sum(len(_page(browser, file.decode(), cookie)) for file in files))


def _web_process(service: Running) -> int:
    """Return the process that answers; beside it one drains decisions into the log, which no page waits for."""
    children = Path(f"/proc/{service.process}/task/{service.process}/children").read_text().split()
    named = {child: Path(f"/proc/{child}/cmdline").read_bytes() for child in children}
    return next((int(child) for child, command in named.items() if b"serving.worker" in command), service.process)


def _page(browser: http.client.HTTPConnection, path: str, cookie: str) -> bytes:
    browser.request("GET", path, headers={"Cookie": cookie})
    answer = browser.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"needed {path} answered, found {answer.status}: {content[:300]!r}")
    return content


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


if __name__ == "__main__":
    main()
