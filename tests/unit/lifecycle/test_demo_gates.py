from pathlib import Path
from types import SimpleNamespace

import pytest

from features.home import Home
from lifecycle import demo
from training.publishing import promote
from training.publishing.gates import GateResult, PromotionRefused
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

    demo._promote(Home(tmp_path), Act(tmp_path / "signing.key", 0))

    assert [act.override for act in acts] == [None, "demo: too few customers to pass the gates"]
    assert "not promoted" in capsys.readouterr().err
