"""Is the process alive, is it ready, and what has it counted: for balancers and monitoring, without asking anything slow."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from starlette.responses import Response

from features.times import format_time
from serving.background.standing import tell_metrics
from serving.door.access import ANYBODY, READ, access
from serving.door.media import JSON
from serving.door.route import Call
from serving.service import Service
from serving.vitals.metrics import CONTENT_TYPE


@access(ANYBODY)
async def livez(call: Call) -> Response:
    """Say that the process runs, whatever it has to answer with."""
    del call
    return Response(b'{"status":"alive"}', media_type=JSON)


@access(ANYBODY)
async def readyz(call: Call) -> Response:
    """Say whether questions are answered, from which versions, and why not or why only from older ones."""
    body = readiness(call.service)
    return Response(msgspec.json.encode(body), status_code=200 if body["status"] == "ready" else 503, media_type=JSON)


@access(READ)
async def metrics(call: Call) -> Response:
    """Return the counters of every process of this service in Prometheus' text format."""
    service = call.service
    await asyncio.to_thread(tell_metrics, service.metrics, service.engine, now=service.clock())
    return Response(call.service.metrics.page(), headers={"content-type": CONTENT_TYPE})


def readiness(service: Service) -> dict[str, Any]:
    """Return the body of /readyz: ready only with a verified state, a database that answers, and no end in sight."""
    now = service.live.in_service()
    body: dict[str, Any] = {"status": "ready", "degraded": now.trouble is not None}
    if now.trouble is not None:
        # Anybody may ask, so the folder of the installation is not said.
        body["reason"] = now.trouble.replace(str(service.settings.home.root), "")
    if now.state is not None:
        body |= {"as_of": format_time(now.state.as_of), "versions": now.state.versions}
    if now.state is None:
        body["status"] = "not_ready"
    if service.pulse.trouble is not None:
        body |= {"status": "not_ready", "reason": service.pulse.trouble}
    if service.drain.begun:
        body |= {"status": "draining", "reason": "the process is about to end"}
    return body
