"""Which version should bear which of MLflow's aliases: `champion` is live, `challenger` waits; the ledger decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.publishing.ledger import LedgerEntry

CHAMPION = "champion"
CHALLENGER = "challenger"


@dataclass(frozen=True)
class Version:
    """A registered version of a model: its number, the model it holds (empty if not made here), the run it comes from."""

    number: int
    model_sha: str
    run_id: str


@dataclass(frozen=True)
class Registered:
    """What stands in the registry under one model: the newest version, those whose model is live, and who bears an alias."""

    newest: Version | None
    of_live: Sequence[Version]
    aliases: Mapping[str, Version]


def live_sha(entries: Sequence[LedgerEntry], model: str) -> str | None:
    """Return the model that is live by the newest line of the ledger; None where none is."""
    return entries[-1].models.get(model) if entries else None


def right_aliases(found: Registered, entries: Sequence[LedgerEntry], model: str) -> dict[str, Version | None]:
    """Return who should bear each alias, None for nobody.

    The champion is live: of several versions that hold the live model, the one that was promoted. An alias on what was never live
    here is somebody else's, and stays. The challenger is the newest version, as long as its model was never live.
    """
    been_live = {entry.models.get(model) for entry in entries}
    champion = _champion(found, entries, been_live=been_live)
    newest = found.newest
    waits = newest is not None and newest != champion and newest.model_sha not in {"", *been_live}
    return {CHAMPION: champion, CHALLENGER: newest if waits else None}


def _champion(found: Registered, entries: Sequence[LedgerEntry], *, been_live: set[str | None]) -> Version | None:
    if found.of_live:
        promoted = [entry.run_id for entry in entries if entry.run_id]
        return max(found.of_live, key=lambda each: (_last(promoted, each.run_id), each.number))
    bearer = found.aliases.get(CHAMPION)
    return None if bearer is not None and bearer.model_sha in been_live else bearer


def _last(runs: Sequence[str], run_id: str) -> int:
    return max((place for place, run in enumerate(runs) if run == run_id), default=-1)
