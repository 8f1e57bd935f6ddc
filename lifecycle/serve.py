"""The commands of the service: answer over HTTP, do the background work, and say who may ask."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lifecycle.console import JsonFlag, emit
from lifecycle.database import open_operational, operational_url

if TYPE_CHECKING:
    from lifecycle.settings import Settings
    from serving.settings import ServiceSettings

_KeyId = Annotated[str, typer.Argument(help="Id of the key, as `lifecycle keys list` shows it.")]
_Scopes = Annotated[list[str], typer.Option("--scope", help="read, decide, ingest or admin; may be repeated.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command()(serve)
    app.command()(work)
    keys = typer.Typer(help="Who may ask: API keys, shown once and stored as a hash.", no_args_is_help=True)
    keys.command("create")(create)
    keys.command("list")(list_all)
    keys.command("rotate")(rotate)
    keys.command("revoke")(revoke)
    keys.command("limit")(limit)
    keys.command("expire")(expire)
    app.add_typer(keys, name="keys")


def serve(
    workers: Annotated[int, typer.Option(min=1, max=64, help="Web processes; all answer on one port.")] = 1,
    host: Annotated[str | None, typer.Option(help="Address to listen on; default from the settings.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = None,
    background: Annotated[
        bool, typer.Option(help="Beside them, one process of the background work; --no-background where `work` runs elsewhere.")
    ] = True,
    as_json: JsonFlag = False,
) -> None:
    """Serve predictions over HTTP until Ctrl-C or SIGTERM, then drain and end."""
    from lifecycle.settings import Settings
    from serving import server
    from serving.page.frame.origins import Origins

    settings = Settings()
    Origins(settings.public_url, settings.embed_origins)
    listener = server.listen(settings.host if host is None else host, settings.port if port is None else port)
    url = server.address(listener)

    def check() -> None:
        _check_installation(settings)
        page = f"{settings.public_url.rstrip('/') or url}/page/"
        told = f"serving at {url} with {workers} worker(s), the agent page at {page}; Ctrl-C ends"
        emit({"url": url, "page": page, "workers": workers}, told, as_json=as_json)

    server.serve(service_settings(settings), listener, workers=workers, has_background=background, check=check)


def _check_installation(settings: Settings) -> None:
    """Open what the workers will open: what is wrong is said here once, not by each of them again and again."""
    from features.subjects import installation_secret
    from serving.deciding.secrets import draw_secrets

    with open_operational(settings):
        installation_secret(settings.home)
        draw_secrets(settings.home)


def work(as_json: JsonFlag = False) -> None:
    """Do the background work until Ctrl-C or SIGTERM; of all who run it, on any number of hosts, one leads, the others wait."""
    from lifecycle.settings import Settings
    from serving.background.worker import work_until_told

    settings = Settings()
    with open_operational(settings):
        emit({"working": True}, "doing the background work whenever this process leads; Ctrl-C ends", as_json=as_json)
    work_until_told(service_settings(settings))


def create(
    name: Annotated[str, typer.Option(help="Who will use the key.")],
    scope: _Scopes,
    requests_per_minute: Annotated[int | None, typer.Option(min=1, help="Its own limit; default from the settings.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Make a key and show it, once."""
    from lifecycle.settings import Settings
    from serving.database import keys

    with open_operational(Settings()) as engine:
        made = keys.create_key(engine, name=name, scopes=scope, created_at=_now())
        keys.limit_requests(engine, made.id, requests_per_minute=requests_per_minute)
    _show_secret({"id": made.id, "name": name, "scopes": sorted(set(scope)), "secret": made.secret}, as_json=as_json)


def list_all(as_json: JsonFlag = False) -> None:
    """List every key, without its secret."""
    from lifecycle.settings import Settings
    from serving.database import keys

    with open_operational(Settings()) as engine:
        found = [_shown(asdict(key)) for key in keys.list_keys(engine)]
    lines = [
        f"{key['id']}  {_standing(key):10}  {' '.join(key['scopes']):20}  {_pace(key):>12}  {_last_use(key):32}  {key['name']}"
        for key in found
    ]
    emit({"keys": found}, "\n".join(lines) or "no keys; `lifecycle keys create` makes one", as_json=as_json)


def rotate(
    key_id: _KeyId,
    overlap_hours: Annotated[float, typer.Option(min=0, help="How long the secret before it keeps working.")] = 24.0,
    as_json: JsonFlag = False,
) -> None:
    """Give a key a new secret and show it, once; the one before it works on for a day."""
    from features.times import HOUR
    from lifecycle.settings import Settings
    from serving.database import keys

    with open_operational(Settings()) as engine:
        made = keys.rotate_key(engine, key_id, now=_now(), overlap=int(overlap_hours * HOUR))
    _show_secret({"id": made.id, "overlap_hours": overlap_hours, "secret": made.secret}, as_json=as_json)


def revoke(key_id: _KeyId, as_json: JsonFlag = False) -> None:
    """End a key for good, within five seconds in every process."""
    from lifecycle.settings import Settings
    from serving.database import keys

    with open_operational(Settings()) as engine:
        keys.revoke_key(engine, key_id, now=_now())
    emit({"id": key_id, "revoked": True}, f"{key_id} is revoked; running services refuse it within five seconds", as_json=as_json)


def limit(
    key_id: _KeyId,
    requests_per_minute: Annotated[
        int | None, typer.Argument(min=1, help="Requests a minute; none: as the settings say.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Set how many requests a minute a key may make, in all web processes together; heeded within five seconds."""
    from lifecycle.settings import Settings
    from serving.database import keys

    with open_operational(Settings()) as engine:
        keys.limit_requests(engine, key_id, requests_per_minute=requests_per_minute)
    told = "as many requests a minute as the settings allow" if requests_per_minute is None else f"{requests_per_minute} a minute"
    emit({"id": key_id, "requests_per_minute": requests_per_minute}, f"{key_id} may make {told}", as_json=as_json)


def expire(
    key_id: _KeyId,
    moment: Annotated[str | None, typer.Argument(help="When it ends, like 2027-01-01T00:00:00Z; none: it does not.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Set when a key ends, whichever secret is presented; a moment that is past ends it within five seconds."""
    from features.times import format_time, parse_time
    from lifecycle.settings import Settings
    from serving.database import keys

    ends = None if moment is None else parse_time(moment)
    with open_operational(Settings()) as engine:
        keys.set_expiry(engine, key_id, expires_at=ends)
    at = None if ends is None else format_time(ends)
    emit(
        {"id": key_id, "expires_at": at}, f"{key_id} does not expire" if at is None else f"{key_id} ends at {at}", as_json=as_json
    )


def service_settings(settings: Settings) -> ServiceSettings:
    """Return what each web process is told, from the settings of the installation."""
    from features.home import Home
    from serving.settings import ServiceSettings

    home = Home(settings.home.root.absolute())
    return ServiceSettings(
        home=home,
        database_url=operational_url(settings),
        drain_seconds=settings.drain_seconds,
        admission_limit=settings.admission_limit,
        body_limit_bytes=settings.body_limit_bytes,
        requests_per_minute=settings.requests_per_minute,
        webhook_private_addresses=settings.webhook_private_addresses,
        public_url=settings.public_url,
        embed_origins=settings.embed_origins,
        logs_requests=True,
        retention=settings.retention,
    )


def _show_secret(made: dict[str, Any], *, as_json: bool) -> None:
    text = (
        f"{made['secret']}\n\nThis is the only time it is shown. Use it as `Authorization: Bearer <key>`; its id is {made['id']}."
    )
    emit(made, text, as_json=as_json)


def _shown(key: dict[str, Any]) -> dict[str, Any]:
    from features.times import format_time

    return {name: format_time(value) if name.endswith("_at") and value is not None else value for name, value in key.items()}


def _pace(key: dict[str, Any]) -> str:
    own = key["requests_per_minute"]
    return "as set" if own is None else f"{own}/min"


def _last_use(key: dict[str, Any]) -> str:
    return f"used {key['last_used_at']}" if key["last_used_at"] else "not used yet"


def _standing(key: dict[str, Any]) -> str:
    from features.times import parse_time

    if key["revoked_at"]:
        return "revoked"
    return "expired" if key["expires_at"] and parse_time(key["expires_at"]) <= _now() else "in force"


def _now() -> int:
    return time.time_ns() // 1000
