"""That no benchmark is forgotten by the command that runs them all, and that asking what there is runs none."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import benchmarks
from benchmarks.__main__ import BENCHMARKS, LEFT_OUT, about

FOLDER = Path(benchmarks.__file__).parent


def test_every_benchmark_is_run_with_the_others_or_says_why_not():
    programs = [*FOLDER.glob("*.py"), *FOLDER.glob("*/__main__.py")]
    found = {path.parent.name if path.stem == "__main__" else path.stem for path in programs if _is_run(path)} - {"benchmarks"}

    assert found == {*BENCHMARKS, *LEFT_OUT}
    assert not {*BENCHMARKS} & {*LEFT_OUT}
    assert all(about(name) for name in found)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_each_that_is_run_takes_the_share_it_is_run_with(name):
    path = FOLDER / f"{name}.py"

    assert re.search(r"\barguments\(", (path if path.exists() else FOLDER / name / "__main__.py").read_text(encoding="utf-8"))


def test_what_there_is_can_be_listed():
    told = subprocess.run([sys.executable, "-m", "benchmarks", "--list"], capture_output=True, text=True, check=True, timeout=60)

    assert len(told.stdout.splitlines()) == len(BENCHMARKS) + len(LEFT_OUT)


def _is_run(path: Path) -> bool:
    return '__name__ == "__main__"' in path.read_text(encoding="utf-8")
