"""R7: what does the API do with anything that can be sent to it: schemathesis, every check on, against a running service.

Each operation gets examples, values at their bounds, wrong ones, and made-up ones, then calls in sequence as one answer's members
fit another's parameters. `--share 1` makes 200 examples an operation.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.api_checks import MAY_BE_REFUSED, TELLING
from benchmarks.api_service import RunningService, running_service
from benchmarks.goals import Result, arguments, report
from serving.api.calls import CALLS, DeclaredCall

FULL_EXAMPLES = 200
SEED = 7

_TAKEN = ("2xx", "3xx", "401", "403", "404", "409", "429")
_REFUSED = ("400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429")
_CHECKS = Path(__file__).with_name("api_checks.py")


@dataclass(frozen=True)
class Fuzzed:
    """What came of it: how many requests were made, and what was printed; `exit_code` 0 where every check held."""

    exit_code: int
    text: str

    @property
    def cases(self) -> str:
        """Return the line that counts the requests."""
        lines = [line.strip() for line in self.text.splitlines() if " generated" in line]
        return lines[-1] if lines else "nothing generated"


def fuzzed(service: RunningService, folder: Path, *, examples: int, seed: int = SEED) -> Fuzzed:
    """Try the whole API with a key that may do everything; nothing is kept between two runs."""
    config = folder / "schemathesis.toml"
    config.write_text("\n".join([f"hooks = {json.dumps(str(_CHECKS))}", *map(_rule, CALLS)]))
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", f"{service.url}/openapi.json"]
    command += ["--header", f"Authorization: Bearer {service.key('admin')}", "--checks", "all", "--no-color"]
    command += ["--max-examples", str(examples), "--seed", str(seed), "--generation-database", "none", "--warnings", "off"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return Fuzzed(done.returncode, done.stdout + done.stderr)


def _rule(call: DeclaredCall) -> str:
    """Return which statuses answer a call, beside those of every call; `api_checks` looks at what is said with them.

    410 where it declares so: somebody may have been erased meanwhile. 422 where the same key may come with another request.
    """
    name = f"{call.method} {call.path}"
    gone = ["410"] if 410 in call.problems else []
    refused = ["422"] if call.is_repeatable or name in MAY_BE_REFUSED else []
    judged = ["200"] if name == TELLING else []  # each row by itself
    rule = ["[[operations]]", f"include-name = {json.dumps(name)}"]
    rule.append(_statuses("positive_data_acceptance", [*_TAKEN, *gone, *refused]))
    return "\n".join([*rule, _statuses("negative_data_rejection", [*_REFUSED, *gone, *judged])])


def _statuses(check: str, expected: Sequence[str]) -> str:
    return f"checks.{check}.expected-statuses = {json.dumps(expected)}"


def main() -> None:
    """Run the campaign and report R7's part of it."""
    given = arguments(__doc__ or "").parse_args()
    examples = max(1, round(FULL_EXAMPLES * given.share))
    with tempfile.TemporaryDirectory() as name, running_service(Path(name)) as service:
        done = fuzzed(service, Path(name), examples=examples)
    if done.exit_code:
        print(done.text)
    figure = f"{'0 failures' if done.exit_code == 0 else 'failures'}; {done.cases}"
    data = f"tiny live state, {examples} examples an operation, all checks, seed {SEED}"
    report([Result("R7", "API fuzzed", figure, "0 failures, 0 server errors", done.exit_code == 0, data)], given.json)


if __name__ == "__main__":
    main()
