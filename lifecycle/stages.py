"""Where do customers stand: `lifecycle stages` counts everybody in every stage set, `--customer ID` tells of one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.errors import NotFound
from lifecycle.console import JsonFlag, emit, phase, say
from lifecycle.features_group import moment_asked

if TYPE_CHECKING:
    from features.company import Company
    from features.health import HealthIndex, HealthScores
    from features.home import Home
    from features.rfmt import RfmtCard
    from features.snapshot import Snapshot
    from features.stages.kept import KeptMondays
    from features.stages.standing import Standing
    from features.stages.table import StageTable
    from features.times import Timestamp


class NoCompanyInUse(NotFound):
    """Stages are what a company file says they are, and none is in use."""


@dataclass(frozen=True)
class Asked:
    """What every answer starts from: the company in use, everybody's features at the moment, the Mondays before it."""

    home: Home
    company: Company
    snapshot: Snapshot
    kept: KeptMondays

    def columns(self) -> dict[str, Any]:
        """Return the features that health and RFMT are scored by."""
        from features.rfmt import rfmt_features

        names = {component.feature for component in self.company.health.components}
        wanted = sorted(names | set(rfmt_features(self.company.rfmt).values()))
        return dict(zip(wanted, self.snapshot.columns(wanted).T, strict=True))


@dataclass(frozen=True)
class Story:
    """One customer: the standing in each stage set, health, RFMT."""

    customer_id: str
    as_of: Timestamp
    stages: dict[str, Standing]
    health: HealthIndex
    rfmt: RfmtCard


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("stages")(stages)


def stages(
    as_of: Annotated[
        str | None, typer.Option(help="Date or moment (UTC); by default the newest midnight all sources reach.")
    ] = None,
    customer: Annotated[str | None, typer.Option(metavar="ID", help="Tell of this customer alone.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Threads to compute with.")] = 1,
    as_json: JsonFlag = False,
) -> None:
    """Count customers by stage and who moved since Monday; or tell one customer's stages, health and RFMT, with the evidence."""
    from lifecycle.settings import Settings

    asked = _asked(Settings().home, as_of, jobs=jobs)
    if customer is None:
        tables, health = _everybody(asked)
        emit(_counts_as_json(asked, tables, health), _counts_as_text(asked, tables, health), as_json=as_json)
    else:
        story = _story(asked, customer)
        emit(_story_as_json(story), _story_as_text(story), as_json=as_json)


def _asked(home: Home, as_of: str | None, *, jobs: int) -> Asked:
    from features.engine.batch import Effort, compute_snapshots
    from features.stages.keeping import keep_mondays
    from features.times import format_time

    company, moment, effort = _company(home), moment_asked(home, as_of), Effort(jobs, say)
    with phase(f"features as of {format_time(moment)}"):
        snapshot = compute_snapshots(home, company.catalogue, [moment], effort=effort)[0]
    with phase("stages of the Mondays before"):
        return Asked(home, company, snapshot, keep_mondays(home, company, moment, effort=effort))


def _company(home: Home) -> Company:
    from features.company import stored_company
    from models.bundle import read_live

    live = read_live(home)
    if live is None or live.company is None:
        raise NoCompanyInUse(
            "needed a company file in use, whose rules say what the stages are, found none; "
            "`lifecycle company use FILE` takes one into use"
        )
    return stored_company(home, live.company)


def _everybody(asked: Asked) -> tuple[dict[str, StageTable], HealthScores]:
    from features.health import health_scores
    from features.stages.everybody import stages_of_everybody
    from features.stages.stage_rules import StageRules

    tables = stages_of_everybody(asked.snapshot, StageRules(asked.company), asked.kept)
    return tables, health_scores(asked.company.health, asked.columns(), rows=len(asked.snapshot.ids))


def _story(asked: Asked, customer_id: str) -> Story:
    from features.health import health_scores
    from features.log.store import EventLog
    from features.rfmt import fit_rfmt, rfmt_scores
    from features.stages.stage_rules import StageRules
    from features.stages.standing import OneCustomer, stages_of

    log, rules, columns = EventLog.open(asked.home), StageRules(asked.company), asked.columns()
    rows = {load.source: log.customer(load.source, customer_id) for load in rules.catalogue.compiled.loads}
    standings = stages_of(OneCustomer(customer_id, asked.snapshot.as_of, rows), rules, asked.kept)
    place = asked.snapshot.ids.index(customer_id).as_py()
    own = {name: values[place : place + 1] for name, values in columns.items()}
    health = health_scores(asked.company.health, own, rows=1).row(0)
    edges = fit_rfmt(asked.company.rfmt, columns)
    return Story(customer_id, asked.snapshot.as_of, standings, health, rfmt_scores(asked.company.rfmt, edges, own).row(0))


def _counts_as_json(asked: Asked, tables: dict[str, StageTable], health: HealthScores) -> dict[str, Any]:
    from features.times import format_time

    return {
        "as_of": format_time(asked.snapshot.as_of),
        "newest_monday": format_time(asked.kept.mondays[-1]),
        "customers": len(asked.snapshot.ids),
        "stage_sets": {
            name: {
                "counts": table.counts(),
                "unconfirmed": table.unconfirmed,
                "moved": [{"from": one, "to": then, "customers": count} for (one, then), count in table.moved().items()],
            }
            for name, table in tables.items()
        },
        "health": health.bands(),
    }


def _counts_as_text(asked: Asked, tables: dict[str, StageTable], health: HealthScores) -> str:
    from features.times import format_time

    monday = format_time(asked.kept.mondays[-1])[:10]
    lines = [f"{len(asked.snapshot.ids):,} customers as of {format_time(asked.snapshot.as_of)}; moved: since Monday {monday}"]
    for name, table in tables.items():
        lines += ["", f"{name} ({table.unconfirmed:,} unconfirmed)"]
        lines += [f"  {stage:<16}{count:>10,}" for stage, count in table.counts().items()]
        lines += [f"  moved {count:>8,}  {one} -> {then}" for (one, then), count in table.moved().items()]
    bands = ", ".join(f"{count:,} {band}" for band, count in health.bands().items())
    return "\n".join([*lines, "", f"health: {bands}"])


def _story_as_json(story: Story) -> dict[str, Any]:
    return {
        "customer_id": story.customer_id,
        "as_of": _time(story.as_of),
        "stages": {
            name: {
                "current": standing.stage,
                "since": _time(standing.since),
                "evidence": standing.evidence,
                "history": [asdict(stay) | {"since": _time(stay.since), "until": _time(stay.until)} for stay in standing.history],
                "maps_to": dict(standing.maps_to),
            }
            for name, standing in story.stages.items()
        },
        "health": asdict(story.health),
        "rfmt": asdict(story.rfmt),
    }


def _story_as_text(story: Story) -> str:
    lines = [f"{story.customer_id} as of {_time(story.as_of)}"]
    for name, standing in story.stages.items():
        since = f"since {_day(standing.since)}" if standing.since is not None else "unconfirmed"
        lines += ["", f"{name}: {standing.stage}, {since}", *(f"  {sentence}" for sentence in standing.evidence)]
        lines += [f"  {_day(stay.since)} to {_day(stay.until)}  {stay.stage}" for stay in standing.history]
    known = "unknown" if story.health.score is None else f"{story.health.score:.0f} ({story.health.band})"
    lines += ["", f"health: {known}"]
    lines += [f"  {part.name:<12}{part.score:>5.0f}  weight {part.weight:.2f}" for part in story.health.components]
    rfmt = story.rfmt
    classes = f"R {rfmt.recency}, F {rfmt.frequency}, M {rfmt.monetary}, T {rfmt.t}"
    return "\n".join([*lines, "", f"RFMT: {rfmt.score:.0f} of 100 ({classes}; 1 is the lowest class)"])


def _time(moment: Timestamp | None) -> str | None:
    from features.times import format_time

    return None if moment is None else format_time(moment)


def _day(moment: Timestamp | None) -> str:
    return "now       " if moment is None else str(_time(moment))[:10]
