"""Retrainings killed at random moments (R4): does the service keep answering, is everything whole, does the next run complete.

An installation of a tiny shop has two models live and new orders in its log. `lifecycle retrain` is started as a process of its
own and killed with SIGKILL, children included, at moments drawn from equal parts of its undisturbed time, so that every phase is
met. A service of two processes answers callers all the while. After each kill everything a reader would open is opened; what was
left is made to look two days old; the command is run again and must come to what an undisturbed run comes to, with nothing left.
A retraining that was done before the kill is examined too, and does not count: trials go on until enough were killed.

A campaign may be ended and taken up again: `--trials FILE` keeps a line a trial, and those that stand there are not run again.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.asking import Caller, callers, lifecycle, service
from benchmarks.goals import Result, arguments, report
from benchmarks.retrain_crashes.campaign import KILLS, WORDS, Campaign, environment
from benchmarks.retrain_crashes.standing import UNTIL, Answer, Standing, asked_of, build_shop, deliver
from benchmarks.retrain_crashes.trial import Trial
from features.times import DAY

_DAYS_LATER = 2


def main() -> None:
    """Run the campaign."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--trials", type=Path, help="keep a line a trial in this file, and go on where it ends")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        campaign = _prepared(Path(folder), trials=options.trials or Path(folder, "trials.jsonl"))
        with service(campaign.environment) as port, callers(campaign.asked, port) as asking:
            kills = {name: max(1, round(kills * options.share)) for name, kills in KILLS.items()}
            trials = [trial for name in WORDS for trial in campaign.run(name, asking, kills=kills[name])]
    for fault in (f"{trial.scenario} {trial.number}: {fault}" for trial in trials for fault in trial.faults):
        print(fault)
    report([_kills_result(trials, wanted=sum(kills.values())), _answers_result(asking, campaign.known)], options.json)


def _prepared(folder: Path, *, trials: Path) -> Campaign:
    """Make an installation with two models live and two days of orders that they have not seen."""
    home, key = build_shop(folder), folder / "signing.key"
    words = lifecycle("retrain", *WORDS["promoting, in MLflow"])
    subprocess.run(words, env=environment(home.root, key), check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deliver(home, since=UNTIL, until=UNTIL + _DAYS_LATER * DAY)
    asked = asked_of(home)
    return Campaign(folder, Standing.keep(home, signing_key=key), asked, trials)


def _kills_result(trials: Sequence[Trial], *, wanted: int) -> Result:
    killed = [trial for trial in trials if trial.was_killed]
    found, phases = sum(len(trial.faults) for trial in trials), Counter(trial.phase for trial in killed)
    met = ", ".join(f"{number} in {phase}" for phase, number in phases.most_common())
    left = sum(trial.left > 0 for trial in trials)
    return Result(
        "R4",
        "retrain killed at random moments",
        f"{len(killed)} killed ({met}); {found} faults; the next run completed each time" if not found else f"{found} faults",
        f"{wanted} killed, 0 faults: everything whole, the next run ends in the same models, nothing stays behind",
        not found and len(killed) >= wanted,
        f"tiny shop, two models live; {len(trials)} trials, {left} left files behind, all gone after the next run",
    )


def _answers_result(asking: Sequence[Caller], known: Iterable[Answer]) -> Result:
    errors = [error for caller in asking for error in caller.errors]
    mixed = {answer for caller in asking for answer in caller.seen} - set(known)
    for error in sorted(set(errors))[:5]:
        print(error)
    figure = f"{len(errors)} errors, {len(mixed)} mixed of {sum(caller.answers for caller in asking):,} answers"
    return Result(
        "R4", "the service meanwhile", figure, "0 errors, each answer from one version", not errors and not mixed, "2 processes"
    )


if __name__ == "__main__":
    main()
