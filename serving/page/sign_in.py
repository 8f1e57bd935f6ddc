"""Signing in and out: a name and a password for a session, always a new one; and the language the page is read in."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import Query
from starlette.responses import RedirectResponse, Response

from features.times import SECOND
from serving.door.access import ANYBODY, EVERYONE, Access, access
from serving.door.route import Call
from serving.page.frame.forms import form_of
from serving.page.frame.route import SIGN_IN
from serving.page.frame.shell import LANGUAGE_COOKIE, page
from serving.page.frame.wording import NAMES
from serving.page.work.trail import LONGEST_TRAIL
from serving.page.work_list import WORK_LIST as HOME
from serving.people.accounts import choose_language
from serving.people.recognition import recognised
from serving.people.sessions import LONGEST, close_session, open_session

SIGN_OUT = "/page/sign-out"
LANGUAGE = "/page/language"

_YEAR_SECONDS = 365 * 86_400
_SIGNED_IN = Access("read", EVERYONE)

NextQuery = Annotated[str, Query(max_length=LONGEST_TRAIL + 1000)]
SaidQuery = Annotated[str, Query(max_length=20)]


@access(ANYBODY)
async def start_page(call: Call) -> Response:
    """Lead to the page."""
    del call
    return RedirectResponse(HOME, 303)


@access(ANYBODY)
async def sign_in_page(call: Call, next: NextQuery = HOME, said: SaidQuery = "") -> Response:
    """Ask for name and password."""
    return page(call, "sign_in.html", next=ours(next), said=said, name="")


@access(ANYBODY)
async def sign_in(call: Call) -> Response:
    """Open a session for whoever is recognised; all others are told the same."""
    call.signed_in = None  # who signs in again gets a new session, whatever the browser still holds
    fields = await form_of(call)
    name, password, after = fields.get("name", ""), fields.get("password", ""), ours(fields.get("next", HOME))
    service, now, request_id = call.service, call.service.clock(), call.exchange.request_id
    person = await asyncio.to_thread(recognised, service.engine, name.strip(), password, now=now, request_id=request_id)
    if person is None:
        return page(call, "sign_in.html", status=401, next=after, said="wrong", name=name)
    opened = await asyncio.to_thread(open_session, service.engine, person, now=now, request_id=request_id)
    return _with_cookie(RedirectResponse(after, 303), service.origins.cookie(opened.secret, seconds=LONGEST // SECOND))


@access(_SIGNED_IN)
async def sign_out(call: Call) -> Response:
    """End the session, here and in the browser."""
    await form_of(call)
    if call.signed_in is not None:
        now, request_id = call.service.clock(), call.exchange.request_id
        await asyncio.to_thread(close_session, call.service.engine, call.signed_in, now=now, request_id=request_id)
    return _with_cookie(RedirectResponse(f"{SIGN_IN}?said=out", 303), call.service.origins.cookie("", seconds=0))


@access(ANYBODY)
async def language(call: Call) -> Response:
    """Keep the language for the account, or for the browser where nobody has signed in; then go back."""
    fields = await form_of(call)
    chosen = next((one for one in NAMES if one == fields.get("language")), None)
    back = RedirectResponse(ours(fields.get("next", HOME)), 303)
    if chosen is None:
        return back
    if call.signed_in is not None:
        await asyncio.to_thread(choose_language, call.service.engine, call.signed_in.person.id, chosen)
    return _with_cookie(back, f"{LANGUAGE_COOKIE}={chosen}; Path=/; HttpOnly; SameSite=Lax; Max-Age={_YEAR_SECONDS}")


def ours(path: str) -> str:
    r"""Return a path of the page; what leads anywhere else leads to its start.

    >>> ours("/page/customers/c1"), ours("//evil.example/page/"), ours("/page/\\evil.example"), ours("/page/a\nb")
    ('/page/customers/c1', '/page/', '/page/', '/page/')
    """
    return path if path.startswith(HOME) and path.isprintable() and "\\" not in path else HOME


def _with_cookie(response: Response, cookie: str) -> Response:
    response.headers.append("set-cookie", cookie)
    return response
