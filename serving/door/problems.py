"""How is a request refused: RFC 9457 problem+json with a stable type, and never a word of what was sent.

The message of an error is shown only if its class is marked `ForCallers`; any other error (a damaged file, a database that is
down) shows what kind it is and nothing of this machine.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from itertools import takewhile
from typing import Any, ClassVar, TypeAlias

import msgspec
from pydantic import ValidationError
from starlette.responses import Response

from features.errors import Forbidden, InvalidInput, LifecycleError, NotFound, Unavailable

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:lifecycle:problem:"

_Place: TypeAlias = tuple[int | str, ...]
_MOST_ERRORS = 20
_EXTRA, _OR_NULL = "extra_forbidden", "none_required"  # of pydantic's kinds of fault
_REALM = 'Bearer realm="lifecycle"'
_GENERIC = {
    "invalid-input": "What was sent is not valid.",
    "damaged": "A stored file is not what its hash promises; it was not used. The operator finds the reason at /readyz.",
    "unavailable": "Not possible now; trying again later may help.",
    "idempotency-key-reused": "This Idempotency-Key came before with another request; send a fresh one.",
    "still-answering": "The first request with this Idempotency-Key is still being answered; try again in a second.",
}
_PLAIN = {
    404: "There is no such path here; /docs shows every call.",
    405: "This path takes other methods; /docs shows every call.",
    500: "A fault of this service; the operator finds it in the log by `request_id`.",
}


class FieldError(msgspec.Struct, frozen=True):
    """One thing wrong in a request: a JSON Pointer to where, and what was needed."""

    pointer: str
    detail: str


class ForCallers(LifecycleError):
    """A refusal whose message may be shown to whoever asked: it repeats no input and names nothing of this machine."""

    headers: ClassVar[Mapping[str, str]] = {}
    errors: Sequence[FieldError] = ()

    @property
    def header_fields(self) -> Mapping[str, str]:
        """Return the header fields of the answer."""
        return self.headers

    @property
    def members(self) -> Mapping[str, Any]:
        """Return what the problem says beside its detail, for programs."""
        return {"errors": list(self.errors)} if self.errors else {}


class Unauthenticated(ForCallers, Forbidden):
    """No key, or none that is valid now."""

    status = 401
    problem = "unauthenticated"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": _REALM}


class ScopeMissing(ForCallers, Forbidden):
    """The key is valid, and does not carry the scope of this call."""

    problem = "scope-missing"
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": f'{_REALM}, error="insufficient_scope"'}


class RoleMissing(ForCallers, Forbidden):
    """The person has signed in, and their role may not do this."""

    problem = "role-missing"


class UnknownCustomer(ForCallers, NotFound):
    """The live snapshot holds no customer of that id."""

    problem = "unknown-customer"


class Erased(ForCallers, NotFound):
    """The customer asked to be forgotten, and was."""

    status = 410
    problem = "erased"

    def __init__(self) -> None:
        super().__init__("This customer was erased; nothing is kept, and nothing that comes about them is taken.")


class RequestInvalid(ForCallers, InvalidInput):
    """The request is not what the call needs; `errors` says where."""

    problem = "invalid-request"

    def __init__(self, message: str, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(message)
        self.errors = errors


class NotJson(ForCallers, InvalidInput):
    """The body is not said to be JSON."""

    status = 415
    problem = "not-json"


class BodyTooLarge(ForCallers, InvalidInput):
    """The body is longer than this service accepts."""

    status = 413
    problem = "body-too-large"


class BodyTooSlow(ForCallers, InvalidInput):
    """The body did not arrive within the deadline."""

    status = 408
    problem = "body-too-slow"


class NothingLive(ForCallers, Unavailable):
    """No verified bundle with its predictions is live, so there is nothing true to answer."""

    problem = "nothing-live"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "5"}


class Overloaded(ForCallers, Unavailable):
    """More requests are in hand than this process takes on."""

    problem = "overloaded"
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "1"}


def refusal(error: LifecycleError, request_id: str) -> Response:
    """Return the problem+json answer of an error, by its class's status and type."""
    if isinstance(error, ForCallers):
        body = problem_body(error.status, error.problem, str(error), request_id)
        return _response({**body, **error.members}, error.header_fields)
    detail = _GENERIC.get(error.problem, HTTPStatus(error.status).phrase + ".")
    headers = {"Retry-After": "5"} if error.status == HTTPStatus.SERVICE_UNAVAILABLE else {}
    return _response(problem_body(error.status, error.problem, detail, request_id), headers)


def http_refusal(status: int, request_id: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the problem+json answer of a plain HTTP status: no such path, a method not allowed, a fault of ours."""
    phrase = HTTPStatus(status).phrase
    code = "internal" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else phrase.lower().replace(" ", "-")
    return _response(problem_body(status, code, _PLAIN.get(status, phrase + "."), request_id), headers or {})


def problem_body(status: int, code: str, detail: str, request_id: str) -> dict[str, Any]:
    """Return the members of a problem, the request's number among them."""
    title = code.replace("-", " ").capitalize()
    return {"type": TYPE_PREFIX + code, "title": title, "status": status, "detail": detail, "request_id": request_id}


def request_invalid(error: ValidationError, known: Collection[str] = ()) -> RequestInvalid:
    """Return what is wrong with a request, without the input: names of unknown members are the caller's text, so they go too.

    `known`: the members the request may have, named where it has another.
    """
    found = _faults(error)
    errors = [FieldError(_pointer(place), _detail(kind, text, known if len(place) == 0 else ())) for place, kind, text in found]
    return RequestInvalid(
        f"The request is not valid in {len(found)} place(s); `errors` says where and what was needed.", errors[:_MOST_ERRORS]
    )


def _faults(error: ValidationError) -> list[tuple[_Place, str, str]]:
    """Return place, kind and text of each fault; that a member might have been null instead is no fault of its own."""
    items = error.errors(include_url=False, include_context=False, include_input=False)
    may_be_null = {item["loc"][:-1] for item in items if item["type"] == _OR_NULL}
    return [
        (_place(item["loc"], item["type"], may_be_null), item["type"], item["msg"]) for item in items if item["type"] != _OR_NULL
    ]


def _place(found: _Place, kind: str, may_be_null: Collection[_Place]) -> _Place:
    """Return where in what was sent a fault is: without pydantic's names for alternatives, or the caller's own for members."""
    known = found[:-1] if kind == _EXTRA else found
    whose = next((len(place) for place in may_be_null if place == known[: len(place)]), None)
    place = known if whose is None else known[:whose] + known[whose + 1 :]
    # Requests declare members at their top alone: a name further down is one that the caller chose.
    return place[:1] + tuple(takewhile(lambda part: isinstance(part, int), place[1:]))


def _detail(kind: str, text: str, known: Collection[str]) -> str:
    if kind == _EXTRA and known:
        return f"Found a member this call does not know; it knows {', '.join(f'`{name}`' for name in known)}."
    return text


def _pointer(place: _Place) -> str:
    return "".join(f"/{part}" for part in place)


def _response(body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    return Response(msgspec.json.encode(body), status_code=int(body["status"]), headers=dict(headers), media_type=MEDIA_TYPE)
