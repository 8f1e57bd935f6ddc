"""How does a model logged to MLflow answer: MLflow calls `_load_pyfunc` with the folder of artefacts, and `predict` with a table.

Nothing here is pickled: the folder holds `models/<sha256>/` as promotion exports it, its hash is checked before it is parsed.
MLflow is not imported, so this file and the packages it needs travel with the model as plain code.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from features.home import Home
from models.bundle import load_model
from models.churn import ChurnModel


class LoggedChurn:
    """A churn model behind MLflow's `predict`: a row per customer in, a column per horizon out."""

    def __init__(self, model: ChurnModel) -> None:
        self.model = model

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the chance to leave as `churn_<days>`, in the order and with the index of the rows."""
        names = [str(name) for name in rows.columns]
        chances = self.model.predict(np.ascontiguousarray(rows.to_numpy(dtype=np.float32)), names=names)
        return pd.DataFrame(chances, index=rows.index, columns=[f"churn_{days}" for days in self.model.horizons_days])


def _load_pyfunc(path: str) -> LoggedChurn:
    home = Home(Path(path))
    (sha,) = (folder.name for folder in home.models.iterdir())
    return LoggedChurn(load_model(home, sha))
