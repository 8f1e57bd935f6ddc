"""That a logged model answers elsewhere, with the code that was logged, as it did here; and that others go on without MLflow."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

PREDICT = """
import sys, warnings
warnings.simplefilter("ignore")
import mlflow, pandas
mlflow.set_tracking_uri(sys.argv[1])
rows = pandas.read_parquet(sys.argv[2])
mlflow.pyfunc.load_model("models:/lifecycle-churn@challenger").predict(rows).to_parquet(sys.argv[3])
print(sys.modules["models"].__file__)
"""


def in_another_process(program: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False, cwd=folder)


def test_the_model_loads_back_in_another_process_with_its_own_code_and_the_same_answers(
    recorded: Any, trained_shop: Any, tmp_path: Path
) -> None:
    model = trained_shop.trained.model
    rows = np.random.default_rng(0).gamma(2.0, 10.0, (7, len(model.feature_names))).astype(np.float32)
    rows[0] = np.nan
    given, answered = tmp_path / "rows.parquet", tmp_path / "answers.parquet"
    pd.DataFrame(rows, columns=list(model.feature_names)).to_parquet(given)

    ended = in_another_process(PREDICT, recorded.tracking.uri, str(given), str(answered), folder=tmp_path)

    assert ended.returncode == 0, ended.stderr[-2000:]
    assert "/code/models/" in ended.stdout  # the code that was logged, not the project installed here
    answers = pd.read_parquet(answered)
    chances = answers[["churn_30", "churn_60", "churn_90"]].to_numpy()
    assert np.array_equal(chances, model.predict(rows, names=model.feature_names))


@pytest.mark.usefixtures("recorded")
def test_logging_a_model_leaves_the_path_of_imports_as_it_was() -> None:
    assert [path for path in sys.path if path.endswith("/code")] == []


def test_training_and_promoting_never_import_mlflow(trained_shop: Any, tmp_path: Path) -> None:
    shutil.copytree(trained_shop.home.root, tmp_path / "home")
    program = (
        "import sys; sys.modules['mlflow'] = None\n"
        "from pathlib import Path\nfrom features.home import Home\n"
        "import training.train\nfrom training.publishing.promote import promote\nfrom training.publishing.pointer import Act\n"
        f"home, key = Home(Path({str(tmp_path / 'home')!r})), Path({str(tmp_path / 'key')!r})\n"
        "promote(home, 'churn', act=Act(key, 1, 'small shop', 'a1'))\n"
    )

    ended = in_another_process(program, folder=tmp_path)

    assert ended.returncode == 0, ended.stderr[-2000:]
