"""Mutation score (R10): faults are planted one at a time in the modules of a room; at least 85 % must be noticed by its tests.

Resumable: verdicts are kept in the file of `--state` and not asked for again while module and tests stand as they are.
`--survivors` asks again about those that survived alone, whatever has changed: for mending tests, not for the record.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.goals import Result, arguments, report
from benchmarks.mutation.mutants import mutants_of
from benchmarks.mutation.rooms import LEAST_SCORE, ROOMS, Room
from benchmarks.mutation.trying import copied_tree, enter, tried

Verdicts = dict[str, dict[str, Any]]


def main() -> None:
    """Try the faults of the rooms asked for, and report the score of each."""
    options = _options()
    kept: Verdicts = json.loads(options.state.read_text()) if options.state.exists() else {}
    results = []
    for name in options.room or ROOMS:
        child = os.fork()  # a process a room, since each imports from a copy of the tree
        if child == 0:
            _try_room(ROOMS[name], kept, options)
            os._exit(0)
        if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
            raise SystemExit(1)
        kept = json.loads(options.state.read_text())
        results.append(_result(name, kept))
    report(results, options.json)


def _options() -> argparse.Namespace:
    parser = arguments(__doc__ or "")
    parser.add_argument("--room", action="append", choices=tuple(ROOMS), help="only this room; may be given again")
    parser.add_argument("--state", type=Path, default=Path(tempfile.gettempdir()) / "lifecycle-mutation.json")
    parser.add_argument("--survivors", action="store_true", help="ask again about survivors alone")
    options = parser.parse_args()
    options.state, options.json = options.state.resolve(), options.json and options.json.resolve()
    return options


def _try_room(room: Room, kept: Verdicts, options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        enter(copied_tree(Path(folder)), room)
        for module in room.modules:
            _try_module(module, room, kept=kept, options=options)
            _save(options.state, kept)


def _try_module(module: str, room: Room, *, kept: Verdicts, options: argparse.Namespace) -> None:
    source = Path(module).read_text(encoding="utf-8")
    digest = _digest(module, room)
    known: dict[str, str] = kept.get(module, {}).get("verdicts", {})
    if kept.get(module, {}).get("digest") != digest:
        known = {name: verdict for name, verdict in known.items() if verdict != "survived"} if options.survivors else {}
    faults = mutants_of(source)
    wanted = faults[:: max(1, round(1 / options.share))]
    verdicts: dict[str, str] = {}
    kept[module] = {"digest": digest, "verdicts": verdicts}
    for fault in wanted:
        key = f"{fault.number} {fault.name}"
        verdicts[key] = known.get(key) or tried(module, fault.number, tests=room.tests)
        if verdicts[key] == "survived":
            print(f"{module} {fault.name}: survived", flush=True)
        _save(options.state, kept)


def _digest(module: str, room: Room) -> str:
    tests = [path for each in room.tests for path in ([Path(each)] if Path(each).is_file() else sorted(Path(each).rglob("*.py")))]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in [Path(module), *tests])).hexdigest()


def _save(state: Path, kept: Verdicts) -> None:
    temporary = state.with_suffix(".tmp")
    temporary.write_text(json.dumps(kept, indent=1))
    temporary.replace(state)


def _result(name: str, kept: Verdicts) -> Result:
    verdicts = [verdict for module in ROOMS[name].modules for verdict in kept[module]["verdicts"].values()]
    noticed = sum(verdict != "survived" for verdict in verdicts)
    score = noticed / len(verdicts)
    data = f"{len(ROOMS[name].modules)} modules, tests {', '.join(ROOMS[name].tests)}"
    figure = f"{100 * score:.1f} % ({noticed} of {len(verdicts)})"
    return Result("R10", f"mutation score, {name}", figure, f">= {100 * LEAST_SCORE:.0f} %", score >= LEAST_SCORE, data)


if __name__ == "__main__":
    main()
