"""How much may this agent give this customer back for this complaint now: the least of four bounds, each with its figure.

`complaint`: base plus a share of the expected margin, at most the type's limit, less what this case was given already. `agent`:
what one person may give in one case. `safety`: what one customer may get within `safety_days`. `budget`: what is left for
everybody within `budget_days`. A case is one type of complaint of one customer within `CASE_DAYS`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from features.company.schema import Company
from features.company.service_limits import Complaint, Recovery
from features.errors import InvalidInput

CASE_DAYS = 30
"""What is granted for one type of complaint within so many days is granted in one case: to ask twice brings nothing."""

BoundName: TypeAlias = Literal["complaint", "agent", "safety", "budget"]


class UnknownComplaint(InvalidInput):
    """The company file has no complaint of that type."""


class UnknownRole(InvalidInput):
    """The company file has no such role on the way up."""


@dataclass(frozen=True)
class Grantor:
    """Who would give: an agent, and the role on the way up in which they act, if in one."""

    agent_id: str
    role: str | None = None


@dataclass(frozen=True)
class Given:
    """What was granted already, company currency: in this case, of it by this agent, to the customer, and to everybody.

    To the customer within `safety_days`, to everybody within `budget_days`.
    """

    in_case: float = 0.0
    by_agent: float = 0.0
    to_customer: float = 0.0
    to_everybody: float = 0.0


@dataclass(frozen=True)
class Asked:
    """One question: for which complaint, who would give, and the customer's expected margin; None where it is not known."""

    complaint: str
    grantor: Grantor
    expected_margin: float | None


@dataclass(frozen=True)
class Bound:
    """One bound: what it leaves, company currency, never below 0, and how it comes about."""

    name: BoundName
    amount: float
    text: str


@dataclass(frozen=True)
class Step:
    """Somebody on the way up who may grant more, and how much."""

    role: str
    limit: float


@dataclass(frozen=True)
class RecoveryLimit:
    """How much may be granted now; `binding` is the bound that is least, `escalation` who may grant more, the lowest first.

    `rests_on_value`: the expected margin was known and counts; where it was not, the base alone does.
    """

    limit: float
    binding: Bound
    bounds: tuple[Bound, ...]
    escalation: tuple[Step, ...]
    rests_on_value: bool

    def whom_to_ask(self, amount: float) -> str | None:
        """Return the lowest role that may grant the amount; None where nobody may."""
        return next((step.role for step in self.escalation if step.limit >= amount), None)


def recovery_limit(company: Company, asked: Asked, *, given: Given) -> RecoveryLimit:
    """Return how much may be granted.

    Raises
    ------
    UnknownComplaint, UnknownRole
        If the company file does not know the complaint or the role.
    """
    recovery, complaint = company.recovery, _complaint(company.recovery, asked.complaint)
    shared = [
        _by_complaint(complaint, asked.expected_margin, given),
        _left("safety", recovery.safety_cap, given.to_customer, f"for one customer within {recovery.safety_days} days"),
        _left("budget", recovery.budget, given.to_everybody, f"for everybody within {recovery.budget_days} days"),
    ]
    own = _by_agent(company, asked.grantor, given)
    bounds = (shared[0], own, *shared[1:])
    binding = min(bounds, key=lambda bound: bound.amount)
    most = min(bound.amount for bound in shared)
    steps = tuple(_steps(recovery, given, most=most, above=binding.amount))
    return RecoveryLimit(binding.amount, binding, bounds, steps, asked.expected_margin is not None)


def _complaint(recovery: Recovery, name: str) -> Complaint:
    known = {complaint.type: complaint for complaint in recovery.complaints}
    if name not in known:
        raise UnknownComplaint(f"needed a type of complaint of the company file ({', '.join(known)}), found another")
    return known[name]


def _by_complaint(complaint: Complaint, margin: float | None, given: Given) -> Bound:
    share = complaint.margin_share * max(margin or 0.0, 0.0)
    amount = min(complaint.base + share, complaint.limit)
    counted = f"{complaint.margin_share:.4g} of the expected margin" if margin is not None else "nothing of an unknown margin"
    text = f"base {complaint.base:.2f} and {counted}, at most {complaint.limit:.2f}"
    return _left("complaint", amount, given.in_case, f"for this case: {text}")


def _by_agent(company: Company, grantor: Grantor, given: Given) -> Bound:
    if grantor.role is not None:
        return _left("agent", _role_cap(company.recovery, grantor.role), given.by_agent, f"as {grantor.role} in one case")
    own = {agent.id: agent.recovery_cap for agent in company.routing.agents}.get(grantor.agent_id)
    whose = "of every agent" if own is None else "of one's own"
    return _left("agent", company.recovery.agent_cap if own is None else own, given.by_agent, f"in one case, a cap {whose}")


def _role_cap(recovery: Recovery, role: str) -> float:
    caps = {step.role: step.cap for step in recovery.escalation}
    if role not in caps:
        raise UnknownRole(f"needed a role of the company file's way up ({', '.join(caps)}), found another; leave it out for none")
    return caps[role]


def _left(name: BoundName, cap: float, given: float, text: str) -> Bound:
    spent = f", {given:.2f} of it given" if given else ""
    return Bound(name, whole_hundredths(max(cap - given, 0.0)), f"{cap:.2f} {text}{spent}")


def _steps(recovery: Recovery, given: Given, *, most: float, above: float) -> Iterator[Step]:
    """Give the roles that may grant more than now: what everybody is bound by stays, their cap in the case is higher."""
    for step in recovery.escalation:
        limit = min(most, whole_hundredths(max(step.cap - given.by_agent, 0.0)))
        if limit > above:
            yield Step(step.role, limit)
            above = limit


def whole_hundredths(amount: float) -> float:
    """Return an amount rounded down to hundredths, which is what is granted.

    >>> whole_hundredths(12.349), whole_hundredths(0.29)
    (12.34, 0.29)
    """
    return math.floor(round(amount * 100, 6)) / 100
