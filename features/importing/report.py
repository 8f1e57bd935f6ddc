"""What is told of an import, and kept: what was read, left out, found and assumed, and what the log made of the rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from features.home import Home
from features.importing.mapping import ImportMapping
from features.importing.selection import Finding
from features.log.intake import IntakeReport
from features.times import Timestamp, compact_time, format_time
from features.write_once import replace_file


@dataclass(frozen=True)
class ImportReport:
    """An import: its mapping, the place it read (never with a password), what the SELECTs gave, and what became of the rows."""

    mapping: ImportMapping
    place: str
    received_at: Timestamp
    raw: Mapping[str, int]
    left_out: Mapping[str, int]
    findings: tuple[Finding, ...]
    selected: Mapping[str, int]
    intake: IntakeReport

    def as_json(self) -> dict[str, Any]:
        """Return the report as it is printed and kept."""
        intake = self.intake
        return {
            "mapping": self.mapping.name,
            "from": self.place,
            "received_at": format_time(self.received_at),
            "known_at": self.mapping.known_at,
            "read": dict(self.raw),
            "left_out": dict(self.left_out),
            "findings": [asdict(finding) for finding in self.findings],
            "sources": {
                name: {
                    "selected": self.selected[name],
                    **asdict(one.counts),
                    "quarantined": one.quarantined,
                    "reasons": dict(one.reasons),
                }
                for name, one in intake.sources.items()
            },
            "observed_until": {name: format_time(moment) for name, moment in intake.observed_until.items()},
            "log": {"version": intake.manifest_version, "digest": intake.digest},
            "assumptions": list(self.mapping.assumptions),
        }


def keep_report(home: Home, report: ImportReport) -> Path:
    """Keep the report below `reports/imports/`, named by its moment and its mapping; return its path."""
    path = _folder(home) / f"{compact_time(report.received_at)}-{report.mapping.name}.json"
    replace_file(path, json.dumps(report.as_json(), indent=2).encode())
    return path


def kept_reports(home: Home) -> list[dict[str, Any]]:
    """Return every kept report as JSON, the oldest import first."""
    return [json.loads(path.read_bytes()) for path in sorted(_folder(home).glob("*.json"))]


def _folder(home: Home) -> Path:
    return home.reports / "imports"
