"""What follows for the goals: ours beats the peers named, pooled over the cut-offs, and is at no cut-off worse than any peer."""

from __future__ import annotations

from benchmarks.goals import Result
from benchmarks.quality.asking import Trial
from benchmarks.quality.compared import Estimates, Standing, is_better


def results(trial: Trial, standing: Standing) -> list[Result]:
    """Return the two goals of a trial."""
    data = f"{trial.title}, {len(standing.by_day)} cut-offs, {standing.pooled.rows:,} rows"
    judged, worse = trial.asking.judged, standing.worse(trial.asking.judged)
    asked = len(standing.by_day) * len(standing.pooled.differences) * len(judged)
    beaten = {peer: _beats(standing.pooled.differences[peer], trial) for peer in trial.asking.to_beat}
    figures = "; ".join(f"{peer}: {_shown(standing.pooled.differences[peer], trial)}" for peer in beaten)
    return [
        Result(
            f"{trial.id} pooled", f"{' and '.join(judged)} beside the peers named", figures, "better", all(beaten.values()), data
        ),
        Result(
            f"{trial.id} each",
            "worse than any peer at any cut-off",
            f"{len(worse)} of {asked} comparisons" + "".join(f"; {each}" for each in worse),
            "none",
            not worse,
            data,
        ),
    ]


def _beats(differences: Estimates, trial: Trial) -> bool:
    return all(is_better(differences[name], sign) for name, sign in trial.asking.judged.items())


def _shown(differences: Estimates, trial: Trial) -> str:
    found = {name: differences[name] for name in trial.asking.judged}
    return ", ".join(f"{name} {each.value:+.4f} [{each.low:+.4f}, {each.high:+.4f}]" for name, each in found.items())
