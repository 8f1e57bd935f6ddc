"""Does a model load and answer as it did, tried where a crash costs nothing: in a child process that only gets paths.

LightGBM's parser can kill its process on a text it should refuse. The hash keeps damaged texts away from it; this keeps away
one that was made wrong and hashed after. Run as `python -m models.bundle.trial HOME SHA256...`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from features.errors import Damaged, LifecycleError
from features.home import Home
from models.bundle.models import check_golden_rows

_PROGRAM_FOLDER = Path(__file__).resolve().parents[2]
_REFUSED = 3
_LONGEST_REASON = 500


class TrialFailed(Damaged):
    """A model was refused, crashed its process, or did not answer in time when it was tried."""


def trial_load(home: Home, *shas: str, timeout_seconds: float = 120.0) -> None:
    """Load models and repeat their golden rows in one child process; return only if all went well.

    Raises
    ------
    TrialFailed
        With the reason: what the child refused, the signal that ended it, or the time it did not keep.
    """
    command = [sys.executable, "-m", "models.bundle.trial", str(home.root.resolve()), *shas]
    names = ", ".join(sha[:12] for sha in shas)
    try:
        # The working folder makes the child import this very program, wherever the parent was started.
        ended = subprocess.run(command, cwd=_PROGRAM_FOLDER, capture_output=True, timeout=timeout_seconds, check=False)  # noqa: S603 (no shell, and the words are paths and hashes)
    except subprocess.TimeoutExpired as error:
        raise TrialFailed(
            f"needed model {names} to load within {timeout_seconds:g} s, found it still loading; it was not used"
        ) from error
    if ended.returncode:
        raise TrialFailed(f"needed model {names} to load and repeat its golden rows; {_reason(ended)}; it was not used")


def _reason(ended: subprocess.CompletedProcess[bytes]) -> str:
    said = ended.stderr.decode(errors="replace").strip()[-_LONGEST_REASON:]
    if ended.returncode < 0:
        return f"found its process ended by signal {-ended.returncode}"
    return said if ended.returncode == _REFUSED else f"found its process ended with {ended.returncode}: {said}"


def main(arguments: Sequence[str]) -> int:
    """Try each model named; the exit code says whether all answered as they did, the reason stands on stderr."""
    root, *shas = arguments
    try:
        for sha in shas:
            check_golden_rows(Home(Path(root)), sha)
    except LifecycleError as error:
        sys.stderr.write(f"{error}\n")
        return _REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
