"""In which form is a body: the media types that are asked for and answered with in many places, each said once."""

from __future__ import annotations

JSON = "application/json"
NDJSON = "application/x-ndjson"
