"""What may be given back to this customer now, and giving it: the limit is told, or held against the amount and spent."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlalchemy import Connection

from features.errors import Conflict
from features.times import Timestamp, format_time
from models.decision.recovery import (
    Asked,
    Grantor,
    RecoveryLimit,
    UnknownComplaint,
    UnknownRole,
    recovery_limit,
)
from serving.answering.answers import Caveat, Standing
from serving.database.offered.recoveries import Case, GrantedRecovery, given_before, keep_recovery
from serving.door.problems import ForCallers, RequestInvalid
from serving.live.state import Found, LiveState, Versions

VALUE_UNKNOWN = Caveat("value_unknown", "The customer's value is not known, so only the base of the complaint counts.", "value")


class OverLimit(ForCallers, Conflict):
    """More was to be given back than may be granted now; nothing was."""

    problem = "over-recovery-limit"

    def __init__(self, found: RecoveryLimit, amount: float) -> None:
        self.found = found
        self.ask = found.whom_to_ask(amount)
        whom = f"{self.ask} may grant it" if self.ask else "nobody on the way up may grant it"
        super().__init__(f"At most {found.limit:.2f} may be granted now, since {found.binding.text}; {whom}.")

    @property
    def members(self) -> Mapping[str, Any]:
        """Return the limit, the bound that binds, and whom to ask."""
        return {"limit": self.found.limit, "binding": self.found.binding.name, **({"ask": self.ask} if self.ask else {})}


class BoundAnswer(Struct, frozen=True):
    """One bound: what it leaves, and how it comes about."""

    name: str
    amount: float
    text: str


class StepAnswer(Struct, frozen=True):
    """A role that may grant more, and how much."""

    role: str
    limit: float


class LimitAnswer(Struct, frozen=True, omit_defaults=True):
    """How much may be granted now, every bound with its figure, the one that binds, and who may grant more."""

    customer_id: str
    complaint: str
    limit: float
    currency: str
    binding: str
    bounds: list[BoundAnswer]
    escalation: list[StepAnswer]
    as_of: str
    request_id: str
    degraded: bool
    warnings: list[Caveat]
    versions: Versions
    expected_margin: float | UnsetType = UNSET
    agent_id: str | UnsetType = UNSET
    role: str | UnsetType = UNSET


class GrantAnswer(Struct, frozen=True, omit_defaults=True):
    """What was granted, under which limit, and what is left to the customer and to everybody after it."""

    recovery_id: str
    customer_id: str
    complaint: str
    amount: float
    currency: str
    agent_id: str
    granted_at: str
    limit: float
    customer_left: float
    budget_left: float
    as_of: str
    request_id: str
    degraded: bool
    warnings: list[Caveat]
    versions: Versions
    role: str | UnsetType = UNSET


@dataclass(frozen=True)
class Claim:
    """A question or a grant: about whom, for which complaint, by whom, from which state, and what holds for every answer."""

    found: Found
    complaint: str
    grantor: Grantor
    state: LiveState
    standing: Standing
    now: Timestamp

    @property
    def customer_id(self) -> str:
        """Return whom it is about."""
        return self.found.customer_id

    @property
    def expected_margin(self) -> float | None:
        """Return the customer's expected margin; None where no model says it."""
        place = self.state.places.value
        found = float("nan") if place is None else self.found.values[place.expected]
        return None if math.isnan(found) else found

    @property
    def case(self) -> Case:
        """Return what grants are looked up by."""
        return Case(self.customer_id, self.complaint, self.grantor.agent_id, self.state.company.currency)

    @property
    def warnings(self) -> list[Caveat]:
        """Return what is to be said with a reservation: of parts of other answers nothing."""
        general = [caveat for caveat in self.standing.warnings if caveat.part is UNSET]
        return general if self.expected_margin is not None else [VALUE_UNKNOWN, *general]

    def limit(self, connection: Connection) -> RecoveryLimit:
        """Return how much may be granted now.

        Raises
        ------
        RequestInvalid
            If the company file does not know the complaint or the role.
        """
        company = self.state.company
        given = given_before(connection, self.case, company.recovery, now=self.now)
        try:
            return recovery_limit(company, Asked(self.complaint, self.grantor, self.expected_margin), given=given)
        except (UnknownComplaint, UnknownRole) as error:
            raise RequestInvalid(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error

    def told(self, found: RecoveryLimit, *, request_id: str, agent_id: str | None) -> LimitAnswer:
        """Return the limit in the words of the API."""
        margin, role = self.expected_margin, self.grantor.role
        return LimitAnswer(
            customer_id=self.customer_id,
            complaint=self.complaint,
            limit=found.limit,
            currency=self.state.company.currency,
            binding=found.binding.name,
            bounds=[BoundAnswer(bound.name, bound.amount, bound.text) for bound in found.bounds],
            escalation=[StepAnswer(step.role, step.limit) for step in found.escalation],
            expected_margin=UNSET if margin is None else margin,
            agent_id=agent_id or UNSET,
            role=role or UNSET,
            **self._told_of_itself(request_id),
        )

    def granted(self, connection: Connection, amount: float, *, key_id: str, request_id: str) -> GrantAnswer:
        """Grant an amount in the caller's transaction, which holds the budget.

        Raises
        ------
        OverLimit
            If it is more than may be granted now; nothing is stored.
        """
        found = self.limit(connection)
        if amount > found.limit:
            raise OverLimit(found, amount)
        kept = self._kept(found, amount, key_id=key_id)
        keep_recovery(connection, kept)
        left = {bound.name: round(bound.amount - amount, 2) for bound in found.bounds}
        return GrantAnswer(
            recovery_id=kept.id,
            customer_id=self.customer_id,
            complaint=self.complaint,
            amount=amount,
            currency=kept.currency,
            agent_id=kept.agent_id,
            role=kept.role or UNSET,
            granted_at=format_time(self.now),
            limit=found.limit,
            customer_left=left["safety"],
            budget_left=left["budget"],
            **self._told_of_itself(request_id),
        )

    def _kept(self, found: RecoveryLimit, amount: float, *, key_id: str) -> GrantedRecovery:
        basis = {"limit": found.limit, "bounds": found.bounds, "expected_margin": self.expected_margin}
        return GrantedRecovery(
            id=secrets.token_hex(12),
            customer_id=self.customer_id,
            complaint=self.complaint,
            amount=round(amount * 100),
            currency=self.state.company.currency,
            agent_id=self.grantor.agent_id,
            role=self.grantor.role,
            key_id=key_id,
            company=self.state.versions.company,
            bundle=self.state.versions.bundle,
            granted_at=self.now,
            basis=msgspec.json.encode(basis, order="sorted"),
        )

    def _told_of_itself(self, request_id: str) -> dict[str, Any]:
        return {
            "as_of": format_time(self.found.as_of),
            "request_id": request_id,
            "degraded": bool(self.warnings),
            "warnings": self.warnings,
            "versions": self.state.versions,
        }
