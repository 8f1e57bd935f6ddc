"""Does a company file hold, and how does it come into use: `lifecycle company check FILE` and `company use FILE`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from lifecycle.ahead import predicting_ahead
from lifecycle.console import JsonFlag, emit

if TYPE_CHECKING:
    from features.company import Company, CompanyInvalid
    from features.home import Home
    from features.times import Timestamp

CompanyFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="A company file, TOML; docs/company-file.md explains its keys.")
]

group = typer.Typer(help="The company file: what this business means by churn, stages, offers and limits.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group to the application."""
    app.add_typer(group, name="company")


@group.command("check")
def check(file: CompanyFile, as_json: JsonFlag = False) -> None:
    """Check a company file as a whole: every fault with its line and exit code 2, or its hash and what it says."""
    from features.company import CompanyInvalid

    try:
        company = _read(file)
    except CompanyInvalid as error:
        if not as_json:
            raise
        emit(_faults(error), "", as_json=True)
        raise typer.Exit(error.exit_code) from error
    emit({"valid": True, **_summary(company)}, _described(company), as_json=as_json)


@group.command("use")
def use(file: CompanyFile, as_json: JsonFlag = False) -> None:
    """Take a company file into use: stored by its hash, predictions made anew with it, then the live pointer moves."""
    from features.times import to_timestamp
    from lifecycle.settings import Settings
    from training.publishing.score import use_company

    company = _read(file)
    settings = Settings()
    at = to_timestamp(dt.datetime.now(dt.UTC))
    entry = use_company(settings.home, company, at=at, before_move=predicting_ahead(settings))
    rescored = entry.live.predictions is not None
    text = f"{_described(company)}\nin use{'; predictions were made anew' if rescored else '; nothing is promoted yet'}"
    emit({**_summary(company), "rescored": rescored}, text, as_json=as_json)


def shipped_company(name: Literal["default", "activity", "grocery"]) -> Company:
    """Return a company file that comes with the program, checked against the features there are."""
    from features.company import default_company_text, read_company

    return read_company(default_company_text(name))


def take_into_use_if_none_is(home: Home, company: Company, *, at: Timestamp) -> str:
    """Store a company file and, where none is in use yet, take it into use; return the hash of the one in use."""
    from features.company import store_company
    from models.bundle import read_live
    from training.publishing.score import use_company

    live = read_live(home)
    if live is not None and live.company is not None:
        store_company(home, company)
        return live.company
    use_company(home, company, at=at)
    return company.sha256


def _read(file: Path) -> Company:
    from features.company import read_company_file

    return read_company_file(file)


def _faults(error: CompanyInvalid) -> dict[str, Any]:
    from dataclasses import asdict

    return {"valid": False, "faults": [asdict(fault) for fault in error.faults]}


def _summary(company: Company) -> dict[str, Any]:
    return {
        "sha256": company.sha256,
        "name": company.name,
        "currency": company.currency,
        "churn": company.churn.definition,
        "horizons_days": company.horizons_days,
        "horizon_days": company.horizon_days,
        "stage_sets": {stage_set.name: stage_set.order for stage_set in company.stage_sets},
        "deep_features": company.deep_features,
        "milestones": {milestone.name: milestone.due_days for milestone in company.milestones},
        "features": len(company.catalogue.names),
        "offers": [offer.id for offer in company.offers],
        "channels": [channel.name for channel in company.channels],
    }


def _described(company: Company) -> str:
    horizons = ", ".join(map(str, company.horizons_days))
    described = {
        "sha256": company.sha256,
        "churn": f"{company.churn.definition}, horizons {horizons} days, the main one {company.horizon_days}",
        "stages": "; ".join(f"{stage_set.name} ({', '.join(stage_set.order)})" for stage_set in company.stage_sets),
        "milestones": ", ".join(f"{milestone.name} by day {milestone.due_days}" for milestone in company.milestones),
        "deep use": ", ".join(company.deep_features),
        "offers": ", ".join(offer.id for offer in company.offers),
        "channels": ", ".join(channel.name for channel in company.channels),
        "features": f"{len(company.catalogue.names)}; once in use, `lifecycle features describe` lists them",
    }
    return f"{company.name}: the company file holds\n" + "\n".join(
        f"{what:<12}{said or 'none'}" for what, said in described.items()
    )
