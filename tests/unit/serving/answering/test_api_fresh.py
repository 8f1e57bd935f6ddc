"""Fresh, erased and damaged customers, and reasons on demand, as callers see them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.live_states import AS_OF, HORIZONS_DAYS, Publisher
from features.catalogue import CATALOGUE
from features.company import default_company_text, read_company, store_company
from features.home import Home
from features.row_file import digests_of
from features.snapshot import Provenance, draft_snapshot, publish_draft
from features.times import DAY, HOUR, format_time
from models.bundle import Beside, Live, PredictionsOrigin, export_model, write_bundle, write_predictions
from models.churn import ChurnRecipe, fit_churn
from models.examples import Examples
from models.explanation import REASON_ROW, Reasons, reasons
from serving.answering.reads import ReadRecord
from serving.live.overlay import FreshRow, Overlay
from serving.live.watch import InService

IDS = [f"c{number:02d}" for number in range(40)]


@pytest.fixture(scope="module")
def explained(tmp_path_factory, run_service):
    """A service over a snapshot with features and a model that reads them; the stored predictions hold no reasons."""
    folder = tmp_path_factory.mktemp("explained")
    publisher = Publisher(Home(folder / "home"), folder / "signing.key")
    model, rows = _published(publisher)
    for asker in run_service(publisher):
        asker.service.live.in_service().state.workings.wait(60)
        yield asker, model, rows


def _published(publisher):
    home, drawn = publisher.home, np.random.default_rng(0)
    rows = drawn.gamma(1.0, 20.0, (len(IDS), len(CATALOGUE.names))).astype(np.float32)
    with draft_snapshot(home, pa.array(IDS), CATALOGUE.names) as draft:
        draft.write(rows)
        snapshot = publish_draft(home, draft, Provenance(AS_OF, "0" * 64, 1, CATALOGUE.signature, {"purchases": AS_OF}))
    labels = (rows[:, :3] > 15).astype(np.float64)
    as_ofs = np.full(len(rows), AS_OF - HORIZONS_DAYS[-1] * DAY)
    examples = Examples(rows, CATALOGUE.names, labels, np.arange(len(rows), dtype=np.int32), as_ofs, CATALOGUE.signature)
    model = fit_churn(examples, recipe=ChurnRecipe("rfm", (("rfm_logistic", 1.0),), "contract", HORIZONS_DAYS), seed=0)
    company = store_company(home, read_company(default_company_text("default")))
    bundle = write_bundle(home, {"churn": export_model(home, model, provenance={})}, signer=publisher._signer())
    origin = PredictionsOrigin(snapshot.digest, AS_OF, CATALOGUE.signature, bundle, company)
    said = model.predict(rows, names=CATALOGUE.names)
    columns = {f"churn_{days}": said[:, place] for place, days in enumerate(HORIZONS_DAYS)}
    beside = Beside(feature_digests=digests_of(snapshot.matrix))
    predictions = write_predictions(home, origin=origin, ids=snapshot.ids, columns=columns, beside=beside)
    publisher.point_to(Live(bundle, company, snapshot.digest, predictions))
    return model, rows


def test_reasons_on_demand_are_those_that_would_have_been_stored(explained):
    asker, model, rows = explained
    expected = reasons(model, rows, names=CATALOGUE.names, horizon_days=90).of(7)

    answer = asker.get("/v1/customers/c07?reasons=true").json()

    told = [(each["code"], each["feature"], each["contribution"]) for each in answer["churn"]["reasons"]]
    assert told == [(each.code, each.feature, each.contribution) for each in expected]
    assert told


def test_reasons_are_not_computed_for_who_does_not_ask(explained):
    asker, _, _ = explained

    assert "reasons" not in asker.get("/v1/customers/c08").json()["churn"]
    assert "reasons" in asker.get("/v1/customers/c08?reasons=true").json()["churn"]


def test_until_the_models_are_loaded_reasons_are_refused_and_looking_up_works(explained):
    asker, _, _ = explained
    workings = asker.service.live.in_service().state.workings
    workings._done.clear()

    refused, found = asker.get("/v1/customers/c09?reasons=true"), asker.get("/v1/customers/c09")
    workings._done.set()

    assert (refused.status_code, refused.json()["type"]) == (503, "urn:lifecycle:problem:models-loading")
    assert int(refused.headers["retry-after"]) >= 1
    assert found.status_code == 200


@pytest.fixture
def served(tmp_path, run_service):
    publisher = Publisher(Home(tmp_path / "home"), tmp_path / "signing.key")
    publisher.publish({"c1": 0.3, "c2": 0.8})
    yield from run_service(publisher)


def lay_over(asker, overlay: Overlay) -> None:
    """Lay this over the state for good: nothing is asked of the database any more."""
    watch = asker.service.live
    watch._news = None
    watch._now = InService(watch.in_service().state.overlaid(overlay))


def test_a_fresh_customer_is_answered_with_their_own_moment(served):
    width = len(served.service.live.in_service().state.predictions.columns)
    values = np.full(width, 0.6).astype("<f8").tobytes()
    lay_over(served, Overlay({"c1": FreshRow(1, AS_OF + HOUR, values), "new": FreshRow(2, AS_OF + HOUR, values)}))

    alone = [served.get(f"/v1/customers/{name}").json() for name in ("c1", "new", "c2")]
    together = served.post("/v1/predictions", json={"customer_ids": ["c1", "c2"]}).json()["items"]

    assert [each["as_of"] for each in alone] == [format_time(at) for at in (AS_OF + HOUR, AS_OF + HOUR, AS_OF)]
    assert [each["churn"]["probability"] for each in alone] == [0.6, 0.6, 0.8]
    assert (together[0]["as_of"], "as_of" in together[1]) == (format_time(AS_OF + HOUR), False)


def test_the_card_of_a_fresh_customer_says_how_to_get_the_reasons_that_it_lacks(served):
    nobody = Reasons(np.zeros(0, REASON_ROW), ("purchase_rhythm",), ("purchases_days_since_last",), (12.0,))
    served.publisher.point_to(served.publisher.store({"c1": 0.3, "c2": 0.8}, reasons=nobody))
    served.service.live.look()
    width = len(served.service.live.in_service().state.predictions.columns)
    fresh = FreshRow(1, AS_OF + HOUR, np.full(width, 0.6).astype("<f8").tobytes())
    lay_over(served, Overlay({"c1": fresh}))

    warnings = {name: served.get(f"/v1/customers/{name}").json()["warnings"] for name in ("c1", "c2")}

    said = {name: [each["text"] for each in of if each["code"] == "churn_reasons_unavailable"] for name, of in warnings.items()}
    assert said == {"c1": ["Predicted anew since the snapshot; `?reasons=true` computes the reasons."], "c2": []}


def test_an_erased_customer_is_gone_in_every_call(served):
    reads: ReadRecord = served.service.reads
    secret = (served.publisher.home.keys / "installation.secret").read_bytes()
    lay_over(served, Overlay(erased=frozenset({reads.subject("c1")}), secret=secret))
    decide = served.key("decide")

    asked = served.get("/v1/customers/c1")
    listed = served.post("/v1/predictions", json={"customer_ids": ["c1"]}).json()["items"]
    decided = served.client.post("/v1/customers/c1/decisions", headers=decide, json={})

    assert (asked.status_code, asked.json()["type"]) == (410, "urn:lifecycle:problem:erased")
    assert listed[0]["error"]["status"] == 410
    assert decided.status_code == 410


def test_a_damaged_row_is_a_typed_refusal_of_that_customer_alone_and_is_counted(served):
    served.service.live.stop()
    path = next(served.publisher.home.predictions.glob("*/predictions.npy"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 0x10
    with path.open("r+b") as file:
        file.write(content)

    refused, other = served.get("/v1/customers/c2"), served.get("/v1/customers/c1")
    served.service.live.look()

    assert (refused.status_code, refused.json()["type"]) == (503, "urn:lifecycle:problem:damaged")
    assert other.status_code == 200
    assert "lifecycle_damaged_rows_total 1.0" in served.service.metrics.page().decode()
    assert served.service.live.in_service().trouble
