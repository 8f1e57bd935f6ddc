"""How is a fault tried: the tests run in a copy of the tree that holds it, in a forked process that has imported the rest."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest

from benchmarks.mutation.mutants import planted
from benchmarks.mutation.rooms import Room

Verdict = Literal["killed", "survived", "timed out"]

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_CPU_SECONDS = 60
# no plugins found by themselves, no search for what was never closed: half of the time of a run of fast tests
_PLAIN = (
    "-x", "-q", "-p", "no:cacheprovider", "-p", "no:unraisableexception", "-W", "ignore::pytest.PytestAssertRewriteWarning",
)  # fmt: skip


class TestsFail(RuntimeError):
    """The tests fail without any fault, so that nothing could be told from them."""


def copied_tree(folder: Path) -> Path:
    """Copy what git knows of the tree, as it stands now, and what is new in it."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    for name in filter(lambda name: (ROOT / name).is_file(), listed):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def enter(tree: Path, room: Room) -> None:
    """Make this process one that runs tests in the copy: there it stands, and from there it imports."""
    os.chdir(tree)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.path[:] = [str(tree), *(path for path in sys.path if Path(path or ".").resolve() != ROOT)]
    for name in room.imported:
        importlib.import_module(name)
    if (verdict := _tried(room.tests)) != "survived":  # leaves compiled files of all that is not changed later
        raise TestsFail(f"needed tests that pass without a fault, found: {verdict}; run pytest {' '.join(room.tests)}")
    sys.dont_write_bytecode = True
    for module in room.modules:
        for compiled in (Path(module).parent / "__pycache__").glob(f"{Path(module).stem}.*.pyc"):
            compiled.unlink()


def tried(module: str, number: int, *, tests: Sequence[str]) -> Verdict:
    """Plant one fault in the copy this process stands in, run the tests, and take it out again.

    The files that mirror the module are asked first and alone: most faults are noticed there, at a tenth of the cost.
    """
    path = Path(module)
    whole = path.read_text(encoding="utf-8")
    path.write_text(planted(whole, number), encoding="utf-8")
    try:
        verdict = _tried(mirror) if (mirror := _mirrors(tests, module)) else "survived"
        return verdict if verdict != "survived" else _tried(tests)
    finally:
        path.write_text(whole, encoding="utf-8")


def _mirrors(tests: Sequence[str], module: str) -> list[str]:
    stem = Path(module).stem
    files = [path for each in tests for path in ([Path(each)] if Path(each).is_file() else sorted(Path(each).rglob("*.py")))]
    return [str(path) for path in files if path.stem == f"test_{stem}" or path.stem.startswith(f"test_{stem}_")]


def _tried(tests: Sequence[str]) -> Verdict:
    child = os.fork()
    if child == 0:
        _run_and_exit(tests)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return "timed out" if code == -signal.SIGXCPU else "killed" if code else "survived"


def _run_and_exit(tests: Sequence[str]) -> None:
    """Run the tests in this process, silently, and end it with their verdict, whatever happens."""
    code = 1
    resource.setrlimit(resource.RLIMIT_CPU, (_PATIENCE_CPU_SECONDS, _PATIENCE_CPU_SECONDS + 1))  # a fault may loop for ever
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            code = int(pytest.main([*_PLAIN, *tests]))
    finally:
        os._exit(code)
