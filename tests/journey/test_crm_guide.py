"""The guide for CRM developers, done as it stands: a real service, and five CRMs that refuse what is not shaped as documented."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from benchmarks.api_service import CUSTOMERS, running_service
from serving.crm.mapping import crm_mapping

pytestmark = pytest.mark.needs("curl")

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "crm-guide.md"
TOKEN = "token-of-the-crm"


class NotAsDocumented(Exception):
    """A request that the CRM's documentation does not allow."""


@dataclass
class Crms:
    """Five CRMs on one port: what each was told, by customer."""

    told: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    states: list[str] = field(default_factory=list)

    def keep(self, crm: str, customer_id: str, fields: dict[str, Any]) -> None:
        self.told.setdefault(crm, {})[customer_id] = fields


def needs(condition: object, what: str) -> None:
    if not condition:
        raise NotAsDocumented(what)


def salesforce(crms: Crms, request: Request) -> tuple[int, Any]:
    needs(request.headers["Authorization"] == f"Bearer {TOKEN}", "a bearer token")
    if request.method == "POST":
        job = json.loads(request.content)
        needs(job["operation"] == "upsert" and job["externalIdFieldName"], "an external id for upsert")
        needs((job["contentType"], job["lineEnding"]) == ("CSV", "LF"), "CSV with line feeds")
        return 200, {"id": "7505e000001", "state": "Open", "contentUrl": "services/data/v62.0/jobs/ingest/7505e000001/batches"}
    needs("/jobs/ingest/7505e000001" in request.path, "the job's own address")
    if request.method == "PUT":
        needs(request.headers["Content-Type"] == "text/csv" and len(request.content) <= 150_000_000, "text/csv up to 150 MB")
        needs(b"\r" not in request.content, "line feeds alone")
        for row in csv.DictReader(io.StringIO(request.content.decode())):
            crms.keep("salesforce", row.pop("Lifecycle_Id__c"), row)
        return 201, None
    crms.states.append("JobComplete" if request.method == "GET" else json.loads(request.content)["state"])
    return 200, {"id": "7505e000001", "state": crms.states[-1], "numberRecordsFailed": 0}


def hubspot(crms: Crms, request: Request) -> tuple[int, Any]:
    needs(request.method == "POST" and request.headers["Authorization"] == f"Bearer {TOKEN}", "a POST with a token")
    inputs = json.loads(request.content)["inputs"]
    needs(0 < len(inputs) <= 100, "1 to 100 inputs")
    for each in inputs:
        needs(set(each) == {"idProperty", "id", "properties"}, "id, idProperty and properties")
        needs(all(isinstance(value, str) for value in each["properties"].values()), "texts as values")
        crms.keep("hubspot", each["id"], each["properties"])
    return 200, {"status": "COMPLETE", "results": []}


def dynamics(crms: Crms, request: Request) -> tuple[int, Any]:
    needs(request.headers["OData-Version"] == "4.0" and request.headers["If-None-Match"] == "null", "OData headers")
    for each in json.loads(request.content)["Targets"]:
        needs(each.pop("@odata.type") == "Microsoft.Dynamics.CRM.account", "a type with each target")
        found = re.fullmatch(r"accounts\(new_lifecycleid='([^']+)'\)", each.pop("@odata.id"))
        needs(found, "an alternate key with each target")
        assert found is not None
        crms.keep("dynamics", found.group(1), each)
    return 204, None


def odoo(crms: Crms, request: Request) -> tuple[int, Any]:
    needs(request.headers["Authorization"] == f"bearer {TOKEN}", "a bearer key")
    body = json.loads(request.content)
    needs(set(body) == {"fields", "data"} and "id" in body["fields"], "named arguments with an external id")
    for row in body["data"]:
        needs(len(row) == len(body["fields"]) and all(isinstance(value, str) for value in row), "a table of texts")
        known = dict(zip(body["fields"], row, strict=True))
        crms.keep("odoo", known.pop("id").removeprefix("lifecycle."), known)
    return 200, {"ids": list(range(len(body["data"]))), "messages": []}


def espocrm(crms: Crms, request: Request) -> tuple[int, Any]:
    needs(request.method == "PUT" and request.headers["X-Api-Key"] == TOKEN, "a PUT with an API key")
    body = json.loads(request.content)
    needs(body.pop("id") == request.path.rpartition("/")[2], "the record's own address")
    crms.keep("espocrm", request.path.rpartition("/")[2], body)
    return 200, body


CRMS: dict[str, Callable[[Crms, Request], tuple[int, Any]]] = {
    "/services/data/v62.0/jobs/ingest": salesforce,
    "/crm/objects/2026-03/contacts/batch/upsert": hubspot,
    "/api/data/v9.2/accounts/Microsoft.Dynamics.CRM.UpsertMultiple": dynamics,
    "/json/2/res.partner/load": odoo,
    "/api/v1/Account/": espocrm,
}


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Any
    content: bytes


@pytest.fixture
def crms() -> Iterator[tuple[str, Crms]]:
    found = Crms()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request(self.command, self.path, self.headers, content)
            try:
                answer = next(answer for start, answer in CRMS.items() if self.path.startswith(start))
                status, body = answer(found, request)
            except (NotAsDocumented, StopIteration, ValueError, KeyError) as fault:
                found.faults.append(f"{self.command} {self.path}: {fault!r}")
                status, body = 400, None
            self.send_response(status)
            written = b"" if body is None else json.dumps(body).encode()
            if status != 204:
                self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        do_GET = do_POST = do_PUT = do_PATCH = answer  # noqa: N815 (names of http.server)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", found
        server.shutdown()
        thread.join()


def environment(crm_url: str, service_url: str, home: Path) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    urls = {f"{name}_URL": crm_url for name in ("SALESFORCE", "HUBSPOT", "DATAVERSE", "ODOO", "ESPOCRM")}
    tokens = dict.fromkeys(("SALESFORCE_TOKEN", "HUBSPOT_TOKEN", "DATAVERSE_TOKEN", "ODOO_KEY", "ESPOCRM_KEY"), TOKEN)
    return {**os.environ, **urls, **tokens, "PATH": path, "LIFECYCLE_URL": service_url, "LIFECYCLE_HOME": str(home)}


def test_the_guide_connects_five_crms(crms, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("serving.live.state.trial_load", lambda *_, **__: None)
    crm_url, fakes = crms
    blocks = re.findall(r"```sh\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)

    with running_service(tmp_path) as service:
        given = environment(crm_url, service.url, service.home.root)
        command = ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)]
        done = subprocess.run(command, cwd=tmp_path, env=given, capture_output=True, text=True, check=False, timeout=300)

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\n{fakes.faults}"
    assert fakes.faults == []
    assert '"scopes":["decide","read"]' in done.stdout
    assert '"state":"shown"' in done.stdout
    assert fakes.states == ["UploadComplete", "JobComplete"]
    assert set(fakes.told) == {"salesforce", "hubspot", "dynamics", "odoo", "espocrm"}
    for crm, told in fakes.told.items():
        assert set(told) == set(CUSTOMERS), crm
        known = {field.name: field for field in crm_mapping(crm).fields}
        assert set(told["c1"]) == set(known), crm
        chance = next(name for name, field in known.items() if field.column == "churn_probability")
        assert float(told["c1"][chance]) == pytest.approx(0.3 * known[chance].scale), crm
        assert told["c2"][chance] in ("", "#N/A", None), "who is not at risk has no figure, and no old one either"
