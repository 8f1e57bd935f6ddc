"""Is every fault in a company file named with its line and fix, and changes nothing? `python -m benchmarks.company_mutations`.

Each of 200 faults, dealt out over all parts of the shipped file, is given to `lifecycle company use` on an installation whose
service is running: the message must name the line, what was needed and what was found; pointer, stored company files and ledger
must stay byte for byte; the service must go on answering from the file before.
"""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import typer
from starlette.testclient import TestClient
from typer.testing import CliRunner

from benchmarks.goals import Result, arguments, report
from benchmarks.live_states import AS_OF, Publisher
from features.company import CompanyInvalid, default_company_text
from features.home import Home
from lifecycle import company
from serving.app import create_app
from serving.database import keys
from serving.settings import ServiceSettings

FAULTS = 200
TEXT = default_company_text("default")

_TOKEN = re.compile(r'(?P<key>\w+)(?P<is> = )(?P<value>"(?!")[^"]*"|-?\d+(?:\.\d+)?|true|false)')
_ANY_NUMBER = {"worst", "best", "minimum", "maximum"}  # may be as low as one likes
_HEAD = re.compile(r"^\[+([a-z_]+)")


@dataclass(frozen=True)
class Fault:
    """A spoilt company file: in which part and line, what was done, and the whole text."""

    part: str
    line: int
    what: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """What became of a spoilt file: refused with line and fix, everything left alone, the service unmoved, or not."""

    fault: Fault
    named: bool
    untouched: bool
    served: bool
    said: str


def faults(count: int) -> list[Fault]:
    """Return so many faults, one part of the file after the other, so that every part has its share."""
    by_part: dict[str, list[Fault]] = defaultdict(list)
    for fault in _all_faults():
        by_part[fault.part].append(fault)
    # of a part, far apart: not ten faults of its first line
    queues = [sorted(found, key=lambda each: (each.line * 7919 + len(each.what) * 104_729) % 1009) for found in by_part.values()]
    dealt = [queue[turn] for turn in range(max(map(len, queues))) for queue in queues if turn < len(queue)]
    return dealt[:count]


def _all_faults() -> Iterator[Fault]:
    lines, part = TEXT.splitlines(), "general"
    for number, line in enumerate(lines):
        if head := _HEAD.match(line):
            part = head[1]
            yield _spoilt(lines, number, part, "a table of another name", line.replace(part, part + "x", 1))
        code = line.split("#", maxsplit=1)[0]
        if " = " not in code:
            continue
        yield _spoilt(lines, number, part, "a sign without a meaning", code.replace(" = ", " = = ", 1))
        for token in _TOKEN.finditer(code):
            for what, new in _other_values(token):
                yield _spoilt(lines, number, part, f"{token['key']}: {what}", code[: token.start()] + new + code[token.end() :])


def _other_values(token: re.Match[str]) -> Iterator[tuple[str, str]]:
    key, value = token["key"], token["value"]
    yield "misspelt", f"{key}x = {value}"
    yield "a table", f"{key} = {{ no = 1 }}"
    yield "twice", f"{key} = {value}, {key} = {value}"
    if value.startswith('"'):
        yield "nothing", f'{key} = ""'
        yield "a number", f"{key} = 5"
    elif value in ("true", "false"):
        yield "a text", f'{key} = "yes"'
    elif key not in _ANY_NUMBER:
        yield "below all bounds", f"{key} = -1000000000"
        yield "a text", f'{key} = "{value}"'
    if key == "rule" or key in ("eligibility", "applicability", "suitability"):
        yield "an unknown feature", f'{key} = "no_such_feature > 1"'
        yield "half a rule", f'{key} = "tenure_days > "'
        yield "more than a rule", f'{key} = "tenure_days > 1; DROP TABLE offers"'


def _spoilt(lines: list[str], number: int, part: str, what: str, line: str) -> Fault:
    return Fault(part, number + 1, what, "\n".join([*lines[:number], line, *lines[number + 1 :]]) + "\n")


class Installation:
    """A running service over a small live state, beside which company files are taken into use, or refused."""

    def __init__(self, folder: Path, client: TestClient, home: Home) -> None:
        self._folder, self._client, self._home = folder, client, home
        made = keys.create_key(client.app.state.service.engine, name="crm", scopes=["read"], created_at=AS_OF)  # type: ignore[attr-defined]
        self._headers = {"Authorization": f"Bearer {made.secret}"}
        self._before, self._served = self._files(), self._company()
        self._app = typer.Typer()
        company.register(self._app)

    def outcome(self, fault: Fault) -> Outcome:
        """Give the spoilt file to `lifecycle company use` and look what became of everything."""
        file = self._folder / "company.toml"
        file.write_text(fault.text)
        done = CliRunner().invoke(self._app, ["company", "use", str(file)], env={"LIFECYCLE_HOME": str(self._home.root)})
        return Outcome(
            fault,
            named=_is_named(done.exception, fault),
            untouched=self._files() == self._before,
            served=self._company() == self._served,
            said=f"{type(done.exception).__name__}: {done.exception}",
        )

    def _files(self) -> dict[str, bytes]:
        paths = [self._home.live, self._home.ledger, *sorted(self._home.companies.iterdir())]
        return {path.name: path.read_bytes() for path in paths if path.exists()}

    def _company(self) -> str:
        answer = self._client.get("/v1/customers/c1", headers=self._headers)
        return f"{answer.status_code} {answer.json().get('versions', {}).get('company')}"


def _is_named(error: BaseException | None, fault: Fault) -> bool:
    """Say whether the refusal names the line, and in some fault what was needed and what was found."""
    if not isinstance(error, CompanyInvalid):
        return False
    here = [each for each in error.faults if each.line == fault.line]
    return bool(here) and all(each.needed and each.found for each in error.faults)


def outcomes(count: int) -> list[Outcome]:
    """Run so many faults against one running service."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        publisher = Publisher(Home(folder / "home"), folder / "signing.key")
        publisher.publish({"c1": 0.3})
        with TestClient(create_app(ServiceSettings(publisher.home), clock=lambda: AS_OF)) as client:
            installation = Installation(folder, client, publisher.home)
            return [installation.outcome(fault) for fault in faults(count)]


def results(share: float) -> list[Result]:
    """Return the lines of the campaign."""
    found = outcomes(max(round(FAULTS * share), 10))
    parts = len({each.fault.part for each in found})
    asked = [
        ("line and fix named", [each.named for each in found]),
        ("pointer, company files and ledger untouched", [each.untouched for each in found]),
        ("service goes on with the file before", [each.served for each in found]),
    ]
    return [
        Result("company", what, f"{sum(held)} of {len(held)}", "all", all(held), f"shipped default, {parts} parts")
        for what, held in asked
    ]


if __name__ == "__main__":
    asked_for = arguments(__doc__ or "").parse_args()
    report(results(asked_for.share), asked_for.json)
