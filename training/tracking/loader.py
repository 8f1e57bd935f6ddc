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
from models.model import Model


class LoggedModel:
    """A model behind MLflow's `predict`: a row per customer in, a column per prediction out."""

    def __init__(self, model: Model) -> None:
        self.model = model

    def predict(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the columns that would stand in the predictions, in the order and with the index of the rows."""
        names = [str(name) for name in rows.columns]
        columns = self.model.score(np.ascontiguousarray(rows.to_numpy(dtype=np.float32)), names=names)
        return pd.DataFrame(dict(columns), index=rows.index)


def _load_pyfunc(path: str) -> LoggedModel:
    home = Home(Path(path))
    (sha,) = (folder.name for folder in home.models.iterdir())
    return LoggedModel(load_model(home, sha))
