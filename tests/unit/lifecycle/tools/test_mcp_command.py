from __future__ import annotations

import pytest

from lifecycle.mcp import ApiKeyMissing, McpMissing, mcp


def test_without_a_key_the_command_says_how_to_make_one(monkeypatch):
    monkeypatch.delenv("LIFECYCLE_API_KEY", raising=False)

    with pytest.raises(ApiKeyMissing, match="keys create"):
        mcp()


def test_without_the_package_the_command_says_how_to_install_it(monkeypatch):
    monkeypatch.setenv("LIFECYCLE_API_KEY", "lck_x")
    monkeypatch.setattr("lifecycle.mcp.find_spec", lambda _: None)

    with pytest.raises(McpMissing, match=r"lifecycle\[mcp\]"):
        mcp()
