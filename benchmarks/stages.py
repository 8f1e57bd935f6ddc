"""What do stages cost, and do they flicker: 130 Mondays of 100,000 customers once, one more Monday, everybody, one customer.

Costs are measured on the company of `benchmarks.features` (ten million uses over two years; `--share` takes that share of its
customers, `--data DIR` keeps its log for the next run), flicker on Online Retail and on a simulated company. A customer flickers
who stands in the stage before again, on a Monday within 30 days of leaving it; goal Q4 is held against the default stage set.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.features.chosen import END
from benchmarks.features.data import Data
from benchmarks.goals import Result, arguments, report
from features.company import Company, default_company_text, read_company
from features.engine.batch import compute_snapshots
from features.home import Home
from features.importing.imports import import_history, receipt_for
from features.importing.mapping import shipped_mapping
from features.log.intake import Receipt, append
from features.log.store import EventLog
from features.stages.course import course
from features.stages.everybody import stages_of_everybody
from features.stages.flicker import flicker
from features.stages.keeping import keep_mondays
from features.stages.kept import KeptMondays
from features.stages.stage_rules import StageRules
from features.stages.standing import OneCustomer, stages_of
from features.times import WEEK, Timestamp, monday_at_or_before, parse_time
from training.simulated import simulate

_FILE = Path(__file__).resolve().parents[2] / "shared" / "data" / "online_retail_2009_2010.parquet"
ONCE_CPU_SECONDS, MORE_CPU_SECONDS, MOST_FLICKER = 30.0, 1.0, 0.10
_ASKED_ALONE = 200
_SIMULATED = 2_000


@dataclass(frozen=True)
class Costs:
    """CPU-seconds of each piece of work; `alone_ms`: one customer with rows at hand, median of the wall clock."""

    customers: int
    once: float
    more_from_log: float
    more_from_snapshot: float
    everybody: float
    alone_ms: float


class _Clock:
    """Counts the CPU-seconds of this process, all threads, since it was made."""

    def __init__(self) -> None:
        self._started = time.process_time()

    @property
    def seconds(self) -> float:
        return time.process_time() - self._started


def costs(home: Home, company: Company) -> Costs:
    """Measure on a log whose stages were never asked for: nothing is kept yet."""
    clock = _Clock()
    keep_mondays(home, company, END - WEEK)
    once, newest = clock.seconds, monday_at_or_before(END)
    clock = _Clock()
    kept = keep_mondays(home, company, END)
    from_log = clock.seconds
    shutil.rmtree(kept.at[newest].path)
    compute_snapshots(home, company.catalogue, [newest, END])
    clock = _Clock()
    kept = keep_mondays(home, company, END)
    from_snapshot = clock.seconds
    snapshot = compute_snapshots(home, company.catalogue, [END])[0]
    clock = _Clock()
    stages_of_everybody(snapshot, StageRules(company), kept)
    return Costs(len(snapshot.ids), once, from_log, from_snapshot, clock.seconds, _alone(home, company, kept))


def _alone(home: Home, company: Company, kept: KeptMondays) -> float:
    log, rules, waited = EventLog.open(home), StageRules(company), []
    ids = kept.at[kept.mondays[-1]].ids
    for place in range(0, len(ids), max(1, len(ids) // _ASKED_ALONE)):
        customer_id = ids[place].as_py()
        rows = {load.source: log.customer(load.source, customer_id) for load in rules.catalogue.compiled.loads}
        started = time.perf_counter()
        stages_of(OneCustomer(customer_id, END, rows), rules, kept)
        waited.append(time.perf_counter() - started)
    return statistics.median(waited) * 1000


def flicker_of(home: Home, company: Company, as_of: Timestamp) -> dict[str, tuple[float, float]]:
    """Return for each stage set the share of customers who flicker by the rules alone, and with the second look."""
    kept = keep_mondays(home, company, as_of)
    winners = kept.of(kept.at[kept.mondays[-1]].ids)
    return {
        stage_set.name: (flicker(winners[place]).share, flicker(course(winners[place], stage_set).stages).share)
        for place, stage_set in enumerate(company.stage_sets)
    }


def on_online_retail(file: Path) -> dict[str, tuple[float, float]]:
    """Return the flicker of the shipped retail company on a year of real purchases."""
    with tempfile.TemporaryDirectory() as folder:
        home, mapping = Home(Path(folder)), shipped_mapping("online_retail")
        receipt = receipt_for(mapping, received_at=parse_time("2026-01-01"))
        import_history(home, mapping, place=str(file), receipt=receipt)
        return flicker_of(home, read_company(default_company_text("activity")), parse_time("2010-12-09"))


def on_simulated(share: float) -> dict[str, tuple[float, float]]:
    """Return the flicker of the shipped subscription company on simulated customers, over two and a half years."""
    with tempfile.TemporaryDirectory() as folder:
        home, until = Home(Path(folder)), parse_time("2026-01-01")
        company = simulate(max(100, round(_SIMULATED * share)), seed=1, until=until, years=3)
        append(home, company.tables, receipt=Receipt(until, "given", company.observed_until))
        return flicker_of(home, read_company(default_company_text("default")), parse_time("2025-12-31"))


def cost_results(found: Costs) -> list[Result]:
    """Hold the costs against their goals, which are those of the full share of 100,000 customers."""
    data = f"{found.customers:,} customers, generated company"
    more = f"{found.more_from_snapshot:.2f} CPU-s where the midnight's snapshot stands, {found.more_from_log:.1f} from the log"
    once_holds, more_holds = found.once < ONCE_CPU_SECONDS, found.more_from_snapshot < MORE_CPU_SECONDS
    return [
        Result("STAGES", "130 Mondays once", f"{found.once:.1f} CPU-s", f"< {ONCE_CPU_SECONDS:.0f} CPU-s", once_holds, data),
        Result("STAGES", "one more Monday", more, f"< {MORE_CPU_SECONDS:.0f} CPU-s", more_holds, data),
    ]


def told(found: dict[str, tuple[float, float]]) -> str:
    """Return the flicker of each stage set in words."""
    return ", ".join(f"{name} {calm:.1%} ({raw:.1%} by the rules alone)" for name, (raw, calm) in found.items())


def flicker_result(found: dict[str, tuple[float, float]], data: str) -> Result:
    """Hold the default stage set against goal Q4; the other sets stand beside it."""
    holds = found["growth_curve"][1] < MOST_FLICKER
    return Result("Q4", "customers who went back within 30 days", told(found), f"< {MOST_FLICKER:.0%}", holds, data)


def main() -> None:
    """Measure everything and report."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--data", type=Path, help="folder that keeps the generated log for the next run")
    parser.add_argument("--file", type=Path, default=_FILE, help="Online Retail II, first year, as Parquet")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Data(options.data or Path(folder), options.share)
        data.prepare([("log", 1)])
        home = Home(data.new_out("stages", log_of=data.place("log")))
        found = costs(home, read_company(default_company_text("default")))
    print(f"everybody: {found.everybody:.2f} CPU-s; one customer, rows at hand: p50 {found.alone_ms:.1f} ms", file=sys.stderr)
    simulated = on_simulated(options.share)
    print(f"simulated company: {told(simulated)}", file=sys.stderr)
    real = flicker_result(on_online_retail(options.file), "Online Retail II 2009-12 to 2010-12 (real)")
    report([*cost_results(found), real], options.json)


if __name__ == "__main__":
    main()
