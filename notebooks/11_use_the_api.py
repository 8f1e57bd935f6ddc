# %% [markdown]
# # Using the API: what a CRM asks, tells and takes back
#
# A simulated company of 600 people over two years, a churn model, and the service in this process instead of on a port: every
# call below is the one a CRM makes over HTTP, with a key, and is in the audit. The calls themselves are described at `/docs` and
# in `docs/openapi/`; `docs/crm-guide.md` connects five CRMs.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from starlette.testclient import TestClient

from features.company import default_company_text, read_company, store_company
from features.home import Home
from features.times import parse_time
from lifecycle.simulate import simulate_into
from lifecycle.tools.telling import customer_text, decision_text
from models.learners.boosting import BoostingPreset
from serving.app import create_app
from serving.crm.files import everybody, export
from serving.crm.mapping import crm_mapping
from serving.database.keys import create_key
from serving.settings import ServiceSettings
from training.publishing.pointer import Act
from training.publishing.promote import promote
from training.questions.churn.question import ChurnQuestion
from training.train import TrainingRun, train

folder, now = Path(tempfile.mkdtemp()), parse_time("2026-01-01")
home = Home(folder / "home")
simulate_into(home, customers=600, seed=2, years=2)
company = read_company(default_company_text("default").replace("horizons_days = [30, 60, 90]", "horizons_days = [90]"))
store_company(home, company)
usual = BoostingPreset(leaves=6, learning_rate=0.08, rounds=15, bag=1)
train(home, ChurnQuestion(company, usual), run=TrainingRun(now))
promote(home, "churn", act=Act(folder / "signing.key", now))

# %% [markdown]
# ## A service, and a key
#
# One key for each system, with no more rights than it needs: this one may read and decide.

# %%
app = create_app(ServiceSettings(home), clock=lambda: now)
service = TestClient(app).__enter__()
made = create_key(app.state.service.engine, name="notebook", scopes=["read", "decide"], created_at=now)
service.headers["Authorization"] = f"Bearer {made.secret}"
service.get("/v1/key").json()

# %% [markdown]
# ## Many customers at once
#
# Up to 1,000 ids in one call; an id that nobody has fails alone.

# %%
ids = [row.customer_id for row in everybody(app.state.service.live.in_service().state)]
answer = service.post("/v1/predictions", json={"customer_ids": [*ids[:999], "nobody"]}).json()
items = pd.json_normalize(answer["items"]).set_index("customer_id")
print(items.loc["nobody", "error.title"], "-", answer["degraded"], [warning["code"] for warning in answer["warnings"]])
items[["stage.current", "churn.probability", "churn.band", "health.score"]].dropna().sort_values("churn.probability").tail(5)

# %%
at_risk = items.dropna(subset=["churn.probability"])
at_risk.boxplot(column="churn.probability", by="stage.current", figsize=(8, 4))
plt.suptitle("")
plt.title("Chance to leave within 90 days, by stage")
plt.tight_layout()

# %% [markdown]
# ## One customer, as a card in the CRM shows it
#
# What is not known is absent, and a warning says why: no value model is live here.

# %%
riskiest = at_risk["churn.probability"].idxmax()
card = service.get(f"/v1/customers/{riskiest}").json()
card["stage"], card["churn"]["probability"], card["warnings"][:2]

# %% [markdown]
# The same in the words that `lifecycle mcp` hands to a language model:

# %%
print(customer_text(card))

# %% [markdown]
# ## What to offer, and what came of it
#
# Whoever asks again until `valid_until` gets the same decision. A decision may be to offer nothing; we take the first customer to
# whom something is offered. An `Idempotency-Key` makes telling safe to repeat.

# %%
decisions = (service.post(f"/v1/customers/{customer}/decisions", json={"agent_id": "ana"}).json() for customer in ids)
decision = next(each for each in decisions if each["action"] == "offer")
print(decision_text(decision))

# %%
told = {"offer_id": decision["offers"][0]["offer_id"], "outcome": "declined", "reason": "too_expensive", "agent_id": "ana"}
path = f"/v1/decisions/{decision['decision_id']}"
answers = [service.post(f"{path}/outcomes", json=told, headers={"Idempotency-Key": "task-1"}) for _ in range(2)]
answers[0].json()["state"], answers[0].content == answers[1].content

# %% [markdown]
# The decision can be made again from what was stored with it, and must agree byte for byte:

# %%
service.get(path, params={"replay": "true"}).json()["replay"]

# %% [markdown]
# ## Refusals
#
# Problems have a stable `type`, and never repeat what was sent.

# %%
refused = [
    service.get("/v1/customers/nobody"),
    service.post(f"{path}/outcomes", json={"offer_id": "moon_trip", "outcome": "accepted"}),
    service.post("/v1/predictions", json={"customer_ids": []}),
]
pd.DataFrame([{name: answer.json()[name] for name in ("status", "title", "detail")} for answer in refused])

# %% [markdown]
# ## Back into the CRM
#
# Every customer's figures as the file of Salesforce's bulk interface; what is unknown empties the field there.

# %%
written = export(everybody(app.state.service.live.in_service().state), crm_mapping("salesforce"), folder=folder / "crm")
pd.read_csv(written.files[0]).head(3)

# %%
service.__exit__(None, None, None)
