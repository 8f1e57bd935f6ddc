"""How does a caller carry the place where a page ended, which only we understand: as one word of a URL."""

from __future__ import annotations

import base64
import binascii
from typing import TypeVar

import msgspec

from serving.door.problems import RequestInvalid

_Place = TypeVar("_Place", bound=msgspec.Struct)


def cursor_text(place: msgspec.Struct) -> str:
    """Return the word for a place."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(place)).decode().rstrip("=")


def place_in(text: str, kind: type[_Place]) -> _Place:
    """Return the place that a word of `cursor_text` names.

    Raises
    ------
    RequestInvalid
        If it is no such word, or one for another kind of place.
    """
    try:
        return msgspec.msgpack.decode(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True), type=kind)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as error:
        raise RequestInvalid("`cursor` is not one that this service gave out.") from error
