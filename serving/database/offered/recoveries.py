"""What was given back to whom, by whom, and what is left of the budget: read and granted in one transaction.

Whoever grants takes the budget first (`hold_budget`), so that two at once never give more than there is. Amounts of another
currency than the company's are not counted: no rate is known here.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, select

from features.company.service_limits import Recovery
from features.times import DAY, Timestamp
from models.decision.recovery import CASE_DAYS, Given
from serving.database.locks import Lock, hold
from serving.database.tables import recoveries
from serving.database.transactions import reading

_granted = recoveries.c


@dataclass(frozen=True)
class GrantedRecovery:
    """One amount given back, in hundredths of the currency; `basis` is the limit it was granted under, as JSON."""

    id: str
    customer_id: str
    complaint: str
    amount: int
    currency: str
    agent_id: str
    role: str | None
    key_id: str
    company: str
    bundle: str
    granted_at: Timestamp
    basis: bytes


_COLUMNS = [_granted[name] for name in GrantedRecovery.__dataclass_fields__]


@dataclass(frozen=True)
class Case:
    """Whose complaint of which type, who would give, and in which currency."""

    customer_id: str
    complaint: str
    agent_id: str
    currency: str


def hold_budget(connection: Connection) -> None:
    """Let nobody else grant until the transaction ends."""
    hold(connection, Lock.BUDGET)


def given_before(connection: Connection, case: Case, recovery: Recovery, *, now: Timestamp) -> Given:
    """Return what was granted before `now`, as far as it counts against a further grant."""
    of_customer = _granted.customer_id == case.customer_id
    in_case = [of_customer, _granted.complaint == case.complaint, _since(now, CASE_DAYS)]

    def total(*conditions: ColumnElement[bool]) -> float:
        found = select(func.coalesce(func.sum(_granted.amount), 0)).where(_granted.currency == case.currency, *conditions)
        return int(connection.scalar(found) or 0) / 100

    return Given(
        in_case=total(*in_case),
        by_agent=total(*in_case, _granted.agent_id == case.agent_id),
        to_customer=total(of_customer, _since(now, recovery.safety_days)),
        to_everybody=total(_since(now, recovery.budget_days)),
    )


def keep_recovery(connection: Connection, granted: GrantedRecovery) -> None:
    """Store a grant, in the transaction that holds the budget."""
    connection.execute(recoveries.insert(), asdict(granted))


def recoveries_between(engine: Engine, since: Timestamp, until: Timestamp) -> list[GrantedRecovery]:
    """Return what was granted from one moment until before another, in order."""
    query = select(*_COLUMNS).where(_granted.granted_at >= since, _granted.granted_at < until).order_by(_granted.sequence)
    with reading(engine) as connection:
        return [GrantedRecovery(*row) for row in connection.execute(query)]


def granted_to(connection: Connection, customer_id: str, *, since: Timestamp) -> list[GrantedRecovery]:
    """Return what a customer was given since a moment, the newest first."""
    query = select(*_COLUMNS).where(_granted.customer_id == customer_id, _granted.granted_at >= since)
    return [GrantedRecovery(*row) for row in connection.execute(query.order_by(_granted.sequence.desc()))]


def erase_recoveries(connection: Connection, customer_id: str) -> int:
    """Delete what was given back to a customer, and return how often that was; the budget forgets it too."""
    return connection.execute(delete(recoveries).where(_granted.customer_id == customer_id)).rowcount


def _since(now: Timestamp, days: int) -> ColumnElement[bool]:
    return _granted.granted_at > now - days * DAY
