"""How does a page become HTML: one template each, one environment a language, the same frame around all."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from models.explanation.codes import Language
from serving.door.exchange import header
from serving.door.route import Call
from serving.page.frame.forms import TOKEN
from serving.page.frame.names import said
from serving.page.frame.wording import NAMES, Wording, apart, language_asked, wording_of

STATIC = "/page/static/"
LANGUAGE_COOKIE = "lifecycle_language"


def wording_for(call: Call) -> Wording:
    """Return how things are said to whoever asks: as their account says, as they chose, as their browser asks."""
    chosen = call.signed_in.person.language if call.signed_in else None
    return wording_of(chosen or _chosen(call) or language_asked(header(call.scope, b"accept-language")))


def page(call: Call, template: str, *, status: int = 200, here: str | None = None, **shown: Any) -> Response:
    """Return a page: `template` with what it shows; every page knows who reads it, in which language, and what its forms carry.

    A template finds `_`, `ngettext`, `say` (a `Wording`), `named(name)`, `person`, `token()` for each form, `static(file)`, the
    path `here` (the page's own; that of the request unless it is told), `back`, which leads to the very same page, and the filter
    `apart` for words from outside.
    """
    say = wording_for(call)
    session = call.signed_in
    token = Markup('<input type="hidden" name="{}" value="{}">').format(TOKEN, session.form_token) if session else ""
    frame = {
        "say": say,
        "person": session.person if session else None,
        "token": lambda: token,
        "named": partial(said, say=say),
        "languages": NAMES,
        "here": here or call.url.path,
        "back": here or _asked_for(call),
        "request_id": call.exchange.request_id,
    }
    text = environment(say.language).get_template(template).render(**frame, **shown)
    return HTMLResponse(text, status, headers=call.service.origins.headers | {"vary": "cookie, accept-language"})


def _asked_for(call: Call) -> str:
    return f"{call.url.path}?{call.url.query}" if call.url.query else call.url.path


@cache
def environment(language: Language) -> Environment:
    """Return what renders templates in a language: everything escaped, a name that is missing is a fault."""
    made = Environment(
        loader=PackageLoader("serving.page"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.install_gettext_translations(wording_of(language).texts, newstyle=True)  # type: ignore[attr-defined]
    made.globals["static"] = static_url
    made.filters["apart"] = apart
    return made


@cache
def static_url(name: str) -> str:
    """Return the address of one of our files; it changes with its content, so that browsers may keep it."""
    content = (resources.files("serving.page") / "static" / name).read_bytes()
    return f"{STATIC}{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def _chosen(call: Call) -> Language | None:
    found = call.cookies.get(LANGUAGE_COOKIE)
    return next((language for language in NAMES if language == found), None)
