"""Every KPI of the company file is computed and explained, and every limit that can be set is held against its figure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from features.company import Company, default_company_text, read_company
from features.company.service_limits import KPIS, KpiLimit
from features.times import parse_time
from models.kpis.arithmetic.figures import SHARE, Scale
from models.kpis.arithmetic.observations import Staged, observed
from models.kpis.kpi import ALL_KPIS
from models.kpis.lines import places_of, stage_lines
from models.kpis.measures import Facts, Measure, Reach, measures_of
from models.kpis.subjects.contracts import DueContracts
from models.kpis.subjects.economics import Amounts
from models.kpis.subjects.onboarding import Newcomers
from models.kpis.subjects.presence import Presence
from models.kpis.subjects.support import Tickets
from models.kpis.subjects.voice import Answers

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "kpi-report.md").read_text(encoding="utf-8")
NOW = parse_time("2026-01-01")
STARTS = [parse_time(f"2025-{month:02d}-02") for month in range(1, 13)]
SHIPPED = ("default", "activity", "grocery")


def staged(company: Company, *, each: int = 12) -> Staged:
    """Put a dozen customers into every stage, a row a month."""
    stages, months = len(company.stage_set.stages), len(STARTS)
    customers = np.arange(stages * each)
    rows = np.tile(customers, months)
    return Staged(rows, (rows // each).astype(np.int8), np.repeat(np.array(STARTS), len(customers)))


def facts(company: Company) -> Facts:
    """Build a company in which something is known of every KPI, in every stage and month."""
    rows = staged(company)
    own, count = vars(rows), len(rows)
    ones, yes = np.ones(count), np.ones(count, dtype=np.bool_)
    hour_later = rows.times + 3_600_000_000
    tickets = Tickets(
        **own,
        channels=np.full(count, "web"),
        complaint=~yes,
        answered=hour_later,
        updated=hour_later,
        resolved=hour_later,
        delight_factors=np.full(count, "speed"),
        **dict.fromkeys(("contacts", "hand_overs", "waiting_seconds", "reopened", "abandoned", "delighted"), ones),
    )
    kinds = ("nps", "csat", "ces")
    asked = {name: np.concatenate([column] * len(kinds)) for name, column in own.items()}
    unknown = dict.fromkeys(("uses", "active_days", "tickets", "purchases", "used_late", "stayed"), ones)
    sources = ("tickets", "surveys", "purchases", "milestones")
    return Facts(
        reach=Reach(NOW, dict.fromkeys(sources, NOW)),
        joined=np.zeros(int(rows.customers.max()) + 1, np.int64),
        tickets=tickets,
        answers=Answers(**asked, kinds=np.repeat(kinds, count), scores=np.full(count * len(kinds), 5.0)),
        standing=[rows],
        due=DueContracts(**own, renewed=yes, mature=yes, decided_at=rows.times),
        left=observed(rows, ones * 0, scale=SHARE),
        amounts=Amounts(**own, amounts=ones * 10, is_purchase=yes),
        presence=Presence(**own, days=ones * 30),
        newcomers=Newcomers(**own, reached=np.tile(hour_later[:, None], len(company.milestones) or 1), **unknown),
        worth=observed(rows, ones * 2, scale=Scale(0.0, 1e6)),
        absent={},
    )


@pytest.fixture(scope="module")
def measures() -> Mapping[str, Measure]:
    return measures_of(facts(company("default")), company("default"))


def company(name: str) -> Company:
    return read_company(default_company_text(name))


def test_the_kpis_computed_are_those_that_may_have_limits() -> None:
    assert list(ALL_KPIS) == list(KPIS)


@pytest.mark.parametrize("kpi", KPIS)
def test_every_kpi_has_a_figure_on_its_scale_in_every_stage(measures: Mapping[str, Measure], kpi: str) -> None:
    lowest, highest, _ = KPIS[kpi]
    measure = measures[kpi]

    for place in places_of(company("default").stage_set).values():
        figure = measure.seen.within(measure.period.since, measure.period.until).of_stage(place).figure()
        assert lowest <= figure.value <= highest
        assert figure.customers == 12


@pytest.mark.parametrize("name", SHIPPED)
def test_every_limit_of_a_shipped_company_gets_a_verdict(name: str) -> None:
    lines = stage_lines(
        measures_of(facts(company(name)), company(name)), company(name), counts=dict.fromkeys(company(name).stage_set.order, 12)
    )
    held = {(stage.stage, line.kpi): line.verdict for stage in lines for line in stage.kpis if line.verdict}

    assert set(held) == {(limit.stage, limit.kpi) for limit in company(name).kpi_limits}


def test_a_limit_on_any_kpi_of_any_stage_gets_a_verdict_that_tells(measures: Mapping[str, Measure]) -> None:
    stages = company("default").stage_set.order
    limits = tuple(KpiLimit(stage=stage, kpi=kpi, minimum=KPIS[kpi][0]) for stage in stages for kpi in KPIS)
    limited = company("default").model_copy(update={"kpi_limits": limits})

    lines = stage_lines(measures, limited, counts=dict.fromkeys(stages, 12))

    assert {line.verdict for stage in lines for line in stage.kpis} == {"kept"}


@pytest.mark.parametrize("kpi", KPIS)
def test_every_kpi_is_explained(kpi: str) -> None:
    assert re.search(rf"^\| `{kpi}` \|", GUIDE, flags=re.MULTILINE), f"docs/kpi-report.md does not define {kpi}"
