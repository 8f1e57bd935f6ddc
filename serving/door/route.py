"""How does a call reach its handler: FastAPI describes the route, `Finder` finds it; who asks, place, arguments, body come here.

FastAPI's own way from route to handler (dependencies, exit stacks, a model for each answer) costs more than our whole answer,
so it is not taken: a handler gets a `Call`, the declared parameters of path and query, and its body as the pydantic model it
names.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from fastapi._compat import ModelField
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from serving.database.keys import Caller
from serving.door.access import Access, declared_access
from serving.door.exchange import Exchange, exchange_of, header
from serving.door.media import JSON
from serving.door.problems import BodyTooLarge, BodyTooSlow, FieldError, NotJson, RequestInvalid, RoleMissing, request_invalid
from serving.door.whole import body_at_hand
from serving.people.sessions import Session, session_of

if TYPE_CHECKING:
    from serving.service import Service
    from serving.settings import ServiceSettings

_SAFE = frozenset({"GET", "HEAD"})


class Call(Request):
    """One admitted request: the service it is made to, its record, who asks (None where anybody may), and its body as it came.

    `signed_in` is the session of a person who has signed in; who asks by a key has none.
    """

    caller: Caller | None = None
    signed_in: Session | None = None
    content: bytes = b""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        super().__init__(scope, receive)
        self.service: Service = scope["app"].state.service
        self.exchange: Exchange = exchange_of(scope)

    def admit(self, who: Caller | Session, access: Access) -> None:
        """Let whoever was found to ask go on, if their minute is not used up and, for a person, their role may do this.

        Raises
        ------
        RoleMissing
            If the role of the person may not.
        TooManyRequests
            If they ask too much.
        """
        if isinstance(who, Session):
            self.signed_in = who
            if not access.allows_role(who.person.role):
                raise RoleMissing("Your role may not do this; ask an administrator for one that may.")
        self.caller = who.caller if isinstance(who, Session) else who
        self.exchange.key_id = self.caller.key_id
        self.service.limits.admit(self.caller)

    def agent(self, given: str | None) -> str | None:
        """Return who acts: the person who has signed in, else whom the request names."""
        return self.signed_in.person.name if self.signed_in else given


class GuardedRoute(APIRoute):
    """A route that declares who may call it and lets nobody else through.

    Raises
    ------
    RouteUndeclared
        When built from a handler that declares nothing.
    """

    refuses_unknown_words = True
    """Whether a route that declares parameters of its query refuses others, which would be misspelt."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **declared: Any) -> None:
        super().__init__(path, endpoint, **declared)
        self.access = declared_access(endpoint)
        self._body = _body_model(self.body_field)
        self._needs_body = self.body_field is not None and self.body_field.field_info.is_required()
        self._in_path = [(field, _check_of(field)) for field in self.dependant.path_params]
        self._in_query = {field.alias: field for field in self.dependant.query_params}
        self._unasked = {field.name: field.get_default() for field in self.dependant.query_params}
        self._needs_query = any(field.field_info.is_required() for field in self.dependant.query_params)
        self.app = self._serve

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = Call(scope, receive)
        if self.access.scope is None:
            response = await self._answer(call)
        else:
            # The place is taken before the key is looked up, so that a flood of wrong keys is bounded too.
            with call.service.admission.place():
                response = await self._answer_known(call)
        await response(scope, receive, send)

    async def _answer_known(self, call: Call) -> Response:
        authorization = header(call.scope, b"authorization")
        session = await session_in(call) if authorization is None else None
        if session is not None and call.method not in _SAFE:
            call.service.origins.refuse_foreign(call.scope)
        call.admit(session or await call.service.keys.admit(authorization, self.access), self.access)
        return await self._answer(call)

    async def _answer(self, call: Call) -> Response:
        arguments = self._path_arguments(call)
        if self._in_query:
            arguments |= self._query_arguments(call)
        if self._body is not None:
            content = await read_content(call)
            arguments["body"] = _body(call, self._body) if content or self._needs_body else self._body()
        answer: Response = await self.endpoint(call, **arguments)
        return answer

    def _path_arguments(self, call: Call) -> dict[str, Any]:
        given: Mapping[str, Any] = call.scope["path_params"]
        arguments = {}
        for field, check in self._in_path:
            try:
                arguments[field.name] = check(given[field.alias])
            except ValidationError as error:
                fault = error.errors(include_input=False)[0]["msg"]
                raise RequestInvalid(f"`{field.alias}` in the path is not of the needed form.", [FieldError("", fault)]) from None
        return arguments

    def _query_arguments(self, call: Call) -> dict[str, Any]:
        """Read the declared parameters of the query."""
        if not call.scope["query_string"] and not self._needs_query:
            return self._unasked
        declared, given, arguments = self._in_query, call.query_params, {}
        if self.refuses_unknown_words and set(given) - set(declared):
            known = ", ".join(f"`{alias}`" for alias in declared)
            raise RequestInvalid(f"The query holds a name this call does not know; it knows {known}.", [])
        for field in declared.values():
            values = given.getlist(field.alias)
            if len(values) > 1 or (field.field_info.is_required() and not values):
                raise RequestInvalid(f"The query needs `{field.alias}` once; found {len(values)} times.")
            arguments[field.name] = _query_value(field, values[0]) if values else field.get_default()
        return arguments


def _check_of(field: ModelField) -> Callable[[Any], Any]:
    """Return what checks a parameter: pydantic itself, without the copies and lists that FastAPI makes around it."""
    said = field.field_info
    kind: Any = Annotated[said.annotation, *said.metadata] if said.metadata else said.annotation
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    return adapter.validate_python


def _query_value(field: ModelField, given: str) -> Any:
    value, faults = field.validate(given, {}, loc=())
    if faults:
        raise _query_invalid(field, faults[0]["msg"])
    return value


def _query_invalid(field: ModelField, detail: str) -> RequestInvalid:
    return RequestInvalid(f"`{field.alias}` in the query is not of the needed form.", [FieldError("", detail)])


def _body_model(field: ModelField | None) -> type[BaseModel] | None:
    model = field.field_info.annotation if field else None
    return model if isinstance(model, type) and issubclass(model, BaseModel) else None


async def session_in(call: Call) -> Session | None:
    """Return the session whose cookie came with the request; None where none did, or one that is over."""
    secret = call.cookies.get(call.service.origins.cookie_name)
    if secret is None:
        return None
    return await asyncio.to_thread(session_of, call.service.engine, secret, now=call.service.clock())


async def read_content(call: Call) -> bytes:
    """Read the body as it comes, for a call that takes other forms than one JSON object; it is the call's `content` then.

    Raises
    ------
    BodyTooSlow, BodyTooLarge
        If it exceeds what this service accepts.
    """
    settings, content = call.service.settings, body_at_hand(call.scope)
    if content is None or len(content) > settings.body_limit_bytes:
        content = await _bounded_body(call, settings)
    call.content = content
    return content


def media_type(call: Call) -> str:
    """Return what kind of body the caller says it is, without parameters such as `charset`; empty where they do not say."""
    return (header(call.scope, b"content-type") or "").partition(";")[0].strip().lower()


def _body(call: Call, model: type[BaseModel]) -> BaseModel:
    if media_type(call) != JSON:
        raise NotJson(f"Needed a body of JSON, sent with `Content-Type: {JSON}`.")
    try:
        body = model.model_validate_json(call.content)
    except ValidationError as error:
        # `from None`: pydantic's message repeats the input.
        raise request_invalid(error, model.model_fields) from None
    _refuse_nulls(body)
    return body


def _refuse_nulls(body: BaseModel) -> None:
    """Refuse a member that is there and null: the document says that what is not known is absent."""
    nulls = sorted(name for name in body.model_fields_set if getattr(body, name) is None)
    if nulls:
        errors = [FieldError(f"/{name}", "Needed a value, or no such member; null is neither.") for name in nulls]
        raise RequestInvalid("The request holds null; leave out what is not known.", errors)


async def _bounded_body(call: Call, settings: ServiceSettings) -> bytes:
    try:
        async with asyncio.timeout(settings.body_seconds):
            return await _collected(call, settings.body_limit_bytes)
    except TimeoutError:
        raise BodyTooSlow(f"The body did not arrive within {settings.body_seconds:g} seconds.") from None


async def _collected(call: Call, limit: int) -> bytes:
    announced = header(call.scope, b"content-length") or "0"
    content = bytearray()
    if not announced.isdecimal() or int(announced) <= limit:
        async for chunk in call.stream():
            content += chunk
            if len(content) > limit:
                break
        else:
            return bytes(content)
    raise BodyTooLarge(f"The body is longer than the {limit} bytes this service accepts; send it in parts.")
