"""What are the customers worth: by category with its treatment, by lever, and beside what winning them cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from lifecycle.console import JsonFlag, emit

if TYPE_CHECKING:
    from models.value.acquisition import AcquiredGroup
    from training.questions.value.worth import GroupWorth, Worth

_NO_CATEGORY = "Value categories: known of nobody; a rule names a score that no live model brings."
_NO_LEVER = "Levers: known of nobody; the chance to leave is held against them, so `lifecycle promote churn` brings them."


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command()(value)


def value(as_json: JsonFlag = False) -> None:
    """Say what customers are worth by value category and by lever, and their value over its cost by channel and quarter."""
    from lifecycle.settings import Settings
    from training.questions.value.worth import worth_of_customers

    worth = worth_of_customers(Settings().home)
    emit(_as_json(worth), _as_text(worth), as_json=as_json)


def _as_json(worth: Worth) -> dict[str, Any]:
    import msgspec

    from features.times import format_time

    body: dict[str, Any] = msgspec.to_builtins(worth)
    return {**body, "as_of": format_time(worth.as_of), "cost_known": worth.cost_known}


def _as_text(worth: Worth) -> str:
    from features.times import format_time

    head = (
        f"{worth.customers:,} customers as of {format_time(worth.as_of)}: {worth.currency} {worth.expected_margin:,.0f} expected "
        f"within {worth.horizon_days} days, discounted, less cost to serve"
    )
    beyond = ["Extrapolated: no past moment could grade so long a horizon."] if worth.extrapolated else []
    categories = _groups_text("Value categories", worth.categories, worth.customers) or [_NO_CATEGORY]
    levers = _groups_text("Levers, by the money at stake", worth.levers, worth.customers) or [_NO_LEVER]
    return "\n".join([head, *beyond, "", *categories, "", *levers, "", *_acquired_text(worth)])


def _groups_text(title: str, groups: Sequence[GroupWorth], customers: int) -> list[str]:
    if not groups:
        return []
    none = customers - sum(group.customers for group in groups)
    lines = [
        f"  {group.name:<20}{group.treatment or '':<14}{group.customers:>10,}{group.expected_margin:>18,.0f}" for group in groups
    ]
    return [f"{title:<36}{'customers':>10}{'expected':>18}", *lines, *([f"  {'none':<34}{none:>10,}"] if none else [])]


def _acquired_text(worth: Worth) -> list[str]:
    title = f"Value over its cost, of the {worth.cost_known:,} customers whose acquisition cost is known"
    if not worth.acquired:
        return ["Value over its cost: the acquisition cost is known of no customer."]
    header = f"  {'channel':<20}{'joined':<10}{'customers':>10}{'cost':>14}{'so far':>14}{'expected':>14}"
    return [title, f"{header}{'clv/cac':>9}{'life/cac':>9}{'paid back':>11}", *map(_acquired_line, worth.acquired)]


def _acquired_line(group: AcquiredGroup) -> str:
    money = f"{group.cost:>14,.0f}{group.so_far:>14,.0f}{group.expected:>14,.0f}"
    ratios = f"{group.clv_to_cac:>9.2f}{group.life_to_cac:>9.2f}{group.paid_back:>11.0%}"
    return f"  {group.channel:<20}{group.cohort:<10}{group.customers:>10,}{money}{ratios}"
