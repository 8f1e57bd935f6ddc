"""Where does a customer belong, told from one row of predictions: queue, skill, agents, promise, and why not elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterator

from msgspec import UNSET, Struct, UnsetType

from features.times import format_time
from models.decision.published import published_column
from models.decision.routing import Route, Standing, route
from models.decision.situations import LANGUAGE
from serving.answering import answers
from serving.answering.answers import Caveat
from serving.answering.parts import Row
from serving.live.state import Found, LiveState, Versions

_NO_AGENT = Caveat("no_agent_for_language", "Nobody with the skill speaks the customer's language; all who have it are named.")
_NO_LANGUAGE = Caveat("language_unknown", "The customer's language is not known, so nobody is left out for it.", "language")
_NO_SLA = Caveat("no_promise", "The company file promises nothing in the customer's stage.", "sla")


class SlaAnswer(Struct, frozen=True):
    """What customers of a stage are promised."""

    stage: str
    first_response_hours: float
    resolution_hours: float
    update_hours: float
    waiting_seconds: int


class PassedOverAnswer(Struct, frozen=True):
    """A queue that came before, why it is not the customer's, and what was not known."""

    queue: str
    because: str
    unknown: list[str]


class RouteAnswer(Struct, frozen=True, omit_defaults=True):
    """Where the customer belongs, by which rule, who can take them, and what is promised."""

    customer_id: str
    queue: str
    skill: str
    rule: str
    agents: list[str]
    passed_over: list[PassedOverAnswer]
    as_of: str
    request_id: str
    degraded: bool
    warnings: list[Caveat]
    versions: Versions
    language: str | UnsetType = UNSET
    sla: SlaAnswer | UnsetType = UNSET


def route_answer(state: LiveState, customer: Found, *, request_id: str, held: answers.Standing) -> RouteAnswer:
    """Return where a customer belongs."""
    found = route(state.company, _standing(state, customer.values))
    general = [caveat for caveat in held.warnings if caveat.part is UNSET]
    unknown = any(passed.unknown for passed in found.passed_over)
    return RouteAnswer(
        customer_id=customer.customer_id,
        queue=found.queue,
        skill=found.skill,
        rule=found.rule,
        agents=list(found.agents),
        passed_over=[PassedOverAnswer(one.queue, one.because, list(one.unknown)) for one in found.passed_over],
        as_of=format_time(customer.as_of),
        request_id=request_id,
        degraded=unknown or bool(general),
        warnings=[*_warnings(found), *general],
        versions=state.versions,
        language=found.language or UNSET,
        sla=_sla(found),
    )


def _standing(state: LiveState, values: Row) -> Standing:
    company = state.company
    at = {name: place for place, name in enumerate(state.predictions.columns)}
    named = {name for queue in company.routing.queues for name in queue.rule.names} | {LANGUAGE}
    published = {name: at[column] for name in named if (column := published_column(name, company)) in at}
    return Standing(
        {name: values[place] for name, place in published.items()}, dict(_stages(state, values, at)), _category(state, values)
    )


def _stages(state: LiveState, values: Row, at: dict[str, int]) -> Iterator[tuple[str, str]]:
    for stage_set in state.company.stage_sets:
        place = at.get(f"stage_{stage_set.name}")
        if place is not None and values[place] >= 0:
            yield stage_set.name, stage_set.stages[int(values[place])].name


def _category(state: LiveState, values: Row) -> str | None:
    places = state.places.value
    if places is None or places.category is None or math.isnan(values[places.category]):
        return None
    return places.categories[int(values[places.category])][0]


def _warnings(found: Route) -> Iterator[Caveat]:
    unknown = sorted({name for passed in found.passed_over for name in passed.unknown})
    if unknown:
        text = f"Not known of this customer, so rules that name it do not hold: {', '.join(unknown)}."
        yield Caveat("routing_rests_on_too_little", text, "queue")
    if found.language is None:
        yield _NO_LANGUAGE
    if not found.speaks and found.agents:
        yield _NO_AGENT
    if found.sla is None:
        yield _NO_SLA


def _sla(found: Route) -> SlaAnswer | UnsetType:
    if found.sla is None:
        return UNSET
    return SlaAnswer(
        found.sla.stage,
        found.sla.first_response_hours,
        found.sla.resolution_hours,
        found.sla.update_hours,
        found.sla.waiting_seconds,
    )
