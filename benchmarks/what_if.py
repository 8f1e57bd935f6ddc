"""P5: a full record predicted by `what-if`, beside `mlflow models serve` of the same churn model: both as an operator runs them.

One process each, the same numbers of the same customer, the same answer asked for (the chances to leave); ours looks the key and
the customer up, checks every number against its declaration and leaves an entry in the audit. `wrk` asks, in turns.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.asking import service
from benchmarks.goals import Result, arguments, report
from benchmarks.live_states import AS_OF, SNAPSHOT
from benchmarks.records import full_record
from features.company import Company, default_company_text, read_company, store_company
from features.home import Home
from models.assembly import People, PopulationReferences
from models.bundle import (
    Beside,
    Live,
    PredictionsOrigin,
    create_signing_key,
    export_model,
    write_bundle,
    write_live,
    write_predictions,
)
from models.churn import ChurnModel, ChurnRecipe, fit_churn
from models.examples import Examples
from serving.database import database_url, open_database
from serving.database.keys import create_key

CONNECTIONS = 4
_GOAL = 10.0
_CUSTOMERS = 3_000
_PATIENCE_SECONDS = 300.0
_MEMBERS = (("boosting", 0.5), ("logistic", 0.3), ("mbg_nbd", 0.2))


@dataclass(frozen=True)
class Asked:
    """One server and what it is asked: path, headers and body of a POST."""

    port: int
    path: str
    headers: Mapping[str, str]
    body: str


def main() -> None:
    """Measure and report."""
    options = arguments(__doc__ or "").parse_args()
    seconds = max(2, round(10 * options.share))
    with tempfile.TemporaryDirectory() as name:
        rates = measured(Path(name), rounds=5, seconds=seconds)
    report([result(rates, seconds)], options.json)


def result(rates: list[tuple[float, float]], seconds: int) -> Result:
    """Return the line of the goal, from the rates of ours and theirs."""
    ours, theirs = (statistics.median(each) for each in zip(*rates, strict=True))
    ratio = statistics.median(own / other for own, other in rates)
    figure = f"{ratio:.1f}x ({ours:.0f}/s against {theirs:.0f}/s)"
    data = f"one churn model of three members and three horizons, 5 rounds of {seconds} s in turns, {CONNECTIONS} connections"
    return Result("P5", "full-record what-if beside mlflow models serve", figure, f">= {_GOAL:g}x", ratio >= _GOAL, data)


def measured(folder: Path, *, rounds: int, seconds: int) -> list[tuple[float, float]]:
    """Return how many answers a second each server gave, round by round."""
    home, secret, company = _prepared(folder)
    record = full_record(company.catalogue, step=7.0)
    with service(_environment(home), workers=1) as port, _mlflow(folder, home) as mlflow_port:
        body = json.dumps({"features": record, "parts": ["churn"]})
        ours = Asked(port, "/v1/customers/c1/what-if", {"Authorization": f"Bearer {secret}"}, body)
        split = {"columns": list(record), "data": [list(record.values())]}
        theirs = Asked(mlflow_port, "/invocations", {}, json.dumps({"dataframe_split": split}))
        _refuse_different_answers(ours, theirs)
        return [(_rate(ours, folder, seconds), _rate(theirs, folder, seconds)) for _ in range(rounds)]


def _refuse_different_answers(ours: Asked, theirs: Asked) -> None:
    own, other = _answer(ours)["churn"]["horizons"], _answer(theirs)["predictions"][0]
    if any(abs(each["probability"] - other[f"churn_{each['days']}"]) > 1e-9 for each in own):
        raise RuntimeError(f"the two give different answers: {own} and {other}")


def _answer(asked: Asked) -> dict[str, object]:
    url, headers = f"http://127.0.0.1:{asked.port}{asked.path}", {**asked.headers, "Content-Type": "application/json"}
    request = urllib.request.Request(url, asked.body.encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310
            found: dict[str, object] = json.loads(answer.read())
    except urllib.error.HTTPError as refusal:
        if refusal.code != HTTPStatus.SERVICE_UNAVAILABLE:
            raise
        time.sleep(float(refusal.headers["Retry-After"]))  # the models are being loaded
        return _answer(asked)
    return found


def _rate(asked: Asked, folder: Path, seconds: int) -> float:
    lines = ['wrk.method = "POST"', f"wrk.body = {json.dumps(asked.body)}"]
    headers = {"Content-Type": "application/json", **asked.headers}
    lines += [f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}" for name, value in headers.items()]
    script = folder / "post.lua"
    script.write_text("\n".join(lines))
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(script)]
    told = subprocess.run(
        [*command, f"http://127.0.0.1:{asked.port}{asked.path}"], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in told:
        raise RuntimeError(f"needed answers, found refusals: {told}")
    return float(re.findall(r"Requests/sec:\s+([0-9.]+)", told)[0])


@contextmanager
def _mlflow(folder: Path, home: Home) -> Iterator[int]:
    """Serve the churn model as MLflow serves a logged one; give the port once it answers."""
    path, port = folder / "logged", _free_port()
    (sha,) = (each.name for each in home.models.iterdir() if not each.name.startswith("."))
    _log(path, home, sha)
    command = [sys.executable, "-m", "mlflow", "models", "serve", "-m", str(path), "-p", str(port), "--env-manager", "local"]
    with (
        (folder / "mlflow.log").open("w") as log,
        subprocess.Popen(command, stdout=log, stderr=log, env=_beside_python()) as process,
    ):
        try:
            _wait_until_it_answers(port, process)
            yield port
        finally:
            process.terminate()


def _beside_python() -> dict[str, str]:
    # MLflow starts its server by name, in a shell.
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


def _log(path: Path, home: Home, sha: str) -> None:
    from mlflow import pyfunc

    data = path.parent / "data"
    shutil.copytree(home.models / sha, data / "models" / sha)
    pyfunc.save_model(str(path), loader_module="training.tracking.loader", data_path=str(data), pip_requirements=[])


def _wait_until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(f"MLflow did not answer within {_PATIENCE_SECONDS:g} s")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _environment(home: Home) -> dict[str, str]:
    return {**os.environ, "LIFECYCLE_HOME": str(home.root)}


def _prepared(folder: Path) -> tuple[Home, str, Company]:
    """Publish a churn model of the shipped kind, and the predictions of a few customers."""
    home, company = Home(folder / "home"), read_company(default_company_text("activity"))
    store_company(home, company)
    model = _fitted(company)
    sha = export_model(home, model, provenance={})
    bundle = write_bundle(home, {"churn": sha}, signer=create_signing_key(folder / "signing.key", home))
    rows = np.ones((3, len(company.catalogue.names)), np.float32)
    people = People(company, AS_OF, company.catalogue.names, rows, np.ones(3, np.bool_))
    origin = PredictionsOrigin(SNAPSHOT, AS_OF, company.catalogue.signature, bundle, company.sha256)
    columns, ids = model.score(rows, names=company.catalogue.names), pa.array(["c1", "c2", "c3"])
    beside = Beside(references=PopulationReferences.fit(people, columns))
    predictions = write_predictions(home, origin=origin, ids=ids, columns=columns, beside=beside)
    write_live(home, Live(bundle, company.sha256, SNAPSHOT, predictions))
    engine = open_database(database_url(home))
    secret = create_key(engine, name="bench", scopes=["read"], created_at=time.time_ns() // 1000).secret
    engine.dispose()
    return home, secret, company


def _fitted(company: Company) -> ChurnModel:
    names, days, random = company.catalogue.names, company.horizons_days, np.random.default_rng(0)
    rows = random.gamma(1.0, 20.0, (_CUSTOMERS, len(names))).astype(np.float32)
    rows[random.random(rows.shape) < 0.1] = np.nan
    left = (random.random((_CUSTOMERS, len(days))) < 0.3).astype(np.float64)
    codes, moments = np.arange(_CUSTOMERS, dtype=np.int32), np.full(_CUSTOMERS, AS_OF, np.int64)
    examples = Examples(rows, names, left, codes, moments, company.catalogue.signature)
    return fit_churn(examples, recipe=ChurnRecipe("blend", _MEMBERS, "activity", tuple(days)), seed=0)


if __name__ == "__main__":
    main()
