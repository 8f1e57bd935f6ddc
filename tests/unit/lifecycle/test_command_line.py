"""The edge of the command line: what the operating system refuses, Ctrl-C, the version."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lifecycle import __main__ as command_line


def _run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["lifecycle", *words])
    with pytest.raises(SystemExit) as end:
        command_line.main()
    return end.value.code


def _interrupted() -> None:
    raise KeyboardInterrupt


def test_a_home_that_is_a_file_is_named_in_one_line(monkeypatch, tmp_path: Path, capsys) -> None:
    (tmp_path / "home").write_text("not a folder")
    monkeypatch.setenv("LIFECYCLE_HOME", str(tmp_path / "home"))

    code = _run(monkeypatch, "keys", "create", "--name", "crm", "--scope", "read")

    said = capsys.readouterr().err
    assert (code, said.count("\n")) == (7, 1)
    assert str(tmp_path / "home") in said


def test_a_refusal_of_the_system_is_json_where_json_was_asked_for(monkeypatch, tmp_path: Path, capsys) -> None:
    monkeypatch.setattr(command_line, "app", lambda: (tmp_path / "missing").read_text())
    monkeypatch.setattr(sys, "argv", ["lifecycle", "models", "--json"])

    with pytest.raises(SystemExit):
        command_line.main()

    problem = json.loads(capsys.readouterr().err)
    assert (problem["problem"], problem["exit_code"]) == ("unavailable", 7)
    assert "missing: No such file or directory" in problem["message"]


def test_ctrl_c_says_that_nothing_is_half_written(monkeypatch, capsys) -> None:
    monkeypatch.setattr("lifecycle.settings.Settings", _interrupted)

    code = _run(monkeypatch, "doctor")

    assert code == 130
    assert capsys.readouterr().err == "lifecycle: ended by Ctrl-C; what is stored is whole, run the command again to finish\n"


def test_the_version_is_shown(monkeypatch, capsys) -> None:
    assert _run(monkeypatch, "--version") == 0
    assert capsys.readouterr().out.strip().count(".") >= 1


def test_help_waits_for_nothing_that_only_the_work_of_a_command_needs() -> None:
    heavy = ["asyncio", "numpy", "pyarrow", "pydantic_settings", "sqlalchemy"]
    asked = f"import lifecycle.__main__, sys; print([name for name in {heavy} if name in sys.modules])"

    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout

    assert loaded.strip() == "[]"


def test_a_command_looks_seldom_for_cycles_in_what_lives_to_its_end_and_ends_without_a_word(tmp_path: Path) -> None:
    program = (
        "import gc, duckdb; from lifecycle import __main__ as command_line;"
        "command_line.app = lambda: kept.extend([] for _ in range(40_000)); kept = []; duckdb.sql('select 1').fetchall();"
        "before = gc.get_stats()[0]['collections']; command_line.main();"
        "print(gc.get_stats()[0]['collections'] - before)"
    )

    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert (done.stdout.strip(), done.stderr) == ("0", "")
