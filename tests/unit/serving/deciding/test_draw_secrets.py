"""Decisions are drawn by secrets of their own."""

from __future__ import annotations

import stat
from pathlib import Path

from features.home import Home
from features.subjects import installation_secret
from serving.deciding.secrets import draw_secrets


def test_decisions_are_drawn_by_two_secrets_of_their_own(tmp_path: Path) -> None:
    home = Home(tmp_path)

    drawn = draw_secrets(home)

    assert len({drawn.control, drawn.draw, installation_secret(home)}) == 3
    assert drawn == draw_secrets(home)
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.keys.iterdir()} == {0o600}
