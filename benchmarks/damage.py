"""Damaged artefacts (R1): is each refused before it is parsed, and does the process that asked live on.

Artefacts of every kind are cut at a random place or get one bit flipped, and a worker process is asked to open all that is live.
A worker that answers, or dies, counts against the goal. `--share 0.1` is the tenth that the suite runs.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from benchmarks.goals import Result, arguments, report
from features.errors import Damaged
from features.home import Home
from features.times import DAY, parse_time

if TYPE_CHECKING:
    from features.snapshot import Snapshot
    from models.churn import ChurnModel
    from models.rows import Rows

TRIALS = 400
HORIZONS_DAYS = (30, 60, 90)
AS_OF = parse_time("2026-01-01")
_ROOT = Path(__file__).resolve().parents[1]
_CUSTOMERS = 300


@dataclass
class Campaign:
    """What happened: refusals by situation, artefacts accepted although damaged, deaths of the worker."""

    refused: Counter[str] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)
    deaths: list[str] = field(default_factory=list)
    kinds: int = 0

    @property
    def trials(self) -> int:
        """Return how many artefacts were damaged."""
        return sum(self.refused.values()) + len(self.accepted) + len(self.deaths)

    @property
    def holds(self) -> bool:
        """Say whether all were refused and the worker never died."""
        return not self.accepted and not self.deaths


def damage_campaign(folder: Path, *, share: float, seed: int = 0) -> Campaign:
    """Damage `share` of 400 artefacts, one at a time and half of them by truncation, and ask for them.

    Raises
    ------
    RuntimeError
        If the undamaged installation is not accepted before and after: then refusals would prove nothing.
    """
    home, random, campaign = build_home(folder), np.random.default_rng(seed), Campaign()
    artefacts = sorted(path for path in home.root.rglob("*") if path.is_file())
    campaign.kinds = len({path.parent.parent.name + path.name for path in artefacts})
    worker = Worker(home)
    worker.expect_whole()
    for trial in range(max(len(artefacts), round(TRIALS * share))):
        path = artefacts[trial % len(artefacts)]
        content = path.read_bytes()
        path.write_bytes(damaged(content, by_truncation=trial // len(artefacts) % 2 == 0, random=random))
        _count(campaign, path, worker.ask())
        path.write_bytes(content)
    worker.expect_whole()
    worker.end()
    return campaign


def damaged(content: bytes, *, by_truncation: bool, random: np.random.Generator) -> bytes:
    """Return the content cut at a random place before its end, or with one random bit flipped."""
    if by_truncation:
        return content[: random.integers(len(content))]
    flipped = bytearray(content)
    flipped[random.integers(len(content))] ^= 1 << int(random.integers(8))
    return bytes(flipped)


def _count(campaign: Campaign, path: Path, answer: str | None) -> None:
    if answer is None:
        campaign.deaths.append(path.name)
    elif answer.startswith("refused "):
        campaign.refused[answer.removeprefix("refused ")] += 1
    else:
        campaign.accepted.append(f"{path.name}: {answer}")


class Worker:
    """A process that opens everything live each time it is asked; replaced when it dies."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._process = self._started()

    def ask(self) -> str | None:
        """Return what it says of the installation as it is now; None if it died of it."""
        assert self._process.stdin  # noqa: S101 (both are pipes, made below)
        assert self._process.stdout  # noqa: S101
        self._process.stdin.write("open\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().strip()
        if not answer:
            self.end()
            self._process = self._started()
        return answer or None

    def expect_whole(self) -> None:
        """Refuse to go on unless the installation is accepted."""
        if (answer := self.ask()) != "accepted":
            raise RuntimeError(f"needed the undamaged installation to be accepted, found {answer}")

    def end(self) -> None:
        """End the process and close its pipes."""
        with self._process as process:
            process.kill()

    def _started(self) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "benchmarks.damage", "--worker", str(self._home.root)]
        return subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def serve_requests(home: Home) -> None:
    """Open everything live for each line on stdin, and say how it went: what a serving process does, without the serving."""
    for _ in sys.stdin:
        print(_opened(home), flush=True)


def _opened(home: Home) -> str:
    from features.company import stored_company
    from features.snapshot import open_snapshot
    from models.bundle import load_live, load_public_key, serve_predictions
    from models.learners.tables import ForestUnreadable

    try:
        state = load_live(home, public_key=load_public_key(home), trial=False, mapped=False)
        serve_predictions(home, str(state.live.predictions))
        stored_company(home, str(state.live.company))
        for folder in home.snapshots.iterdir():
            open_snapshot(folder, verify=True)
    except ForestUnreadable as error:
        return f"parsed it: {error}"
    except Damaged as error:
        return f"refused {type(error).__name__}"
    return "accepted"


def build_home(folder: Path) -> Home:
    """Make a small installation with one artefact of every kind, from random numbers."""
    from features.catalogue import CATALOGUE
    from features.company import default_company_text, read_company, store_company
    from models.bundle import (
        Live,
        PredictionsOrigin,
        create_signing_key,
        export_model,
        write_bundle,
        write_live,
        write_predictions,
    )

    home = Home(folder / "var")
    company = store_company(home, read_company(default_company_text("default")))
    snapshot = _snapshot(home)
    model = export_model(home, _model(np.asarray(snapshot.matrix)), provenance={})
    bundle = write_bundle(home, {"churn": model}, signer=create_signing_key(folder / "signing.key", home))
    origin = PredictionsOrigin(snapshot.digest, AS_OF, CATALOGUE.signature, bundle, company)
    columns = {"churn_90": np.linspace(0.0, 1.0, _CUSTOMERS)}
    predictions = write_predictions(home, origin=origin, ids=snapshot.ids, columns=columns)
    write_live(home, Live(bundle, company, snapshot.digest, predictions))
    return home


def _snapshot(home: Home) -> Snapshot:
    from features.catalogue import CATALOGUE
    from features.snapshot import Provenance, draft_snapshot, publish_draft

    ids = pa.array([f"c{number:03d}" for number in range(_CUSTOMERS)])
    provenance = Provenance(AS_OF, "0" * 64, 1, CATALOGUE.signature, {"purchases": AS_OF})
    with draft_snapshot(home, ids, CATALOGUE.names) as draft:
        draft.write(np.random.default_rng(0).gamma(1.0, 20.0, (len(ids), len(CATALOGUE.names))))
        return publish_draft(home, draft, provenance)


def _model(rows: Rows) -> ChurnModel:
    from features.catalogue import CATALOGUE
    from models.churn import ChurnRecipe, fit_churn
    from models.examples import Examples
    from models.learners.boosting import BoostingPreset

    labels, customers = (rows[:, :3] > 15).astype(np.float64), np.arange(len(rows), dtype=np.int32)
    as_ofs = np.full(len(rows), AS_OF - HORIZONS_DAYS[-1] * DAY)
    examples = Examples(rows, CATALOGUE.names, labels, customers, as_ofs, CATALOGUE.signature)
    members, preset = (("boosting", 0.5), ("rfm_logistic", 0.5)), BoostingPreset(rounds=5, bag=1)
    recipe = ChurnRecipe("small", members, "contract", HORIZONS_DAYS, preset)
    return fit_churn(examples, recipe=recipe, seed=0)


def main() -> None:
    """Run the campaign, or be its worker."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--worker", type=Path, help="answer for the installation in this folder (used by the campaign itself)")
    options = parser.parse_args()
    if options.worker:
        return serve_requests(Home(options.worker))
    with tempfile.TemporaryDirectory() as folder:
        campaign = damage_campaign(Path(folder), share=options.share)
    print(", ".join(f"{name} {count}" for name, count in campaign.refused.most_common()))
    for line in (*campaign.accepted, *campaign.deaths):
        print(line)
    return report([_result(campaign)], options.json)


def _result(campaign: Campaign) -> Result:
    refused = sum(campaign.refused.values())
    figure = f"{refused} of {campaign.trials} refused, {len(campaign.deaths)} deaths"
    data = f"{campaign.kinds} kinds of artefacts of a small installation"
    return Result("R1", "damaged artefacts refused before parsing", figure, "all refused, 0 deaths", campaign.holds, data)


if __name__ == "__main__":
    main()
