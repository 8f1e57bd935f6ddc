"""How long does the server take for the work list and a search among very many customers, and how heavy is the page.

`python -m benchmarks.work_list --customers 100000`: predictions of random chances to leave, a name for everybody, a signed-in
agent; each page is asked for through the whole service, from cookie to HTML, in one process without a network.
"""

from __future__ import annotations

import argparse
import html
import re
import secrets
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
from starlette.testclient import TestClient

from benchmarks.deciding_states import company_with, decidable
from benchmarks.live_states import AS_OF, Publisher
from features.home import Home
from features.times import HOUR
from serving.app import create_app
from serving.names.stored import ToldNames, publish_names
from serving.people.accounts import create_person
from serving.people.sessions import open_session
from serving.settings import ServiceSettings

_ASKED = {
    "the first page": "/page/",
    "a filter": "/page/?band=medium",
    "a search by name": "/page/?q=ana+sil",
    "a search by id": "/page/?q=c00001",
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--pages", type=int, default=200)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        publisher = Publisher(Home(Path(folder) / "home"), Path(folder) / "key")
        _publish(publisher, customers=options.customers)
        with TestClient(create_app(ServiceSettings(publisher.home), clock=lambda: AS_OF + HOUR)) as client:
            _sign_in(client)
            for kind, path in (_ASKED | {"the tenth page": _tenth(client)}).items():
                _measure(client, kind, path, count=options.pages)


def _measure(client: TestClient, kind: str, path: str, *, count: int) -> None:
    seconds, size = [], 0
    for _ in range(count):
        began = time.perf_counter()
        answer = client.get(path)
        seconds.append(time.perf_counter() - began)
        size = len(answer.raise_for_status().content)
    print(f"{kind}: p50 {np.median(seconds) * 1e3:.1f} ms, p99 {np.quantile(seconds, 0.99) * 1e3:.1f} ms, {size / 1000:.0f} kB")


def _tenth(client: TestClient) -> str:
    path = "/page/"
    for _ in range(9):
        found = re.search(r'rel="next" href="([^"]+)"', client.get(path).text)
        path = html.unescape(found[1]) if found else path
    return path


def _sign_in(client: TestClient) -> None:
    service = client.app.state.service  # type: ignore[attr-defined]
    person = create_person(service.engine, name="ana", role="agent", password=secrets.token_hex(8), created_at=AS_OF)
    client.cookies.set(
        service.origins.cookie_name, open_session(service.engine, person, now=AS_OF + HOUR, request_id="r1").secret
    )


def _publish(publisher: Publisher, *, customers: int) -> None:
    random = np.random.default_rng(7)
    ids = [f"c{number:07d}" for number in range(customers)]
    chances = dict(zip(ids, random.beta(1, 9, customers).tolist(), strict=True))
    publisher.point_to(publisher.store(chances, company_text=company_with(10), beside=decidable()))
    first, last = ["Ana", "José", "Łucja", "Zoë", "Maria"], ["Silva", "Kowalski", "Müller", "Nowak", "Souza"]
    names = [f"{first[one]} {last[other]}" for one, other in random.integers(5, size=(customers, 2)).tolist()]
    publish_names(publisher.home, ToldNames(pa.array(ids), pa.array(names)), customers="benchmark")


if __name__ == "__main__":
    main()
