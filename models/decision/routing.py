"""Where does this customer belong: in which queue, for which skill, to whom who speaks the language, and what is promised.

Queues are asked in the order of the company file; the first whose rule is true and whose filters fit is the customer's. What is
not known does not fit, and is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyarrow as pa

from features.company.schema import Company
from features.company.service_limits import Agent, Queue, Sla
from features.engine.columns import stable_codes
from models.decision.situations import LANGUAGE


@dataclass(frozen=True)
class Standing:
    """What routing reads of one customer.

    `columns`: features and scores by name, NaN or absent where not known. `stages`: by stage set, the stage the customer stands
    in. `value_category`: None where not known.
    """

    columns: Mapping[str, float]
    stages: Mapping[str, str]
    value_category: str | None

    def language(self, known: Iterable[str]) -> str | None:
        """Return which of these languages the customer is spoken to in; None where it is not known or none of them."""
        code = self.columns.get(LANGUAGE, math.nan)
        names = sorted(set(known))
        codes = stable_codes(pa.array(names, pa.string())).tolist()
        return next((name for name, each in zip(names, codes, strict=True) if each == code), None)


@dataclass(frozen=True)
class PassedOver:
    """A queue that came before and was not the customer's, and why; `unknown` names what is not known and might have decided."""

    queue: str
    because: str
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True)
class Route:
    """Where a customer belongs. `agents` have the skill and speak the language, in the order of the company file.

    `rule` put the customer here; `language` is None where it is not known. `speaks`: whether anybody with the skill does; where
    nobody does, `agents` are all who have the skill. `sla`: what is promised in the customer's stage; None where nothing is.
    """

    queue: str
    skill: str
    rule: str
    language: str | None
    agents: tuple[str, ...]
    speaks: bool
    sla: Sla | None
    passed_over: tuple[PassedOver, ...]


def route(company: Company, standing: Standing) -> Route:
    """Return where the customer belongs; the last queue takes everybody."""
    language = standing.language(_languages(company))
    passed: list[PassedOver] = []
    for queue in company.routing.queues:
        refusal = _refusal(company, queue, standing, language=language)
        if refusal is None:
            break
        passed.append(refusal)
    able = [agent for agent in company.routing.agents if queue.skill in agent.skills]
    speaking = [agent for agent in able if _speaks(agent, language)]
    return Route(
        queue=queue.name,
        skill=queue.skill,
        rule=queue.rule.text,
        language=language,
        agents=tuple(agent.id for agent in speaking or able),
        speaks=bool(speaking),
        sla=_sla(company, standing),
        passed_over=tuple(passed),
    )


def _languages(company: Company) -> Iterator[str]:
    yield from company.languages
    for languages in (part.languages for parts in (company.routing.queues, company.routing.agents) for part in parts):
        yield from languages


def _speaks(agent: Agent, language: str | None) -> bool:
    """Say whether an agent can speak with the customer; who names no language is taken to speak all that are spoken."""
    return not agent.languages or language is None or language in agent.languages


def _refusal(company: Company, queue: Queue, standing: Standing, *, language: str | None) -> PassedOver | None:
    """Return why a queue is not the customer's; None where it is."""
    unknown = tuple(name for name in queue.rule.names if math.isnan(standing.columns.get(name, math.nan)))
    holds = queue.rule.holds({name: standing.columns.get(name, math.nan) for name in queue.rule.names})
    if holds is None:
        return PassedOver(queue.name, "its rule cannot be told", unknown)
    if not holds:
        return PassedOver(queue.name, "its rule does not hold")
    return next(_unfit(company, queue, standing, language=language), None)


def _unfit(company: Company, queue: Queue, standing: Standing, *, language: str | None) -> Iterator[PassedOver]:
    sets = {stage.name: each.name for each in company.stage_sets for stage in each.stages}
    if queue.stages and not any(standing.stages.get(sets[stage]) == stage for stage in queue.stages):
        missing = tuple(
            sorted({f"stage_{sets[stage]}" for stage in queue.stages} - {f"stage_{name}" for name in standing.stages})
        )
        yield PassedOver(queue.name, "it is for other stages", missing)
    if queue.value_categories and standing.value_category not in queue.value_categories:
        missing = ("value_category",) if standing.value_category is None else ()
        yield PassedOver(queue.name, "it is for other value categories", missing)
    if queue.languages and language not in queue.languages:
        yield PassedOver(queue.name, "it is for other languages", (LANGUAGE,) if language is None else ())


def _sla(company: Company, standing: Standing) -> Sla | None:
    """Return what is promised in the customer's stage: that of the default set first, else that of another set."""
    promised = {sla.stage: sla for sla in company.slas}
    first = standing.stages.get(company.default_stage_set)
    stages = [stage for stage in (first, *standing.stages.values()) if stage in promised]
    return promised[stages[0]] if stages else None
