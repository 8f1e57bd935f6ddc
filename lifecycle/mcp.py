"""How does a language model reach the service: `lifecycle mcp` speaks the Model Context Protocol on its input and output."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from features.errors import InvalidInput, Unavailable

if TYPE_CHECKING:
    from lifecycle.tools.asking import ServiceClient

_KEY = "LIFECYCLE_API_KEY"
_URL = "LIFECYCLE_API_URL"


class McpMissing(Unavailable):
    """The package that speaks the protocol is not installed."""


class ApiKeyMissing(InvalidInput):
    """No key to ask the service with."""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(mcp)


def mcp(
    url: Annotated[str, typer.Option(envvar=_URL, help="Where the service answers.")] = "http://127.0.0.1:8000",
) -> None:
    """Offer customer_summary, decide, record_outcome and stage_report to a language model; the key is LIFECYCLE_API_KEY."""
    key = os.environ.get(_KEY)
    if not key:
        raise ApiKeyMissing(
            f"needed a key in {_KEY}, found none; `lifecycle keys create --name assistant --scope read --scope decide` makes one"
        )
    if find_spec("mcp") is None:
        raise McpMissing("needed the package `mcp`, found none; install it with `pip install 'lifecycle[mcp]'`")
    import anyio

    from lifecycle.tools.asking import ServiceClient

    anyio.run(_serve, ServiceClient.at(url, key))


async def _serve(client: ServiceClient) -> None:
    from lifecycle.tools.server import tool_server

    async with client.http:
        await client.refuse_strong_key()
        await tool_server(client).run_stdio_async()
