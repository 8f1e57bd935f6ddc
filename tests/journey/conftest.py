"""A user at the keyboard: commands in their own process, and questions over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class User:
    """Somebody with a shell, one installation folder and one signing key."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "LIFECYCLE_HOME": str(self.folder / "var"),
            "LIFECYCLE_SIGNING_KEY": str(self.folder / "config" / "signing.key"),
            "MLFLOW_DISABLE_TELEMETRY": "true",
        }

    def runs(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "lifecycle", *words]
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=600, check=False
        )

    def gets(self, *words: str) -> Any:
        """The JSON a command answers with; the test fails with the command's own words if it does not succeed."""
        done = self.runs(*words, "--json")
        assert done.returncode == 0, f"lifecycle {' '.join(words)}: exit {done.returncode}\n{done.stderr}"
        return json.loads(done.stdout)

    @contextmanager
    def serves(self, *words: str) -> Iterator[Service]:
        log = (self.folder / "serve.log").open("w")
        command = [sys.executable, "-m", "lifecycle", "serve", "--port", "0", *words]
        process = subprocess.Popen(command, cwd=self.folder, env=self.environment, stdout=log, stderr=log)
        try:
            yield Service(_address(process, self.folder / "serve.log"), process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_SECONDS)
            log.close()


@dataclass(frozen=True)
class Service:
    """A running service, as a CRM sees it."""

    url: str
    process: subprocess.Popen[bytes]

    def answers(self, path: str, *, key: str | None = None, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        request = urllib.request.Request(self.url + path, data=None if body is None else json.dumps(body).encode())  # noqa: S310 loopback
        request.add_header("Content-Type", "application/json")
        if key:
            request.add_header("Authorization", f"Bearer {key}")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as response:  # noqa: S310 loopback
                return response.status, json.load(response)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait until the service says where it listens and is ready there."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for word in log.read_text().split():
            url = word.strip('",')
            if url.startswith("http://127.0.0.1:") and _is_ready(url):
                return url
        time.sleep(0.1)
    raise AssertionError(f"the service did not become ready:\n{log.read_text()}")


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as response:  # noqa: S310 loopback
            return bool(response.status == 200)
    except OSError:
        return False


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)
