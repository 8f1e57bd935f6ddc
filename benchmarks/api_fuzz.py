"""R7: what does the API do with anything that can be sent to it: schemathesis, every check on, against a running service.

Each operation gets examples, values at their bounds, wrong ones, and made-up ones, then calls in sequence as one answer's members
fit another's parameters. `--share 1` makes 200 examples an operation.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.api_service import RunningService, running_service
from benchmarks.goals import Result, arguments, report

FULL_EXAMPLES = 200
SEED = 7

# The words of a company (its occasions, complaints, offers, its smallest coin) are in its file and not in the document, so for
# these calls a request of the right form may still be refused as 422; for all others it may not.
_WORDS_OF_THE_COMPANY = (
    "POST /v1/customers/{customer_id}/decisions",
    "POST /v1/decisions/{decision_id}/outcomes",
    "GET /v1/customers/{customer_id}/recovery-limit",
    "POST /v1/customers/{customer_id}/recoveries",
)
_TAKEN = ["2xx", "3xx", "401", "403", "404", "409", "422", "429"]
_RULE = "checks.positive_data_acceptance.expected-statuses"
_CONFIG = "\n".join(
    f"[[operations]]\ninclude-name = {json.dumps(name)}\n{_RULE} = {json.dumps(_TAKEN)}\n" for name in _WORDS_OF_THE_COMPANY
)


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
    config.write_text(_CONFIG)
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run", f"{service.url}/openapi.json"]
    command += ["--header", f"Authorization: Bearer {service.key('admin')}", "--checks", "all", "--no-color"]
    command += ["--max-examples", str(examples), "--seed", str(seed), "--generation-database", "none", "--warnings", "off"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return Fuzzed(done.returncode, done.stdout + done.stderr)


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
