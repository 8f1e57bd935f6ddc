"""Which tools are there: what is known of a customer, what to offer, what came of it, how stages do. Nothing an admin does."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Annotated, Literal

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from features.errors import LifecycleError
from lifecycle.tools import telling
from lifecycle.tools.asking import Answer, ServiceClient

_ABOUT = (
    "Predictions and decisions about customers. Say warnings and `DEGRADED` to whoever asked. A decision is recorded; tell what "
    "came of it with record_outcome, never before it happened."
)
_LOOKS = ToolAnnotations(read_only_hint=True)
_RECORDS = ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=True)

CustomerId = Annotated[str, Field(description="The company's id of the customer.")]
Outcome = Literal["shown", "skipped", "accepted", "declined", "fulfilled", "reversed"]


def tool_server(client: ServiceClient) -> MCPServer:
    """Return a server whose tools ask this client."""
    server = MCPServer("lifecycle", instructions=_ABOUT, log_level="ERROR")
    _add_looking(server, client)
    _add_recording(server, client)
    return server


def _add_looking(server: MCPServer, client: ServiceClient) -> None:
    @server.tool(annotations=_LOOKS)
    async def customer_summary(customer_id: CustomerId) -> str:
        """Stage, chance to leave with reasons, expected margin and health of one customer, with what is not known."""
        return telling.customer_text(await _answered(client.get("/v1/customers/{}", customer_id)))

    @server.tool(annotations=_LOOKS)
    async def stage_report() -> str:
        """How the stages of the relationship do against their limits, over all customers."""
        return telling.report_text(await _answered(client.get("/v1/reports/stages")))


def _add_recording(server: MCPServer, client: ServiceClient) -> None:
    @server.tool(annotations=_RECORDS)
    async def decide(
        customer_id: CustomerId,
        context: Annotated[str | None, Field(description="The occasion, as the company names it.")] = None,
        agent_id: Annotated[str | None, Field(description="Who will make the offer.")] = None,
    ) -> str:
        """Decide what to offer this customer now, what to say, and why not the other offers; the decision is recorded."""
        body = {"context": context, "agent_id": agent_id}
        return telling.decision_text(await _answered(client.post("/v1/customers/{}/decisions", customer_id, body=body)))

    @server.tool(annotations=_RECORDS)
    async def record_outcome(
        decision_id: Annotated[str, Field(description="The decision, as `decide` named it.")],
        offer_id: Annotated[str, Field(description="One of its offers.")],
        outcome: Outcome,
        reason: Annotated[str | None, Field(description="Why it was skipped, declined or reversed; nothing personal.")] = None,
    ) -> str:
        """Say what became of an offer, once it has happened."""
        body = {"offer_id": offer_id, "outcome": outcome, "reason": reason}
        return telling.outcome_text(await _answered(client.post("/v1/decisions/{}/outcomes", decision_id, body=body)))


async def _answered(asking: Awaitable[Answer]) -> Answer:
    """Wait for an answer; a refusal of the service is an error of the tool, in the service's words."""
    try:
        return await asking
    except LifecycleError as error:
        raise ToolError(str(error)) from None
