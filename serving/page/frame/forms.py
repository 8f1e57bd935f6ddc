"""What was sent with a form: its fields, if it is a form of this page and of this session."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl

from features.errors import InvalidInput
from serving.door.problems import ForCallers
from serving.door.route import Call, media_type, read_content
from serving.page.frame.origins import SentFromElsewhere

TOKEN = "form_token"  # noqa: S105 (the name of a field)

_MEDIA = "application/x-www-form-urlencoded"
_MOST_FIELDS = 50


class NotAForm(ForCallers, InvalidInput):
    """What came is not a form as a browser sends it."""

    status = 415
    problem = "not-a-form"


async def form_of(call: Call) -> Mapping[str, str]:
    """Return the fields of a form; of several of one name the last. Where somebody has signed in, it carries their token.

    Raises
    ------
    NotAForm
        If it is none, or has more than 50 fields.
    SentFromElsewhere
        If it comes from elsewhere, or from a session that is over.
    """
    call.service.origins.refuse_foreign(call.scope)
    if media_type(call) != _MEDIA:
        raise NotAForm(f"Needed a form sent as {_MEDIA}.")
    content = await read_content(call)
    try:
        fields = dict(parse_qsl(content.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise NotAForm("Needed a form of at most 50 fields in UTF-8.") from None
    if call.signed_in is not None and not call.signed_in.is_form_token(fields.get(TOKEN, "")):
        raise SentFromElsewhere("This form belongs to a session that is over. Open the page again; nothing was done.")
    return fields
