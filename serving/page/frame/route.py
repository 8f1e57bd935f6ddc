"""How does a page reach its handler: by the session of whoever has signed in, in the role they have; refusals are pages too."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from features.errors import LifecycleError
from serving.door.exchange import header
from serving.door.problems import Overloaded
from serving.door.route import Call, GuardedRoute, session_in
from serving.page.frame.refusals import refusal_page

SIGN_IN = "/page/sign-in"


class PageRoute(GuardedRoute):
    """A page: declared as every route is, opened by a session instead of a key."""

    refuses_unknown_words = False  # links that people follow carry words of whoever counts the clicks

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = Call(scope, receive)
        try:
            with call.service.admission.place():
                response = await self._opened(call)
        except Overloaded:
            raise
        except LifecycleError as refusal:
            response = refusal_page(call, refusal)
        await response(scope, receive, send)

    async def _opened(self, call: Call) -> Response:
        call.signed_in = await session_in(call)
        if self.access.scope is None:
            return await self._answer(call)
        if call.signed_in is None:
            return RedirectResponse(sign_in_url(call), 303)
        call.admit(call.signed_in, self.access)
        return await self._answer(call)


def sign_in_url(call: Call) -> str:
    """Return where to sign in, and come back to what was asked for: the page itself, or that of a form, which is lost."""
    if call.method == "GET":
        return f"{SIGN_IN}?next={_quoted(call.url.path, call.url.query)}"
    came_from = urlsplit(header(call.scope, b"referer") or "")
    is_ours = came_from.netloc == header(call.scope, b"host")
    return f"{SIGN_IN}?said=expired" + (f"&next={_quoted(came_from.path, came_from.query)}" if is_ours else "")


def _quoted(path: str, query: str) -> str:
    return quote(f"{path}?{query}" if query else path, safe="/")
