"""Which real purchases are predicted: two data sets, each imported once into an installation of its own below the work folder."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from features.company import Company, default_company_text, read_company, store_company
from features.home import Home
from features.importing.imports import import_history, place_of, receipt_for
from features.importing.mapping import shipped_mapping
from features.log.store import EventLog
from features.times import parse_time

_IMPORTED_AT = parse_time("2026-01-01")
_TOLERATED = 0.01
_HORIZONS = re.compile(r"^horizons?_days = .*$", re.MULTILINE)
_DEEPER = re.compile(r"^horizon_days = .*$", re.MULTILINE)


@dataclass(frozen=True)
class DataSet:
    """Real purchases, and the shipped company file that fits them; `place` is where the file lies, None if in its package."""

    name: str
    title: str
    mapping: str
    company_file: Literal["default", "activity", "grocery"]
    place: Path | None = None

    @property
    def is_here(self) -> bool:
        """Say whether the data can be read on this machine."""
        if self.place is not None:
            return self.place.exists()
        return importlib.util.find_spec((shipped_mapping(self.mapping).package or "").split("/")[0]) is not None

    def home(self, work: Path) -> Home:
        """Return the installation with the history imported; made if there is none by this mapping of this file yet."""
        mapping = shipped_mapping(self.mapping)
        home = Home(work / f"{self.name}-{hashlib.sha256(repr((mapping, self.place)).encode()).hexdigest()[:12]}")
        mark = home.root / "imported"
        if not mark.exists():
            shutil.rmtree(home.root, ignore_errors=True)
            place = place_of(mapping) if self.place is None else str(self.place)
            import_history(
                home, mapping, place=place, receipt=receipt_for(mapping, received_at=_IMPORTED_AT, tolerated_share=_TOLERATED)
            )
            mark.touch()
        return home

    def company(self, home: Home, *, horizon_days: int) -> Company:
        """Return the shipped company file with one horizon, so that what is mature hangs on the horizon asked about alone."""
        text = _HORIZONS.sub(f"horizons_days = [{horizon_days}]", default_company_text(self.company_file), count=1)
        company = read_company(_DEEPER.sub(f"horizon_days = {horizon_days}", text, count=1))
        store_company(home, company)
        return company


def complete_until(home: Home) -> int:
    """Return up to when the purchases are complete."""
    return EventLog.open(home).manifest.observed_until["purchases"]


def online_retail(place: Path) -> DataSet:
    """Return Online Retail II: one of its yearly files, or the folder of both."""
    return DataSet("online_retail", "Online Retail II", "online_retail", "activity", place)


COMPLETEJOURNEY = DataSet("completejourney", "completejourney", "completejourney", "grocery")
