"""The receiver of the guide takes what we sign, once, and nothing else."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

import serving
from serving.database.notices.messages import Message, _cloud_event
from serving.notices.signing import secret_of, signed_headers

GUIDE = Path(serving.__file__).parents[1] / "docs" / "alerts-and-webhooks.md"
INSTALLATION = bytes(32)


@pytest.fixture
def take():
    (source,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    defined: dict = {}
    exec(compile(source, "guide", "exec"), defined)  # noqa: S102 (the guide is ours)
    return defined["take"]


def message() -> tuple[dict[str, str], bytes]:
    now = time.time_ns() // 1000
    told = Message("lifecycle.alert.raised.v1", "c1", {"text": "Use of the last 7 days is low."}, now)
    body = _cloud_event("msg_1", told)
    return signed_headers([secret_of(INSTALLATION, "wh_1", version=1)], "msg_1", body=body, now=now), body


def test_a_message_of_ours_is_taken_once_however_often_it_comes(take, capsys):
    headers, body = message()
    secret = secret_of(INSTALLATION, "wh_1", version=1)

    assert [take(secret, headers, body), take(secret, headers, body)] == [204, 204]
    assert capsys.readouterr().out == "c1 Use of the last 7 days is low.\n"


def test_a_message_of_somebody_else_is_not_taken(take):
    headers, body = message()

    assert take(secret_of(b"x" * 32, "wh_1", version=1), headers, body) == 401
    assert take(secret_of(INSTALLATION, "wh_1", version=1), headers, body + b" ") == 401
