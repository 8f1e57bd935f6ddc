"""Where does everything stand on disk: the one folder `LIFECYCLE_HOME`, and the names below it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The folder of one installation. Nothing is created by naming it.

    >>> Home(Path("var")).live.as_posix()
    'var/live.json'
    """

    root: Path

    @property
    def log(self) -> Path:
        """Return the folder of the event log: one folder a source, and its manifest."""
        return self.root / "log"

    @property
    def quarantine(self) -> Path:
        """Return the folder of rows that broke their contract, one folder a source."""
        return self.root / "quarantine"

    @property
    def snapshots(self) -> Path:
        """Return the folder of feature snapshots, `<as_of>-<digest>/`."""
        return self.root / "snapshots"

    @property
    def stages(self) -> Path:
        """Return the folder of the stage rules' winners at past Mondays, `<monday>-<digest>/`."""
        return self.root / "stages"

    @property
    def models(self) -> Path:
        """Return the folder of exported models, `<sha256>/`."""
        return self.root / "models"

    @property
    def bundles(self) -> Path:
        """Return the folder of signed bundles, `<sha256>/`."""
        return self.root / "bundles"

    @property
    def companies(self) -> Path:
        """Return the folder of company files, `<sha256>.toml`."""
        return self.root / "companies"

    @property
    def predictions(self) -> Path:
        """Return the folder of predictions, `<digest>/`."""
        return self.root / "predictions"

    @property
    def names(self) -> Path:
        """Return the folder of names by which people look for customers, `<digest>/`; made from the log, and only one is kept."""
        return self.root / "names"

    @property
    def reports(self) -> Path:
        """Return the folder of JSON reports that training writes and serving shows."""
        return self.root / "reports"

    @property
    def batches(self) -> Path:
        """Return the folder of answers to bulk questions, one folder a batch, each kept for some days."""
        return self.root / "batches"

    @property
    def tuning(self) -> Path:
        """Return the folder of trials of ways to grow trees, one file a search."""
        return self.root / "tuning"

    @property
    def keys(self) -> Path:
        """Return the folder of the public key and the HMAC secrets; the private signing key is never here."""
        return self.root / "keys"

    @property
    def mlflow(self) -> Path:
        """Return the folder of MLflow's default store."""
        return self.root / "mlflow"

    @property
    def live(self) -> Path:
        """Return the only pointer: which bundle, company, snapshot and predictions are live."""
        return self.root / "live.json"

    @property
    def ledger(self) -> Path:
        """Return the append-only record of what was live when, one JSON object a line."""
        return self.root / "ledger.jsonl"

    @property
    def database(self) -> Path:
        """Return the SQLite file of the operational database, where no other URL is set."""
        return self.root / "lifecycle.db"

    @property
    def erased(self) -> Path:
        """Return the append-only list of who was erased and when, each under the name that only this installation can make."""
        return self.root / "erased.jsonl"
