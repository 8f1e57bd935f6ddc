from __future__ import annotations

import json
import socket

import pytest

from features.home import Home
from serving import web
from serving.live.shelf import LiveShelf
from serving.settings import ServiceSettings


def test_a_worker_that_cannot_begin_says_why_in_one_line_and_exits_by_its_kind(tmp_path, monkeypatch, capfdbinary):
    monkeypatch.setattr(web, "log_everything_to", lambda _: None)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "installation.secret").write_bytes(b"short")
    (tmp_path / "keys" / "installation.secret").chmod(0o600)

    with socket.socket() as listener, pytest.raises(SystemExit) as ended:
        web.run(ServiceSettings(Home(tmp_path)), listener, LiveShelf(Home(tmp_path)))

    (line,) = capfdbinary.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "not_started"
    assert "32 bytes" in json.loads(line)["why"]
    assert ended.value.code == 8
