"""That a demo of a small company goes on: past gates that it is too small for, and without a model that abstained."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest

from features.company import default_company_text, read_company
from features.home import Home
from lifecycle import demo
from models.bundle import Live, PredictionsOrigin, write_predictions
from training.gates import GateResult, PromotionRefused
from training.publishing import pointer, promote
from training.publishing.pointer import Act

TOO_FEW = GateResult("enough_data", "refused", "90 rows", "200 rows", "too few customers were graded")


def test_a_demo_too_small_for_its_gates_says_so_and_goes_on_by_an_override_on_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    acts: list[Act] = []

    def promoted(_home: Home, _model: str, *, act: Act) -> SimpleNamespace:
        acts.append(act)
        if act.override is None:
            raise PromotionRefused([TOO_FEW])
        return SimpleNamespace(gates=[TOO_FEW])

    monkeypatch.setattr(promote, "promote", promoted)

    demo._promote(Home(tmp_path), "churn", Act(tmp_path / "signing.key", 0))

    assert [act.override for act in acts] == [None, "demo: too few customers to pass the gates"]
    assert "not promoted" in capsys.readouterr().err


def test_another_model_that_its_gates_refuse_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    acts: list[Act] = []

    def refused(_home: Home, _model: str, *, act: Act) -> SimpleNamespace:
        acts.append(act)
        raise PromotionRefused([TOO_FEW])

    monkeypatch.setattr(promote, "promote", refused)

    demo._promote(Home(tmp_path), "value", Act(tmp_path / "signing.key", 0))

    assert [act.override for act in acts] == [None]
    assert "not promoted" in capsys.readouterr().err


@pytest.mark.parametrize(("column", "first_to_call"), [("churn_90", "b"), ("purchase_90", "a")])
def test_where_churn_abstained_the_demo_asks_about_the_first_customer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, column: str, first_to_call: str
) -> None:
    home, origin = Home(tmp_path), PredictionsOrigin("5" * 64, 0, "5" * 64, "5" * 64, "5" * 64)
    stored = write_predictions(home, origin=origin, ids=pa.array(["a", "b", "c"]), columns={column: np.array([0.1, 0.7, np.nan])})
    monkeypatch.setattr(pointer, "live_now", lambda _: Live(predictions=stored))

    assert demo._riskiest(home, read_company(default_company_text("activity"))) == first_to_call


def test_a_demo_of_which_nothing_went_live_says_what_to_run_instead(tmp_path: Path) -> None:
    with pytest.raises(demo.NothingLive, match=r"found that offer did not.*lifecycle demo --only churn"):
        demo._refuse_nothing_live(Home(tmp_path), ("offer",))
