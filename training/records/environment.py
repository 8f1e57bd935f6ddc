"""With what was a model made: Python, the libraries its numbers come from, the kind of machine, and our own program.

Beside the log, the company file and the seed it is all that a training follows from. It stands in the report, never in the
model's manifest: a model is named by what it is.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from features.write_once import sha256_of_json

_PROGRAM = Path(__file__).resolve().parents[2]
_PACKAGES = ("features", "models", "training")
_LIBRARIES = ("lifecycle", "lightgbm", "numba", "numpy", "optuna", "pandas", "pyarrow", "scikit-learn", "scipy")


@dataclass(frozen=True)
class Environment:
    """Versions of all that computes.

    `source`: SHA-256 over our own files that make models; `commit`: of the repository they stand in, None where there is none.
    """

    python: str
    machine: str
    libraries: dict[str, str]
    source: str
    commit: str | None = None

    @classmethod
    def of_now(cls) -> Environment:
        """Return the environment of this process."""
        libraries = {name: version(name) for name in _LIBRARIES}
        return cls(platform.python_version(), f"{platform.system()} {platform.machine()}", libraries, _source(), _commit())

    def differences(self, now: Environment) -> list[str]:
        """Return what another environment has otherwise, in words; nothing if both compute alike.

        >>> then = Environment("3.11.9", "Linux x86_64", {"numpy": "2.4.0"}, "aa")
        >>> then.differences(Environment("3.11.9", "Linux x86_64", {"numpy": "2.4.1"}, "aa", "another commit"))
        ['numpy was 2.4.0, is 2.4.1']
        """
        before, after = self._parts(), now._parts()
        named = sorted({*before, *after})
        changed = [name for name in named if before.get(name) != after.get(name)]
        return [f"{name} was {before.get(name, 'absent')}, is {after.get(name, 'absent')}" for name in changed]

    def _parts(self) -> dict[str, str]:
        facts = asdict(self)
        return {"Python": facts["python"], "the machine": facts["machine"], "the program": facts["source"], **self.libraries}


def program_digest() -> str:
    """Return the digest of what trains, here and now: our own code, and the versions of what it computes with."""
    now = Environment.of_now()
    return sha256_of_json({"source": now.source, "libraries": now.libraries, "python": now.python})


@cache
def _source() -> str:
    digest = hashlib.sha256()
    for path in _files():
        digest.update(f"{path.relative_to(_PROGRAM).as_posix()}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _files() -> Iterator[Path]:
    for package in _PACKAGES:
        for path in sorted((_PROGRAM / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


@cache
def _commit() -> str | None:
    """Return the commit of a repository that begins where the program does; one further up is somebody else's."""
    git = shutil.which("git")
    if git is None or not (_PROGRAM / ".git").exists():
        return None
    words = [git, "-C", str(_PROGRAM), "rev-parse", "HEAD"]
    asked = subprocess.run(words, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 (no shell, own words)
    return asked.stdout.strip() or None
